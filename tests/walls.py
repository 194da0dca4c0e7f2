"""How does a test stand before both walls? The test itself works as the owner of the tables; each request is answered
as `web`.

Whatever a page reads or writes therefore goes through row security, as in a running Harbour, in every test that opens
one.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import time_machine
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from psycopg.pq import TransactionStatus

from safeguarding.audit.context import Acting, tell_database
from safeguarding.audit.signing import CHALLENGE, Told, signed


def follow_the_clock(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Tell the database the time that the test has set, before it is asked anything."""
    wanted = timezone.now().isoformat(timespec="minutes") if time_machine.escape_hatch.is_travelling() else ""
    told = context["connection"]
    if getattr(told, "told_now", "") != wanted and not told.needs_rollback:
        told.connection.execute("SELECT set_config('test.now', %s, false)", [wanted])
        told.told_now = wanted
        if not told.in_atomic_block:
            told.told_at.clear()
    return execute(sql, params, many, context)


def work_as_the_worker(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A task of the machine is done as `worker`, whichever test has it done: from when it is named until something else
    is.
    """
    done = execute(sql, params, many, context)
    if isinstance(sql, str) and "set_config('app.context'" in sql:
        # What it was told before stands there until this is done.
        told, task = context["connection"], params[0].rpartition("|")[2]
        was_at_one = bool(told.told and told.told.task)
        if task and not was_at_one:
            told.role_before = _to_role(told, "worker")
        elif was_at_one and not task:
            told.connection.execute(f"SET LOCAL ROLE {told.role_before}")
    return done


def attach(connection: Any, **signal: Any) -> None:
    """Every connection of the run follows the clock of its test, and does the work of the machine as the worker."""
    connection.told_now, connection.told_at, connection.role_before = "", {}, "none"
    for wrapper in (follow_the_clock, work_as_the_worker):
        if wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(wrapper)
    for name, follows in _BEGINS_OR_GOES_BACK.items():
        if name not in vars(connection):
            setattr(connection, name, follows(connection, getattr(connection, name)))


def _begins(connection: Any, begin: Callable[..., None]) -> Callable[..., None]:
    """What the database was told of the time when a transaction or a savepoint begins, it knows again when that is
    rolled back.
    """

    def begun(name: Any) -> None:
        begin(name)
        if name is True:
            connection.told_at.clear()
        else:
            connection.told_at[name] = connection.told_now

    return begun


def _goes_back(connection: Any, roll_back: Callable[..., None]) -> Callable[..., None]:
    def rolled_back(name: Any = False) -> None:
        # Of one that Django did not begin nothing is known: the database is told once more.
        before = connection.told_at.pop(name, None)
        roll_back(*([name] if name else []))
        connection.told_now = before

    return rolled_back


# A transaction begins where Django sets autocommit to False, which is its name here, and is over with True.
_BEGINS_OR_GOES_BACK = {
    "_set_autocommit": _begins,
    "_savepoint": _begins,
    "rollback": _goes_back,
    "savepoint_rollback": _goes_back,
}


connection_created.connect(attach)


class AsWeb:
    """The last of the middleware: from here on the database knows the request as the role `web`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # `make mutate` takes the second wall away to see whether the first stands alone.
        if "ONE_WALL" in os.environ:
            return self.get_response(request)
        with as_role("web"):
            return self.get_response(request)


def _to_role(connection: Any, role: str) -> str:
    """Go on as another role until the transaction ends, and return the one before. Both are one question."""
    asked = "SELECT current_setting('role'), set_config('role', %s, true)"
    return str(connection.connection.execute(asked, [role]).fetchone()[0])


@contextmanager
def as_role(role: str, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Everything inside is done as a role of the database.

    Inside a transaction; what is rolled back changes back by itself.
    """
    # Past Django, which counts the queries of a page: these are none of its own.
    here = connections[using]
    here.ensure_connection()
    before = _to_role(here, role)
    try:
        yield
    finally:
        # After an error of the database nothing can be said: what fails is rolled back, and with it the role.
        if not (here.needs_rollback or here.connection.info.transaction_status == TransactionStatus.INERROR):
            here.connection.execute(f"SET LOCAL ROLE {before}")


@contextmanager
def asking(person: Any, role: str = "web", task: str = "") -> Iterator[None]:
    """Everything inside is asked by `person` as a role of the database: what a request is, without a page.

    Or by a task.
    """
    with as_role(role):
        tell_database(Acting(user_id=person.pk if person else None, task=task))
        yield
    tell_database(Acting())


def tell_raw(work: psycopg.Connection, **told: str) -> str:
    """What `tell_database` does, on a connection of a test's own that is in a transaction.

    Returns the value that was told.
    """
    row = work.execute(f"SELECT {CHALLENGE}").fetchone()
    assert row is not None
    value = signed(Told(**told), bytes(row[0]))
    work.execute("SELECT set_config('app.context', %s, true)", [value])
    return value
