"""Do the migrations make what the models say, though Django is told less on the way (`safeguarding/migrating.py`)?

`tests/soak/test_migrating.py` has Django migrate in its own way and compares every word.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.apps import apps
from django.db import connections, router
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.state import ProjectState
from psycopg import sql

from safeguarding.migrating import each_class_made_once
from safeguarding.packages import is_own
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.router import APP
from tests.postgres import Databases

pytestmark = pytest.mark.django_db
# Columns, constraints and indexes, as the database itself tells them; beside each the table whose it is.
TOLD = """
SELECT c.relname, concat_ws(
    ' ', 'column', attname, format_type(atttypid, atttypmod), attnotnull, attidentity, pg_get_expr(adbin, adrelid)
)
FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT conrelid::regclass::text, 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 't'
UNION ALL
SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
"""


@contextmanager
def beside(databases: Databases, alias: str) -> Iterator[psycopg.Connection]:
    """An empty database for as long as the block."""
    name = sql.Identifier(f"{databases.name}_by_models")
    with psycopg.connect(databases.named("postgres").url("owner"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            with psycopg.connect(databases.named(f"{databases.name}_by_models").url("owner")) as connection:
                yield connection
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.mark.parametrize("alias", ["default", KEYS])
def test_each_table_is_as_its_model_says(databases: Databases, alias: str) -> None:
    models = [model for model in apps.get_models() if model._meta.managed and router.allow_migrate_model(alias, model)]
    ours = {
        one._meta.db_table
        for model in models
        if is_own(model.__module__)
        for one in (model, *(field.remote_field.through for field in model._meta.local_many_to_many))
    }
    assert len(ours) > (150 if alias == "default" else 5)
    with connections[alias].schema_editor(collect_sql=True) as editor:
        for model in models:
            editor.create_model(model)
    with connections[alias].cursor() as cursor, beside(databases, alias) as by_models:
        for statement in editor.collected_sql:
            by_models.execute(statement)
        said = {row for row in by_models.execute(TOLD) if row[0] in ours}
        assert {table for table, _ in said} == ours
        cursor.execute(TOLD)
        assert {row for row in cursor.fetchall() if row[0] in ours} == said


def migrated(alias: str) -> list[str]:
    """The app of each migration in a database, in the order in which they were applied."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT app FROM django_migrations ORDER BY id")
        return [app for (app,) in cursor.fetchall()]


def test_keys_have_the_migrations_of_their_own_app_alone() -> None:
    assert set(migrated(KEYS)) == {APP}


def test_tables_of_libraries_come_before_those_of_harbour() -> None:
    own = [is_own(apps.get_app_config(app).name) for app in migrated("default")]
    # They lead to the people who sign in, and so wait for that app.
    assert own.index(True) == migrated("default").index("accounts")
    own.remove(True)
    assert own == sorted(own)
    assert sum(own) > 15


def test_django_has_its_own_way_back_afterwards() -> None:
    djangos = ProjectState.add_model, MigrationGraph.leaf_nodes
    with pytest.raises(ZeroDivisionError), each_class_made_once():
        assert ProjectState.add_model is not djangos[0]
        assert MigrationGraph.leaf_nodes is not djangos[1]
        raise ZeroDivisionError
    assert djangos == (ProjectState.add_model, MigrationGraph.leaf_nodes)
