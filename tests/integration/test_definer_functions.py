"""Can a role make a function of the database work for it?

As each role, in raw SQL: no temporary objects, one search path.
"""

from collections.abc import Callable

import psycopg
import pytest
from django.core.management import CommandError
from django.db import connection
from psycopg import sql

from safeguarding.database import require_roles
from safeguarding.ending.guards import ENDING_AT, marked
from safeguarding.ending.wall import unguarded
from safeguarding.following import MADE, places
from safeguarding.row_security import RULES_OWNER, WRITER

Connect = Callable[[str], psycopg.Connection]
ROLES = ("web", "worker", "destroyer", "backup")
# Tables that the functions of `WRITER` write, and how.
# The days of a school year, and what says something of them by their keys.
BY_CHILD = {"plans_attendanceday", "audit_logentry", "children_mergedrow"}
DELETED_FROM = {label.replace(".", "_") for label in MADE} | {"concerns_chronicled"}
# What is deleted with which somebody signed in who left long ago, and what changes of their account.
OF_AN_ACCOUNT = {
    "usersessions_usersession",
    "django_session",
    "mfa_authenticator",
    "socialaccount_socialaccount",
    "socialaccount_socialtoken",
    "account_emailaddress",
    "account_emailconfirmation",
}
EMPTIED = {
    *(("accounts_user", name) for name in ("password", "username", "email", "extension", "last_login", "added_by_id")),
    *(("accounts_user", name) for name in ("is_active", "emptied_at")),
    ("accounts_reset", "withdrawn_at"),
    ("accounts_teammember", "ended_at"),
    ("accounts_classtaught", "ends_on"),
}
pytestmark = pytest.mark.django_db(transaction=True)
DEFINERS = "SELECT p.oid::regprocedure::text, p.proconfig FROM pg_proc p WHERE p.prosecdef"
# Before a cast to uuid or date gives its value, it is checked by a function of the attacker's.
TRAPS = """
CREATE FUNCTION pg_temp.spy(given text) RETURNS boolean LANGUAGE plpgsql AS
$$ BEGIN IF current_user <> session_user THEN RAISE EXCEPTION 'runs as %', current_user; END IF; RETURN true; END $$;
CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid CHECK (pg_temp.spy(VALUE::pg_catalog.text));
CREATE DOMAIN pg_temp.date AS pg_catalog.date CHECK (pg_temp.spy(VALUE::pg_catalog.text));
"""


@pytest.mark.parametrize("role", ROLES)
def test_no_role_makes_temporary_objects(connect: Connect, databases, role: str):
    for where in (connect(role), psycopg.connect(databases.named(f"{databases.name}_keys").url(role))):
        for statement in (
            "CREATE TEMPORARY TABLE held (id integer)",
            "CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid",
            "CREATE FUNCTION pg_temp.spy() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION public.spy() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "CREATE SCHEMA mine",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), where.transaction():
                where.execute(statement)
        where.close()


@pytest.mark.parametrize("role", ("web", "worker"))
def test_a_type_of_ones_own_is_not_found_by_a_function_that_reads_as_another(connect: Connect, role: str):
    """Even if temporary objects were allowed: the recipe by which `web` read everything as `rules`."""
    superuser = connect("postgres")
    name = superuser.execute("SELECT current_database()").fetchone()
    superuser.execute(
        sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(name[0]), sql.Identifier(role))
    )  # type: ignore[index]
    facts = superuser.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE pronamespace = 'rules'::regnamespace AND prosecdef "
        "AND pg_get_function_identity_arguments(p.oid) IN ('', 'me uuid') ORDER BY 1"
    ).fetchall()
    assert len(facts) > 40
    work = connect(role)
    work.execute(TRAPS)
    with pytest.raises(psycopg.errors.CheckViolation), work.transaction():
        work.execute("ALTER DOMAIN pg_temp.uuid ADD CONSTRAINT shut CHECK (false)")
        work.execute("SELECT '00000000-0000-0000-0000-000000000000'::pg_temp.uuid")
    for (fact,) in facts:
        call = fact.replace("(uuid)", "('00000000-0000-0000-0000-000000000000'::pg_catalog.uuid)")
        # "runs as rules" is what this said before; a function may refuse for reasons of its own.
        try:
            with work.transaction():
                work.execute(f"SELECT {call}")
        except psycopg.Error as error:
            assert "runs as" not in str(error), fact


