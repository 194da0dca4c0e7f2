"""Read a file into rows, each compared with the school's list and with the other rows."""

from collections.abc import Iterator
from datetime import date
from itertools import batched
from typing import Any

from django.db.models import Count, DecimalField, Sum
from django.db.models.functions import Extract
from django.utils import timezone

from children.importing import formats
from children.importing.ctf import Header, TransferFile
from children.importing.problems import FileRefused
from children.importing.reading import open_sheet
from children.importing.rows import Parsed, RowReader
from children.lifecycles import import_life
from children.models import Child, ImportRow, ImportRun
from children.services import bulk
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import actors_transaction

from .comparing import CHUNK, COMPARED, as_read, compare
from .families import keep_where_rows_disagree
from .leaving_out import leave_out_again, let_in_alone
from .progress import Progress
from .repeats import mark_repeats
from .sight import whole_list
from .starting import forget_file, refuse, stored
from .telling import tell_of_hidden_homes
from .whole import summarise

Kind = ImportRow.Kind


class _DatesContradict(Exception):
    """The dates of the file contradict the way in which they are read: `columns` as `RowReader` says."""

    def __init__(self, columns: list[dict[str, Any]]) -> None:
        super().__init__()
        self.columns = columns


class _Stopped(Exception):
    """Somebody gave up on the file while it was read."""


def read_import(
    *, run: ImportRun, by: User | None, today: date | None = None, progress: Progress = lambda rows: None
) -> ImportRun:
    """Read, check and compare every row. The run is then READY, or REFUSED with the reason; MAPPING where its dates
    contradict each other, and a person says once for all of them how they are written.

    Where somebody gives up on the file meanwhile, it stops at the next chunk and the run is ABANDONED.

    Not one transaction: rows come in chunk by chunk, so that a page can show how far it is. Until the run is ready
    nobody looks at them, and a run that was stopped is read again from the start. `progress` is told the rows of each
    chunk.
    """
    today = today or timezone.localdate()
    with actors_transaction(), whole_list():
        run = import_life.perform("read", run, by=by)
        ImportRow.objects.filter(run=run).delete()
        run.compared_at, run.summary["list"] = timezone.now(), list_state(run.school)
    try:
        return _read(run, by, today, progress)
    except _Stopped:
        with actors_transaction():
            return ImportRun.objects.get(pk=run.pk)


def compare_again(run: ImportRun) -> dict[str, Any]:
    """Compare the rows with a list that has changed since, and return the new summary.

    What was decided about a row that compares as before stays; other decisions are taken back. The caller sees the
    whole list.
    """
    run.summary["list"] = list_state(run.school)
    rows = ImportRow.objects.filter(run=run).order_by("number")
    before = {row.pk: _shown(row) for row in rows.exclude(decision="").iterator(CHUNK)}
    for chunk in batched(rows.iterator(CHUNK), CHUNK):
        parsed = {row.pk: as_read(row) for row in chunk}
        found = compare(run.school, list(parsed.values()), is_partial=run.is_partial)
        bulk.update(ImportRow, COMPARED, ({"id": key} | result for key, result in zip(parsed, found, strict=True)))
    mark_repeats(run)
    left = rows.filter(decision=ImportRow.Decision.LEAVE)
    let_in_alone(run, left={row.pk for row in left.iterator(CHUNK) if _shown(row) == before[row.pk]})
    keep_where_rows_disagree(run)
    other = [row.pk for row in rows.filter(pk__in=before).iterator(CHUNK) if _shown(row) != before[row.pk]]
    rows.filter(pk__in=other).update(decision="", decided_by=None, decided_at=None)
    return summarise(run)


def _shown(row: ImportRow) -> tuple[Any, ...]:
    """What somebody saw who decided about a row."""
    return row.kind, row.child_id, row.changes, row.problems


def list_state(school: School) -> str:
    """Changes whenever a child of the school does, whichever transaction commits first."""
    exactly = Sum(Extract("changed_at", "epoch"), output_field=DecimalField(max_digits=40, decimal_places=6))
    found = Child.objects.filter(school=school, merged_into=None).aggregate(n=Count("pk"), at=exactly)
    return f"{found['n']}:{found['at']}"


def _read(run: ImportRun, by: User | None, today: date, progress: Progress) -> ImportRun:
    try:
        header = _stage(run, today, progress)
    except FileRefused as refused:
        with actors_transaction(), whole_list():
            _require_reading(run)
            return refuse(run, refused.sentence, by=by)
    except _DatesContradict as found:
        with actors_transaction(), whole_list():
            _require_reading(run)
            ImportRow.objects.filter(run=run).delete()
            summary = {name: run.summary[name] for name in ("expected", "headings")} | {"dates": found.columns}
            return import_life.perform("ask_dates", run, by=by, summary=summary, rows_read=0, date_style="")
    with actors_transaction(), whole_list():
        _require_reading(run)
        mark_repeats(run)
        let_in_alone(run, left=leave_out_again(run))
        keep_where_rows_disagree(run)
        summary = summarise(run) | {"addressee": header and [header.authority, header.establishment]}
        if not run.columns_told:
            forget_file(run)
        offered = import_life.perform(
            "offer", run, by=by, summary=summary, agreed=[], compared_at=run.compared_at, rows_read=run.rows_read
        )
        tell_of_hidden_homes(offered, by=by)
        return offered


def _stage(run: ImportRun, today: date, progress: Progress) -> Header | None:
    parsed, transfer, rows = _open(run, today)
    for chunk in batched(parsed, CHUNK):
        with actors_transaction(), whole_list():
            results = list(compare(run.school, chunk, is_partial=run.is_partial))
            _require_reading(run)
            bulk.insert(ImportRow, (_row(run, row, result) for row, result in zip(chunk, results, strict=True)))
            run.rows_read += len(chunk)
            ImportRun.objects.filter(pk=run.pk).update(rows_read=run.rows_read)
        progress(len(chunk))
    if not run.rows_read:
        raise FileRefused(
            "This file has headings but no children. Export the list again and look at it before you upload it."
        )
    # Asked once for each file: the answer may leave some dates that cannot be read, and those stand in their rows.
    if rows and "dates" not in run.summary and (contradicting := rows.dates_that_contradict()):
        raise _DatesContradict(contradicting)
    return transfer.header if transfer else None


def _require_reading(run: ImportRun) -> None:
    """Locks the run until the transaction ends, so that nobody can give up on it while rows are written."""
    if ImportRun.objects.select_for_update().get(pk=run.pk).status != ImportRun.Status.READING:
        raise _Stopped


def _open(run: ImportRun, today: date) -> tuple[Iterator[Parsed], TransferFile | None, RowReader | None]:
    run.rows_read = 0
    file = stored(run)
    if run.format == "ctf":
        transfer = TransferFile(file, today=today)
        return transfer.parse(), transfer, None
    sheet = open_sheet(file)
    product = formats.described(run.format, run.columns, month_first=run.date_style == "month")
    rows = RowReader(sheet.headings, run.columns, product, today=today)
    return rows.parse(sheet.records), None, rows


def _row(run: ImportRun, row: Parsed, result: dict[str, Any]) -> dict[str, Any]:
    return {
        "run_id": run.pk,
        "school_id": run.school_id,
        "number": row.number,
        "facts": row.facts,
        "who": row.who,
        **result,
    }
