"""What the role that Harbour works as may do to the database, tried with raw SQL."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, LockNotAvailable

from safeguarding.audit import services as audit
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import protected_models
from safeguarding.database import OF_DESTROYER, apply_privileges, missing_columns
from safeguarding.ending import wall
from safeguarding.environment import DATABASE_URLS, KEYS_DATABASE_URLS, database
from safeguarding.personal_data import declared
from tests.postgres import Databases
from tests.walls import as_role

Connect = Callable[[str], psycopg.Connection]
pytestmark = pytest.mark.django_db

ATTRIBUTES = """
SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
       (SELECT count(*) FROM pg_class WHERE relowner = r.oid),
       (SELECT count(*) FROM pg_database WHERE datdba = r.oid)
FROM pg_roles r WHERE rolname = current_user
"""


def test_a_request_of_the_tests_is_answered_as_a_role_that_owns_nothing_and_passes_no_rule() -> None:
    with as_role("web"), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("web",)
        cursor.execute(ATTRIBUTES)
        assert cursor.fetchone() == (False, False, False, False, 0, 0)


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_role_that_works_reads_and_writes_but_deletes_only_what_is_meant_to_go(connect: Connect, role: str) -> None:
    at_work, owner = connect(role), connect("owner")
    deletable = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in {"sessions", "account", "usersessions", "mfa", "socialaccount"}
        or getattr(model, "web_may_delete", False)
    }
    tables = [t for (t,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert "accounts_user" in tables
    unused = {t for t in tables if t.startswith("guardian_")}
    assert unused, "the tables that django-guardian makes and Harbour does not use"
    # Written by a function of the database; it tells of rows that whoever asked may not see.
    unused |= {"children_mergedrow", "retention_endingrow"}
    for table in unused:
        with pytest.raises(InsufficientPrivilege):
            at_work.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table)))
    for table in set(tables) - unused:
        name = sql.Identifier(table)
        at_work.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(name))
        delete = sql.SQL("DELETE FROM {} WHERE false").format(name)
        if table in deletable:
            at_work.execute(delete)
        else:
            with pytest.raises(InsufficientPrivilege):
                at_work.execute(delete)
        with pytest.raises(InsufficientPrivilege):
            at_work.execute(sql.SQL("TRUNCATE {} CASCADE").format(name))


def test_nobody_moves_rows_of_a_child_but_by_a_merge_that_was_just_decided(connect: Connect) -> None:
    for call in ("SELECT public.merge_child(%s, '{}')", "SELECT public.unmerge_child(%s, '{}')"):
        with pytest.raises(InsufficientPrivilege, match="there is nothing to"):
            connect("web").execute(call, [uuid4()])
        with pytest.raises(InsufficientPrivilege, match="permission denied"):
            connect("destroyer").execute(call, [uuid4()])


def test_the_destroyer_reads_and_deletes_records_and_writes_of_its_own_work_alone(connect: Connect) -> None:
    held = dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE", "MAINTAIN"), frozenset[str]())
    for right in held:
        function = "has_table_privilege" if right in ("DELETE", "MAINTAIN") else "has_any_column_privilege"
        asked = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND "
        found = connect("owner").execute(f"{asked} {function}('destroyer', oid, '{right}')").fetchall()
        held[right] = frozenset(table for (table,) in found)
    records = {model._meta.db_table for model in protected_models()} | {"children_mergedrow", "retention_endingrow"}
    own = {label.replace(".", "_"): rights for label, rights in OF_DESTROYER.items()}

    def of_its_own(right: str) -> set[str]:
        return {table for table, rights in own.items() if right in rights}

    assert held["SELECT"] == records | {"audit_checkpoint"} | own.keys()
    assert held["DELETE"] == records - own.keys()
    assert held["INSERT"] == {"audit_event"} | of_its_own("INSERT")
    tables = ("brake", "clearedtable", "filetodrop", "tombstone")
    assert held["INSERT"] == {"audit_event", *(f"retention_{table}" for table in tables)}
    # Of records what a link that goes empties, and how far its own work is.
    emptied = {model._meta.db_table for model in protected_models() if wall.emptied_columns(model)}
    assert held["UPDATE"] == emptied | of_its_own("UPDATE")
    assert {"children_child", "retention_approval", "retention_endingrow"}.isdisjoint(held["UPDATE"])
    # Of a list that it has looked and nothing is left, and nothing else.
    of_lists = connect("owner").execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'retention_destructionlist'::regclass AND attnum > 0 "
        "AND NOT attisdropped AND has_column_privilege('destroyer', attrelid, attnum, 'UPDATE')"
    )
    assert [column for (column,) in of_lists] == ["checked_at"]
    with_names = {model._meta.db_table for model in protected_models() if declared(model).identifying}  # type: ignore[union-attr]
    assert held["MAINTAIN"] == with_names and "children_child" in with_names


def test_the_destroyer_takes_what_was_deleted_off_the_disk_however_long_that_lasts(connect: Connect) -> None:
    said: list[str] = []
    at_work = connect("destroyer")
    at_work.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
    at_work.execute("VACUUM (FULL, ANALYZE) children_child")
    assert said == []
    at_work.execute("VACUUM concerns_account")
    assert said == ['permission denied to vacuum "concerns_account", skipping it']


TIMEOUTS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")


@pytest.mark.parametrize(
    ("role", "limits", "for_keys"),
    [
        ("web", ("2s", "10s", "45s", "90s"), "8s"),
        ("worker", ("30s", "1min", "2min", "5min"), "30s"),
        *((role, ("0", "0", "0", "0"), "0") for role in ("owner", "backup", "destroyer")),
    ],
)
def test_a_role_that_works_for_people_waits_and_asks_for_so_long(
    databases: Databases, role: str, limits: tuple[str, ...], for_keys: str
) -> None:
    for addresses, url, expected in (
        (DATABASE_URLS, databases.url(role), limits),
        (KEYS_DATABASE_URLS, databases.keys_url(role), (for_keys, *limits[1:])),
    ):
        options = database(addresses[role], role)["OPTIONS"]["options"]
        with psycopg.connect(url, options=options) as at_work:
            assert tuple(at_work.execute(f"SHOW {name}").fetchone()[0] for name in TIMEOUTS) == expected  # type: ignore[index]


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_role_that_works_changes_no_table_and_makes_none(connect: Connect, role: str) -> None:
    for statement in (
        "CREATE TABLE mine (id int)",
        "ALTER TABLE accounts_user ADD COLUMN more int",
        "DROP TABLE accounts_user",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
    ):
        with pytest.raises(InsufficientPrivilege):
            connect(role).execute(statement)


ADD_EVENT = (
    "INSERT INTO audit_event (id, verb, object_type, acting_role, purpose, shown, outcome) VALUES (%s, 'view', '', "
    "'', '', '', 'done')"
)
CHANGES = ("UPDATE audit_event SET verb = 'list'", "DELETE FROM audit_event", "TRUNCATE audit_event")


@pytest.mark.parametrize("role", ["web", "worker", "destroyer"])
def test_events_are_added_and_stay(connect: Connect, role: str) -> None:
    at_work = connect(role)
    at_work.execute(ADD_EVENT, [uuid4()])
    for statement in CHANGES:
        with pytest.raises(InsufficientPrivilege, match="permission denied"):
            at_work.execute(statement)


@pytest.mark.parametrize("role", ["web", "worker", "destroyer"])
def test_when_an_event_was_and_in_which_transaction_is_said_by_the_database_alone(connect: Connect, role: str) -> None:
    at_work, owner = connect(role), connect("owner")
    before = owner.execute("SELECT count(*) FROM audit_event").fetchone()
    for column, value in (("at", "now() - interval '1 year'"), ("transaction_id", "'5'::xid8"), ("at", "DEFAULT")):
        with pytest.raises(InsufficientPrivilege, match="permission denied"):
            columns = f"id, verb, object_type, acting_role, purpose, shown, outcome, {column}"
            values = f"%s, 'view', '', '', '', '', 'done', {value}"
            at_work.execute(f"INSERT INTO audit_event ({columns}) VALUES ({values})", [uuid4()])  # noqa: S608
    assert owner.execute("SELECT count(*) FROM audit_event").fetchone() == before


@pytest.mark.parametrize("role", ["web", "worker", "destroyer"])
def test_many_events_are_written_in_one_statement_with_the_time_of_the_database(
    role: str, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(audit, "BATCH", 3)
    keys = [uuid4() for _ in range(7)]
    with as_role(role), django_assert_num_queries(3):
        audit.record_many(Verb.IMPORT, "children.child", keys, purpose="import")
    found = Event.objects.filter(object_id__in=keys)
    assert {(e.object_id, e.verb, e.purpose) for e in found} == {(key, "import", "import") for key in keys}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        assert {e.transaction_id for e in found} == {cursor.fetchone()[0]}
    assert all(abs(e.at - timezone.now()) < timedelta(minutes=5) for e in found)


def test_events_stay_even_from_their_owner_and_from_who_passes_triggers_by(connect: Connect) -> None:
    owner, superuser = connect("owner"), connect("postgres")
    owner.execute(ADD_EVENT, [uuid4()])
    events = owner.execute("SELECT * FROM audit_event").fetchall()
    superuser.execute("SET session_replication_role = replica")
    for statement in CHANGES:
        for who in (owner, superuser):
            with pytest.raises(InsufficientPrivilege, match="audit_event is append-only"):
                who.execute(statement)
    assert owner.execute("SELECT * FROM audit_event").fetchall() == events


def test_a_table_that_nobody_thought_of_gets_its_privileges_with_the_next_migration(connect: Connect) -> None:
    owner = connect("owner")
    owner.execute("CREATE TABLE forgotten (id int)")
    owner.execute("GRANT ALL ON forgotten TO web, PUBLIC")
    web = connect("web")
    web.execute("DELETE FROM forgotten")
    apply_privileges(owner)
    web.execute("INSERT INTO forgotten VALUES (1)")
    with pytest.raises(InsufficientPrivilege):
        web.execute("DELETE FROM forgotten")


def test_privileges_are_given_all_at_once_so_that_nobody_who_works_is_refused_meanwhile(connect: Connect) -> None:
    owner, web, writer = connect("owner"), connect("web"), connect("postgres")
    owner.execute("SET lock_timeout = 50")
    with writer.transaction():
        # Half-way, at the trigger of the events, it has to wait for somebody who writes one, and gives up.
        writer.execute("LOCK TABLE audit_event IN ROW EXCLUSIVE MODE")
        with pytest.raises(LockNotAvailable):
            apply_privileges(owner)
    web.execute("SELECT 1 FROM children_child")
    apply_privileges(owner)
    web.execute("SELECT 1 FROM children_child")


def test_tables_of_an_earlier_version_are_told_from_those_of_this_one(connect: Connect) -> None:
    owner = connect("owner")
    assert missing_columns(owner) == []
    with owner.transaction(force_rollback=True):
        owner.execute("ALTER TABLE concerns_concern DROP COLUMN outcome")
        assert missing_columns(owner) == ["concerns_concern.outcome"]


def test_only_the_owner_migrates() -> None:
    with as_role("web"), pytest.raises(CommandError, match=r"signed in as web.*HARBOUR_ROLE=owner"):
        call_command("migrate", verbosity=0)
