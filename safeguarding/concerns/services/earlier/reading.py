"""Read the files of an earlier system: each row and each PDF with its child, or with why it cannot be used."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import batched
from typing import Any

from django.db.models import Count
from django.utils import timezone

from children.importing.problems import FileRefused
from children.services import bulk
from children.services.imports.reading import list_state
from safeguarding.accounts.models import User
from safeguarding.audit.context import actors_transaction
from safeguarding.concerns.importing.columns import MORE
from safeguarding.concerns.importing.entries import entries_in
from safeguarding.concerns.importing.joining import join
from safeguarding.concerns.importing.said import Reader, Said
from safeguarding.concerns.lifecycles import earlier_life
from safeguarding.concerns.models import EarlierBatch, EarlierPdf, EarlierRow, EarlierUpload
from safeguarding.keys import uuid7

from .forgetting import forget_read
from .here import mark_here
from .matching import Register
from .packed import read_pack
from .papers import read_papers
from .starting import WAS_READ, bare, refuse, sheet_of, uploaded

CHUNK = 2000
S = EarlierBatch.Status


class _Stopped(Exception):
    """Somebody gave up on the files while they were read."""


def read_batch(*, batch: EarlierBatch, by: User, today: date | None = None) -> EarlierBatch:
    """Read, match and join everything. The batch is then READY, or REFUSED with the reason; ABANDONED where somebody
    gave up.

    Not one transaction: what was read comes in piece by piece, so that a page can show how far it is. Until the batch
    is ready nobody looks at it, and one that was stopped is read again from the start.
    """
    today = today or timezone.localdate()
    with actors_transaction():
        batch = earlier_life.perform("read", batch, by=by, summary=bare(batch) | {WAS_READ: True})
        forget_read(batch)
    try:
        return _read(batch, by, today)
    except _Stopped:
        with actors_transaction():
            return EarlierBatch.objects.get(pk=batch.pk)
    except FileRefused as refused:
        with actors_transaction():
            _require_reading(batch)
            return refuse(batch, refused.sentence, by=by)


def state_of(batch: EarlierBatch) -> str:
    """Changes whenever a child of the school does, or what was brought in from earlier systems."""
    others = EarlierBatch.objects.filter(school=batch.school_id, status__in=(S.CONFIRMED, S.WITHDRAWN))
    stood = others.order_by().values("status").annotate(n=Count("pk")).order_by("status").values_list("status", "n")
    return f"{list_state(batch.school)} {dict(stood)}"


def _read(batch: EarlierBatch, by: User, today: date) -> EarlierBatch:
    with actors_transaction():
        batch.summary["state"] = state_of(batch)
        register = Register.of(batch.school_id, by=by)
        rows = list(_rows(batch, today))
        _match(rows, register)
        mark_here(batch, rows)
        batch.summary["expected"] = len(rows)
    for some in batched(rows, CHUNK):
        with actors_transaction():
            _go_on(batch, "rows_read", len(some))
            bulk.insert(EarlierRow, (_on_its_way(batch, row) for row in some))
    read_pack(batch, register, today=today, may_go_on=lambda number: _go_on(batch, "files_read", number))
    read_papers(batch, register, may_go_on=lambda number: _go_on(batch, "files_read", number))
    with actors_transaction():
        _require_reading(batch)
        return earlier_life.perform("offer", batch, by=by, summary=batch.summary | _counted(batch, rows))


def _rows(batch: EarlierBatch, today: date) -> Iterator[Said]:
    if batch.is_file:
        return entries_in(uploaded(batch, EarlierUpload.What.ENTRIES))
    content = uploaded(batch, EarlierUpload.What.SHEET)
    return _rows_of_sheet(batch, content, today) if content else iter(())


def _rows_of_sheet(batch: EarlierBatch, content: bytes, today: date) -> Iterator[Said]:
    sheet = sheet_of(content)
    reader = Reader(
        sheet.headings,
        batch.columns,
        month_first=batch.date_style == "month",
        today=today,
        may_be_short=not sheet.encoding,
    )
    return reader.read(sheet.records)


def _match(rows: Sequence[Said], register: Register) -> None:
    """Whom each row is about, and which belong together.

    An action need not name its child: it is that of its incident.
    """
    for row in rows:
        if not row.problem and (row.says_who or "details" in row.facts):
            row.child, row.problem = register.find(row.facts)
    join(rows)


def _on_its_way(batch: EarlierBatch, row: Said) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "batch_id": batch.pk,
        "school_id": batch.school_id,
        "number": row.number,
        "kind": row.kind,
        "child_id": row.child,
        "content": row.as_dict(),
        "problem": row.problem,
        "column": row.column[:200],
        "joins": row.joins,
    }


def _counted(batch: EarlierBatch, rows: Sequence[Said]) -> dict[str, Any]:
    pdfs = EarlierPdf.objects.filter(batch=batch).order_by()
    left_out = [heading for heading in batch.summary.get("headings", ()) if heading and heading not in batch.columns]
    return {
        "rows": Counter(row.kind for row in rows),
        "files": dict(pdfs.values("kind").annotate(n=Count("pk")).values_list("kind", "n")),
        "children": len({row.child for row in rows if row.kind == EarlierRow.Kind.RECORD}),
        "left_out": left_out,
        "kept_apart": [heading for heading, meaning in batch.columns.items() if meaning == MORE],
        "read_at": timezone.now().isoformat(),
    }


def _go_on(batch: EarlierBatch, what: str, number: int) -> None:
    """Note how far it is, for the page. Raises `_Stopped`."""
    _require_reading(batch)
    batch.summary[what] = batch.summary.get(what, 0) + number
    EarlierBatch.objects.filter(pk=batch.pk).update(summary=batch.summary)


def _require_reading(batch: EarlierBatch) -> None:
    locked = EarlierBatch.objects.select_for_update().filter(pk=batch.pk, status=S.READING)
    if not locked.exists():
        raise _Stopped
