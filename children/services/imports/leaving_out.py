"""What does a school no longer want to be asked? A row that somebody left out, for as long as lists say the same of it.

The row itself remembers it, under the run in which it was left out last.
"""

import json

from django.db.models import QuerySet

from children.models import ImportRow, ImportRun
from children.services import bulk

from .whole import WAITS

Kind, D = ImportRow.Kind, ImportRow.Decision


def leave_out_again(run: ImportRun) -> None:
    """Leave out the rows that wait and say what an earlier one said that somebody has left out. It is their decision:
    who and when stay.
    """
    said = {_facts(row): row for row in _earlier(run).order_by("decided_at")}
    if not said:
        return
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


def _earlier(run: ImportRun) -> QuerySet[ImportRow]:
    rows = ImportRow.objects.filter(school=run.school_id, decision=D.LEAVE, run__is_partial=run.is_partial)
    return rows.exclude(run=run)


def _facts(row: ImportRow) -> str:
    return json.dumps(row.facts, sort_keys=True)
