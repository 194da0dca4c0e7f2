"""Can SQL say who asks?

Tried in raw SQL as `web` and as `worker`, with every value that was never signed for the transaction it is in.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from children.models import ChildMerge
from safeguarding import row_security
from safeguarding.audit import signing
from safeguarding.audit.context import (
    Acting,
    actors_transaction,
    door,
    speaking_for,
    system_task,
    tell_database,
    with_errors,
)
from safeguarding.audit.protection import protected_models
from safeguarding.audit.signing import CHALLENGE, Told
from safeguarding.records import seen_by_tasks
from tests import factories, worlds
from tests.integration.children.twice import merged
from tests.postgres import context_key
from tests.walls import tell_raw

Connect = Callable[[str], psycopg.Connection]
pytestmark = pytest.mark.django_db(transaction=True)
NOT_SIGNED = "the context was not signed for this transaction"
CONCERNS = "SELECT count(*) FROM concerns_concern"


def say(work: psycopg.Connection, value: str, name: str = "app.context") -> None:
    work.execute("SELECT set_config(%s, %s, true)", [name, value])


def first(work: psycopg.Connection, statement: str) -> Any:
    row = work.execute(statement).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def counts(work: psycopg.Connection) -> dict[str, int]:
    """How many rows each table shows. Of those that show any."""
    tables = sorted(model._meta.db_table for model in protected_models())
    found = {
        table: work.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0]  # type: ignore[index]
        for table in tables
    }
    return {table: number for table, number in found.items() if number}


@contextmanager
def refused(work: psycopg.Connection) -> Iterator[None]:
    """Whatever is asked inside, in a transaction of its own, ends in the sentence, which says nothing of the value."""
    with pytest.raises(InsufficientPrivilege) as told, work.transaction():
        yield
    assert told.value.diag.message_primary == NOT_SIGNED
    assert str(told.value).count("|") == 0


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_context_that_sql_made_up_raises_and_never_reads_as_nobody(connect: Connect, role: str) -> None:
    room = factories.staffroom()
    factories.concern(room)
    work, lead, zeros = connect(role), str(room.lead.pk), "0" * 64
    made_up = [
        "x",
        "|",
        lead,
        zeros,
        f"{zeros}|web|{lead}|||",
        f"{zeros}|worker||||escalation",
        f"|web|{lead}|||",
        f"{zeros}|owner|{lead}|||",
        f"{zeros}||||||",
        "é" * 70,
    ]
    for value in made_up:
        for statement in (
            CONCERNS,
            "SELECT rules.me()",
            "SELECT rules.door()",
            "SELECT rules.task()",
            "SELECT rules.errors_shown()",
        ):
            with refused(work):
                say(work, value)
                first(work, statement)


@pytest.mark.parametrize("role", ["web", "worker"])
def test_no_part_of_a_signed_context_can_be_changed(connect: Connect, role: str) -> None:
    room, work = factories.staffroom(), connect(role)
    factories.concern(room)
    other = str(room.headteacher.pk)
    for place, instead in ((1, "worker"), (1, ""), (2, other), (2, ""), (3, "acting"), (4, "all"), (5, "escalation")):
        with refused(work):
            parts = tell_raw(work, person=str(room.lead.pk), door="reporting").split("|")
            assert first(work, "SELECT rules.me()") == room.lead.pk
            assert first(work, "SELECT rules.door()") == "reporting"
            parts[place] = instead
            say(work, "|".join(parts))
            first(work, CONCERNS)


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_value_is_good_for_its_own_transaction_and_no_other(connect: Connect, role: str) -> None:
    room = factories.staffroom()
    factories.concern(room)
    work, beside = connect(role), connect(role)
    with work.transaction():
        heard = tell_raw(work, person=str(room.lead.pk))
        assert first(work, CONCERNS) == 1
        # Another connection's, while that one is open.
        with refused(beside):
            say(beside, heard)
            first(beside, CONCERNS)
        assert first(work, CONCERNS) == 1
    # An earlier one's on the same connection, and one that was meant to outlive its transaction.
    with refused(work):
        say(work, heard)
        first(work, CONCERNS)
    with work.transaction():
        work.execute("SELECT set_config('app.context', %s, false)", [heard])
    with refused(work):
        first(work, CONCERNS)
    with work.transaction():
        tell_raw(work, person=str(room.lead.pk))
        assert first(work, CONCERNS) == 1, "an honest process is held up by nothing"


@pytest.mark.parametrize("role", ["web", "worker"])
def test_what_used_to_open_the_wall_says_nothing(connect: Connect, role: str) -> None:
    room = factories.staffroom()
    factories.concern(room)
    work = connect(role)
    with work.transaction():
        for name, value in (
            ("app.user_id", str(room.lead.pk)),
            ("app.door", "acting"),
            ("app.errors", "all"),
            ("app.task", "cover"),
        ):
            say(work, value, name)
        assert counts(work) == {}
        tell_raw(work, person=str(room.teacher.pk))
        assert first(work, CONCERNS) == 0
        assert first(work, "SELECT rules.door() || rules.errors_shown() || rules.task()") == ""


def test_the_key_of_the_web_server_signs_for_people_alone(connect: Connect, settings: Any) -> None:
    factories.concern(factories.staffroom())
    worker = connect("worker")
    with refused(worker):
        challenge = bytes(first(worker, f"SELECT {CHALLENGE}"))
        say(worker, signing.signed(Told(task="escalation"), challenge, signer="web"))
        first(worker, CONCERNS)
    settings.CONTEXT_KEYS = {"web": context_key("web")}
    with pytest.raises(ImproperlyConfigured, match="WORKER_CONTEXT_KEY"), system_task("escalation"):
        raise AssertionError("a task was begun")


def test_nobody_but_the_functions_reads_the_keys(connect: Connect) -> None:
    superuser = connect("postgres")
    secrets = [part or b"" for signer in ("web", "worker") for part in signing.padded(context_key(signer))]
    for role in ("web", "worker", "destroyer", "backup"):
        work = connect(role)
        for statement in ("SELECT * FROM rules.context_key", "UPDATE rules.context_key SET web_inner = ''"):
            with pytest.raises(InsufficientPrivilege, match="permission denied"):
                work.execute(statement)
    for role in ("web", "worker"):
        work = connect(role)
        with pytest.raises(InsufficientPrivilege, match="permission denied"), work.transaction():
            say(work, "x")
            work.execute("SELECT * FROM rules.told(3)")
    assert superuser.execute("SELECT * FROM rules.context_key").fetchall() == [tuple(secrets)]
    bodies = first(superuser, "SELECT string_agg(prosrc, ' ') FROM pg_proc")
    assert not any(part.hex() in bodies for part in secrets)


def test_a_task_of_the_machine_sees_its_own_tables_and_without_a_name_none(connect: Connect) -> None:
    worlds.make(3)
    room = factories.staffroom()
    factories.concern(room)
    there = counts(connect("owner"))
    worker, web = connect("worker"), connect("web")
    label = {model._meta.db_table: model._meta.label_lower for model in protected_models()}
    with worker.transaction():
        assert counts(worker) == {}
    for task, tables in seen_by_tasks().items():
        with worker.transaction():
            tell_raw(worker, task=task)
            assert counts(worker) == {table: n for table, n in there.items() if label[table] in tables}, task
        with web.transaction():
            tell_raw(web, task=task)
            assert counts(web) == {}, "the web server has none of these policies"
    with worker.transaction():
        tell_raw(worker, task="no such task")
        assert counts(worker) == {}
    with worker.transaction():
        tell_raw(worker, task="escalation", person=str(room.teacher.pk))
        assert first(worker, CONCERNS) == 0, "what somebody asked for is done with that person's rights"


def test_records_are_merged_and_parted_by_who_decided_it_and_for_nobody_by_nobody(connect: Connect) -> None:
    room = factories.staffroom()
    keep, other = (factories.child(room.school, "Rowan", by=room.office) for _ in range(2))
    factories.concern(room)
    merged(room, keep, other)
    done = ChildMerge.objects.get()
    ChildMerge.objects.filter(pk=done.pk).update(status="undone", undone_by=room.lead, undone_at=timezone.now())
    for role in ("web", "worker"):
        work = connect(role)
        for told in ({}, {"person": str(room.headteacher.pk)}, *([{"task": "imports"}] if role == "worker" else [])):
            with pytest.raises(InsufficientPrivilege, match="there is nothing to undo"), work.transaction():
                if told:
                    tell_raw(work, **told)
                work.execute("SELECT public.unmerge_child(%s, '{}')", [done.pk])
    web = connect("web")
    with web.transaction(force_rollback=True):
        tell_raw(web, person=str(room.lead.pk))
        web.execute("SELECT public.unmerge_child(%s, '{}')", [done.pk])
    connect("owner").execute("SELECT public.unmerge_child(%s, '{}')", [done.pk])


def test_the_value_never_stands_where_other_connections_read_what_is_asked(connect: Connect) -> None:
    room, superuser = factories.staffroom(), connect("postgres")
    with transaction.atomic():
        tell_database(Acting(user_id=room.lead.pk))
        [value, pid] = _own("SELECT current_setting('app.context'), pg_backend_pid()")
        tell_database(Acting(user_id=room.deputy.pk))
        [asked] = superuser.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() or [""]
        assert "app.context" in asked and "$1" in asked
        assert value.split("|")[0] not in asked and str(room.deputy.pk) not in asked


def _own(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def test_the_process_asks_each_transaction_once_what_to_sign_for_and_signs_for_that_one() -> None:
    """So a pooler may hand the connection on between transactions: what is signed is asked on the backend that is then
    told.
    """
    room = factories.staffroom()
    for person in (room.lead, room.deputy, room.lead):
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            tell_database(Acting(user_id=person.pk))
            with door("reporting"), with_errors("all"), speaking_for(room.teacher.pk):
                assert _own("SELECT rules.me(), rules.door(), rules.errors_shown()") == (
                    room.teacher.pk,
                    "reporting",
                    "all",
                )
            assert _own("SELECT rules.me(), rules.door(), rules.errors_shown()") == (person.pk, "", "")
        begun, challenge, *rest = [query["sql"] for query in asked.captured_queries]
        assert begun == "BEGIN" and "pg_backend_pid" in challenge
        assert not any("pg_backend_pid" in one for one in rest)
    # A statement that is kept by name can be put in the place of another on a connection that is used again.
    kept = _own("SELECT coalesce(string_agg(statement, ' '), '') FROM pg_prepared_statements")[0]
    assert "app.context" in kept and "pg_backend_pid" not in kept


def test_what_the_process_remembers_goes_back_with_a_savepoint_and_ends_with_the_transaction() -> None:
    room = factories.staffroom()
    with transaction.atomic():
        tell_database(Acting(user_id=room.lead.pk))
        with pytest.raises(RuntimeError), transaction.atomic():
            tell_database(Acting(user_id=room.deputy.pk))
            raise RuntimeError
        assert _own("SELECT rules.me()") == (room.lead.pk,)
        with door("reporting"):
            assert _own("SELECT rules.me(), rules.door()") == (room.lead.pk, "reporting")
        with pytest.raises(RuntimeError), door("acting"):
            raise RuntimeError
        assert _own("SELECT rules.me(), rules.door()") == (room.lead.pk, "")
        with actors_transaction():
            assert _own("SELECT rules.me()") == (None,)
        assert _own("SELECT rules.me()") == (room.lead.pk,)
    with transaction.atomic():
        assert _own("SELECT rules.me()") == (None,)


def test_a_key_that_the_database_does_not_know_is_named_before_a_page_is_served(settings: Any) -> None:
    assert row_security.problems(connection) == []
    settings.CONTEXT_KEYS = {"web": "another-key-of-at-least-thirty-two-characters"}
    [said] = row_security.problems(connection)
    assert said.startswith("WEB_CONTEXT_KEY is not the key that the database knows.")
    settings.CONTEXT_KEYS = {}
    [said] = row_security.problems(connection)
    assert said.startswith("WEB_CONTEXT_KEY is not set")
