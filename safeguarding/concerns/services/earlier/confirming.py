"""Put what was confirmed onto the children's records: everything in one transaction, or nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from children.services import bulk
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import actors_transaction
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record, record_many
from safeguarding.concerns.importing.said import Said
from safeguarding.concerns.lifecycles import earlier_life
from safeguarding.concerns.models import EarlierBatch, EarlierFile, EarlierPdf, EarlierRecord, EarlierRow
from safeguarding.exceptions import BadInput, ChangedSince
from safeguarding.keys import uuid7
from safeguarding.locks import take_longer
from safeguarding.sealing.ring import ring
from safeguarding.uploads import clamd

from .forgetting import forget_taken, forget_uploads
from .here import grouped, words_of
from .reading import state_of
from .starting import bare

S, Kind = EarlierBatch.Status, EarlierRow.Kind
CHANGED = "These files were read again after this page was shown. Look once more before you confirm."


@actors_transaction()
def confirm_batch(*, batch: EarlierBatch, by: User, seen: int, at: datetime | None = None) -> EarlierBatch:
    """Say that it may come onto the records as it was shown. `finish_batch` then does it.

    `seen` is the revision on the person's screen. Raises `ChangedSince` where something else is to be seen now,
    `NotAllowed` for anybody but who gave the files, `BadInput` where nothing of them can be used, `OutOfTurn` where it
    was done already.
    """
    locked = EarlierBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.status == S.READY:
        if seen != locked.revision:
            raise ChangedSince(CHANGED)
        if not (locked.summary["rows"].get(Kind.RECORD) or locked.summary["files"].get(EarlierPdf.Kind.FILE)):
            raise BadInput("Nothing of these files can come in. Mend what is listed, and bring in the mended file.")
    return earlier_life.perform("confirm", locked, by=by, at=at)


@actors_transaction()
def finish_batch(*, batch: EarlierBatch) -> EarlierBatch:
    """Put it onto the records as confirmed; the batch is CONFIRMED. May be called again: of one that was stopped
    nothing was done, one that is CONFIRMED stays so.

    Where a child of the school has changed since, or other records came in, it is UPLOADED again, to be read anew.
    """
    take_longer(minutes=10, because="thousands of records come in in one transaction, or none")
    locked: EarlierBatch = EarlierBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.status != S.CONFIRMING:
        return locked
    School.objects.select_for_update(no_key=True).get(pk=locked.school_id)
    by = locked.confirmed_by
    if locked.summary["state"] != state_of(locked):
        summary = bare(locked) | {"changed_since": True}
        return earlier_life.perform("reconsider", locked, by=by, summary=summary, confirmed_at=None, confirmed_by=None)
    rows = [_said(row) for row in EarlierRow.objects.filter(batch=locked).exclude(kind=Kind.BAD).order_by("number")]
    records = list(_records(locked, rows))
    children = {one["child_id"] for one in records}
    if children:
        ring().fetch([child.bytes for child in children])
    bulk.insert(EarlierRecord, records)
    files = _files(locked)
    _record(locked, len(records), len(files), children | {file.child_id for file in files}, by=by)
    actions = sum(len(one["further"].get("actions", ())) for one in records)
    done = {"records": len(records), "files": len(files), "actions": actions}
    done["children"] = len(children | {file.child_id for file in files})
    forget_taken(locked)
    forget_uploads(locked)
    return earlier_life.perform("finish", locked, by=by, summary=locked.summary | {"done": done})


def _said(row: EarlierRow) -> Said:
    content = row.content
    said = Said(row.number, content["facts"], content["more"], child=row.child_id, kind=row.kind, joins=row.joins)
    said.readers = content.get("readers", "")
    return said


def _records(batch: EarlierBatch, rows: Sequence[Said]) -> Iterator[dict[str, Any]]:
    actions = grouped(rows)
    for row in rows:
        if row.kind != Kind.RECORD or row.child is None:
            continue
        at, is_timed = row.happened
        yield {
            "id": uuid7(),
            "batch_id": batch.pk,
            "school_id": batch.school_id,
            "child_id": row.child,
            "source": batch.source,
            "readers": row.readers,
            "reference": row.facts.get("reference", ""),
            "happened_at": at.isoformat(),
            "is_timed": is_timed,
            "added_at": batch.confirmed_at,
            "added_by_id": batch.confirmed_by_id,
            **words_of(row, actions[row.number]),
        }


def _files(batch: EarlierBatch) -> list[EarlierFile]:
    """The PDFs and documents, which lie in the store already."""
    scan = EarlierFile.Scan.WAITING if clamd.is_set_up() else EarlierFile.Scan.NOT_SCANNED
    at, by = batch.confirmed_at, batch.confirmed_by
    assert at is not None and by is not None  # noqa: S101
    made = [
        EarlierFile(
            batch=batch,
            school_id=batch.school_id,
            child_id=pdf.child_id,
            source=batch.source,
            readers=pdf.readers,
            author=by,
            token=uuid5(batch.token, str(pdf.number)),
            name=pdf.name,
            kind=pdf.file_kind,
            size=pdf.size,
            is_active=pdf.is_active,
            stored=pdf.stored,
            pictures=pdf.pictures,
            scan=scan,
            attached_at=at,
        )
        for pdf in EarlierPdf.objects.filter(batch=batch, kind=EarlierPdf.Kind.FILE).order_by("number")
    ]
    return EarlierFile.objects.bulk_create(made, batch_size=500)


def _record(batch: EarlierBatch, records: int, files: int, children: set[UUID], *, by: User | None) -> None:
    """One event for all records and one for all files; and one for each child, so that a record tells where its parts
    come from.
    """
    for model, number in ((EarlierRecord, records), (EarlierFile, files)):
        if number:
            record(Verb.CREATE, batch, by=by, count=number, purpose=str(model._meta.model_name))
    record_many(Verb.IMPORT, "children.child", children, by=by, school_id=batch.school_id, purpose="earlier records")
