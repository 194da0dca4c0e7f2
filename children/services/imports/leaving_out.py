"""What does a school no longer want to be asked? A row that somebody left out, for as long as lists say the same of it.

The row itself remembers it, under the run in which it was left out last.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from children.models import ImportRow, ImportRun
from children.services import bulk

from .comparing import COMPARED, as_read, compare
from .whole import WAITS

Kind, D = ImportRow.Kind, ImportRow.Decision
# What rows that are about one child have in common, by what is said of them (`repeats.py`).
_ALIKE = {"twice": "upn", "who_twice": "who", "child_twice": "child_id"}


def leave_out_again(run: ImportRun) -> set[UUID]:
    """Leave out the rows that wait and say what an earlier one said that somebody has left out. It is their decision:
    who and when stay. Returns the keys of those rows.
    """
    said = {_facts(row): row for row in _earlier(run).order_by("decided_at")}
    if not said:
        return set()
    rows = ImportRow.objects.filter(WAITS, run=run, decision="", who__in={row.who for row in said.values()})
    again = [(row, said[_facts(row)]) for row in rows if _facts(row) in said]
    bulk.update(
        ImportRow,
        ("decision", "decided_by_id", "decided_at"),
        (
            {"id": row.pk, "decision": D.LEAVE, "decided_by_id": was.decided_by_id, "decided_at": was.decided_at}
            for row, was in again
        ),
    )
    return {row.pk for row, _ in again}


def let_in_alone(run: ImportRun, *, left: Collection[UUID]) -> None:
    """A row that waits only because others say something else of the same child is as any other, where those are left
    out: a child whom a list names twice is asked about once. `left`: keys of rows that stay left out.
    """
    if not left:
        return
    rows = list(ImportRow.objects.filter(reduce(or_, (Q(problems__contains=[{"code": c}]) for c in _ALIKE)), run=run))
    groups: dict[tuple[str, Any], list[ImportRow]] = defaultdict(list)
    for row in rows:
        for code in _codes(row):
            groups[code, getattr(row, _ALIKE[code])].append(row)
    alone = [
        row
        for row in rows
        if row.decision == ""
        and all(
            other.pk in left
            for code in _codes(row)
            for other in groups[code, getattr(row, _ALIKE[code])]
            if other.pk != row.pk
        )
    ]
    again = compare(run.school, [as_read(row) for row in alone], is_partial=run.is_partial)
    bulk.update(ImportRow, COMPARED, ({"id": row.pk} | result for row, result in zip(alone, again, strict=True)))


def _codes(row: ImportRow) -> list[str]:
    """For which likeness to other rows of its file the row waits."""
    return [problem["code"] for problem in row.problems if problem["code"] in _ALIKE and row.kind == Kind.HELD]


def _earlier(run: ImportRun) -> QuerySet[ImportRow]:
    rows = ImportRow.objects.filter(school=run.school_id, decision=D.LEAVE, run__is_partial=run.is_partial)
    return rows.exclude(run=run)


def _facts(row: ImportRow) -> str:
    return json.dumps(row.facts, sort_keys=True)