def test_every_definer_function_of_both_databases_has_the_same_search_path(connect: Connect, databases):
    for where in (databases.url("postgres"), databases.named(f"{databases.name}_keys").url("postgres")):
        with psycopg.connect(where) as connection:
            found = dict(connection.execute(DEFINERS).fetchall())
        assert found
        assert {name: path for name, path in found.items() if path != ["search_path=pg_catalog, pg_temp"]} == {
            name: path for name, path in found.items() if name.startswith("proof.take")
        }


def test_who_owns_the_facts_writes_nothing_and_who_writes_has_its_own_columns(connect: Connect):
    asked = (
        "SELECT c.relname, a.attname, has_column_privilege({who}, c.oid, a.attnum, 'UPDATE'), "
        "has_column_privilege({who}, c.oid, a.attnum, 'INSERT'), has_table_privilege({who}, c.oid, 'DELETE, TRUNCATE') "
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )
    superuser = connect("postgres")
    of_rules = superuser.execute(sql.SQL(asked).format(who=sql.Literal(RULES_OWNER))).fetchall()
    assert of_rules
    assert [row for row in of_rules if any(row[2:])] == []
    of_writer = superuser.execute(sql.SQL(asked).format(who=sql.Literal(WRITER))).fetchall()
    moved = {(place.table, place.column) for place in places()}
    moved |= {("children_sibling", "first_id"), ("children_sibling", "second_id"), ("children_child", "merged_into_id")}
    # To lock a record that may be ending, as whatever links to it does; and to say that one is.
    moved |= {(model._meta.db_table, ENDING_AT) for model in marked()}
    # To lock the item of a destruction, and the gate at which a hold waits for it.
    moved |= {("retention_destructionitem", "place"), ("retention_retentiongate", "scanned_at")}
    # How far a part of an item that ends child by child is.
    moved |= {("retention_itempart", "rows"), ("retention_itempart", "ended_at")}
    updated = {(table, column) for table, column, update, *_ in of_writer if update and table != "concerns_chronicled"}
    assert updated == moved | EMPTIED
    begins = {"retention_itemrun", "retention_endingrow", "retention_itempart"}
    assert {row[0] for row in of_writer if row[3]} == {"concerns_chronicled", "children_mergedrow"} | begins
    assert {row[0] for row in of_writer if row[4]} == (
        DELETED_FROM | BY_CHILD | OF_AN_ACCOUNT | {m._meta.db_table for m in unguarded()}
    )
    reads_narrative = superuser.execute(
        "SELECT has_column_privilege(%s, 'concerns_account', 'place_detail', 'SELECT')", [WRITER]
    ).fetchone()
    assert reads_narrative == (False,)


def test_a_server_without_the_role_that_writes_is_told_what_to_run(connect: Connect):
    require_roles(connection)
    superuser = connect("postgres")
    superuser.autocommit = False
    # Roles are the whole server's: seen by this transaction alone, and taken back.
    superuser.execute("ALTER ROLE rules_writer NOBYPASSRLS")
    with pytest.raises(CommandError, match=r"(?s)needs the role rules_writer.*ALTER ROLE rules_writer NOLOGIN"):
        require_roles(superuser)
    superuser.rollback()


def test_nobody_who_does_not_work_asks_a_fact(connect: Connect):
    asked = "SELECT DISTINCT r FROM pg_proc p, unnest(%s::text[]) r WHERE p.pronamespace = 'rules'::regnamespace "
    for role, may in (("web", True), ("worker", True), ("destroyer", True), ("backup", False)):
        found = connect("postgres").execute(
            asked + "AND has_function_privilege(r, p.oid, 'EXECUTE') IS DISTINCT FROM %s", [[role], may]
        )
        assert found.fetchall() == [], role
