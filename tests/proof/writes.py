"""Did every unit of work that wrote a record also write an event, and an entry for each followed field that it changed?

A unit is the outermost transaction that Harbour's own code opened: a request, a task, a command, or a service that a
test called. What surrounds it (the transaction in which pytest-django wraps a test, one that a test opens) is looked
through, so it is the same inside a test's savepoint and in a transaction of its own. The question is put on the bare
driver, so that no test that counts queries counts it; and only where something was written.
"""

import re
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from safeguarding.packages import is_own
from tests.proof import violations

EVENT, ENTRY = "audit_event", "audit_logentry"
# Whose a row is, where two records of one child become one: listed row by row by the function that moves them.
MOVED = "children_mergedrow"
# Writes that need no event of their own, by table and kind. Each with its reason.
_STAGING = "what a file says on its way in: its upload, each decision and each child it changes are events"
NO_EVENT: dict[tuple[str, str], str] = {
    (
        "concerns_draft",
        "UPDATE",
    ): "kept every few seconds while its author types: begun, sent, discarded, read are events",
    ("concerns_earlierrow", "INSERT"): _STAGING,
    ("concerns_earlierpdf", "INSERT"): _STAGING,
    ("concerns_earlierbatch", "UPDATE"): _STAGING,
    ("children_importrow", "INSERT"): _STAGING,
    ("children_importrow", "UPDATE"): _STAGING,
    ("children_importrun", "UPDATE"): _STAGING,
    (
        "retention_itemrun",
        "UPDATE",
    ): "how far a destruction is: that it begins, that its rows go and that its files go are events",
}
# Services that leave the event to whoever calls them, and that a test may call by themselves.
CALLER_RECORDS = {
    "children.services.registering.register_children": "one event a child, or one for all: its caller knows which",
    "safeguarding.ending.removal.remove": "who destroys a record writes the event, and knows by which rule",
}
# What these change has no history any more: it goes with the record that ends.
HISTORY_ENDS = frozenset(
    {
        "safeguarding.ending.removal.remove",
        "retention.services.destroying._begin",
        "retention.services.destroying._to_the_end",
        # `destroyer` adds to no history: that a list is carried out is an event.
        "retention.services.finishing._check",
    }
)
_WAY = "safeguarding.audit.context"
_TABLE = re.compile(r'(?:INTO|UPDATE|FROM) "?(\w+)"?')
_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "COPY", "MERGE")


def watch() -> None:
    """Look at every transaction from now on."""
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__

    def __enter__(self: Any) -> None:
        connection = transaction.get_connection(self.using)
        inside = connection.in_atomic_block
        enter(self)
        if connection.alias != DEFAULT_DB_ALIAS:
            return
        units = _units(connection)
        name = None if any(units) else _opened_by()
        if name and connection.proof_dirty:  # type: ignore[attr-defined]
            if inside:
                _take(connection)  # what the test wrote by its own hand
            connection.proof_dirty = False  # type: ignore[attr-defined]
        units.append(name)

    def __exit__(self: Any, kind: Any, error: Any, trace: Any) -> None:
        connection = transaction.get_connection(self.using)
        if connection.alias != DEFAULT_DB_ALIAS:
            leave(self, kind, error, trace)
            return
        units = _units(connection)
        name = units.pop() if units else None
        if name and kind is None and not connection.needs_rollback and connection.proof_dirty:  # type: ignore[attr-defined]
            violations.extend(judge(name, _take(connection)))
        leave(self, kind, error, trace)

    transaction.Atomic.__enter__ = __enter__  # type: ignore[method-assign]
    transaction.Atomic.__exit__ = __exit__  # type: ignore[method-assign]
    connection_created.connect(lambda connection, **_: _listen(connection), weak=False)


def judge(unit: str, written: list[tuple[str, str, str | None, bool]]) -> list[str]:
    """What is missing of a unit that wrote these: (table, INSERT, UPDATE or DELETE, key, whether a followed field
    changed).
    """
    found = []
    has_event = any(source == EVENT for source, *_ in written)
    silent = {(source, op) for source, op, *_ in written if source not in (EVENT, ENTRY, MOVED)} - NO_EVENT.keys()
    if silent and not has_event and unit not in CALLER_RECORDS:
        found.append(f"{unit} wrote {sorted(silent)} and no event")
    entries = {key for source, _, key, _ in written if source in (ENTRY, MOVED)}
    made = {(source, key) for source, op, key, _ in written if op == "INSERT"}
    lacking = {(source, key) for source, _, key, followed in written if followed and key not in entries} - made
    if lacking and unit not in HISTORY_ENDS:
        tables = sorted({source for source, _ in lacking})
        found.append(f"{unit} changed followed fields of {len(lacking)} rows of {tables} and wrote no entry for them")
    return found


def _units(connection: BaseDatabaseWrapper) -> list[str | None]:
    """The transactions that are open, outermost first: the name of the unit, None for one that is none."""
    _listen(connection)
    return connection.__dict__.setdefault("proof_units", [])  # type: ignore[no-any-return]


def _listen(connection: BaseDatabaseWrapper) -> None:
    if "proof_dirty" in connection.__dict__ or connection.alias != DEFAULT_DB_ALIAS:
        return
    connection.__dict__["proof_dirty"] = False

    def noting(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not isinstance(sql, str) or sql.lstrip()[:6].upper().startswith(_WRITES):
            connection.__dict__["proof_dirty"] = True
            if not any(connection.__dict__.get("proof_units", [])):
                _outside(str(sql))
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(noting)


def _outside(statement: str) -> None:
    """A service that writes a record must not do so outside of a transaction; a test that sets something up may."""
    written = _TABLE.search(statement, 0, 200)
    if written and written[1] in _protected() and (name := _opened_by()):
        violations.append(f"{name} wrote outside of a transaction: {statement[:60]}")


@cache
def _protected() -> frozenset[str]:
    from safeguarding.audit.history import is_protected
    from safeguarding.personal_data import own_models

    return frozenset(m._meta.db_table for m in own_models() if is_protected(m))


def _take(connection: Any) -> list[tuple[str, str, str | None, bool]]:
    connection.proof_dirty = False
    if connection.connection is None or connection.connection.closed:
        return []
    with connection.connection.cursor() as cursor:
        # Nothing is taken where it only looked as if it wrote.
        cursor.execute(
            "SELECT source, op, key, followed FROM proof.take() WHERE current_setting('transaction_read_only') = 'off'"
        )
        return cursor.fetchall()  # type: ignore[no-any-return]


def _opened_by() -> str | None:
    """Which of Harbour's functions stands nearest below on the stack, if any does before a test or the harness does."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module == "contextlib" and "func" in frame.f_locals:
            # A decorated service: its own frame is not there yet, or not any more.
            service = frame.f_locals["func"]
            if is_own(service.__module__) and service.__module__ != _WAY:
                return f"{service.__module__}.{service.__qualname__}"
        # `actors_transaction` is a way to open a transaction; whose it is stands further down.
        if is_own(module) and module != _WAY:
            return f"{module}.{frame.f_code.co_qualname}"
        if module.startswith(("tests.", "_pytest", "pytest")):
            return None
        frame = frame.f_back  # type: ignore[assignment]
    return None
