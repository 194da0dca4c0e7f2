"""What does a school no longer want to be asked? A row that somebody left out, for as long as lists say the same of it.

The row itself remembers it, under the run in which it was left out last.
"""

from collections import defaultdict
from collections.abc import Set
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from children.models import ImportRow, ImportRun
from children.services import bulk

from .comparing import COMPARED, as_read, compare
from .repeats import as_text
from .whole import WAITS

Kind, D = ImportRow.Kind, ImportRow.Decision
# What rows that are about one child have in common, by what is said of them (`repeats.py`).
_ALIKE = {"twice": "upn", "who_twice": "who", "child_twice": "child_id"}


def leave_out_again(run: ImportRun) -> set[UUID]:
    """Leave out the rows that wait and say what an earlier one said that somebody has left out. It is their decision:
    who and when stay. Returns the keys of those rows.
    """
    said = {as_text(row.facts): row for row in _earlier(run).order_by("decided_at")}
    if not said:
        return set()
    who = {row.who for row in said.values()}
    rows = ImportRow.objects.filter(WAITS | Q(kind=Kind.JOINS), run=run, decision="", who__in=who)
    again = [(row, was) for row in rows if (was := said.get(as_text(row.facts))) is not None and _stays_out(row, was)]
    bulk.update(
        ImportRow,
        ("decision", "decided_by_id", "decided_at"),
        (
            {"id": row.pk, "decision": D.LEAVE, "decided_by_id": was.decided_by_id, "decided_at": was.decided_at}
            for row, was in again
        ),
    )
    return {row.pk for row, _ in again}


def _stays_out(row: ImportRow, was: ImportRow) -> bool:
    """A row that joins was left out by a colleague of whom it was hidden from, or else for what is settled by now."""
    return row.kind != Kind.JOINS or was.kind == Kind.JOINS


def let_in_alone(run: ImportRun, *, left: Set[UUID]) -> None:
    """A row that waits only because others say something else of the same child is as any other, where those are left
    out: a child whom a list names twice is asked about once. `left`: keys of rows that stay left out.
    """
    if not left:
        return
    rows = list(ImportRow.objects.filter(reduce(or_, (Q(problems__contains=[{"code": c}]) for c in _ALIKE)), run=run))
    stay: dict[tuple[str, Any], set[UUID]] = defaultdict(set)
    for row in rows:
        for likeness in _likenesses(row):
            stay[likeness] |= {row.pk} - left
    alone = [row for row in rows if row.decision == "" and all(stay[one] <= {row.pk} for one in _likenesses(row))]
    again = compare(run.school, [as_read(row) for row in alone], is_partial=run.is_partial)
    bulk.update(ImportRow, COMPARED, ({"id": row.pk} | result for row, result in zip(alone, again, strict=True)))


def _likenesses(row: ImportRow) -> list[tuple[str, Any]]:
    """For which likeness to other rows of its file the row waits, each with what the rows have in common."""
    codes = [problem["code"] for problem in row.problems if row.kind == Kind.HELD]
    return [(code, getattr(row, _ALIKE[code])) for code in codes if code in _ALIKE]


def _earlier(run: ImportRun) -> QuerySet[ImportRow]:
    rows = ImportRow.objects.filter(school=run.school_id, decision=D.LEAVE, run__is_partial=run.is_partial)
    return rows.exclude(run=run)
