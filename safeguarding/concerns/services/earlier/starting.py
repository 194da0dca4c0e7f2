"""Take the files of an earlier system, say what the columns of the sheet mean, give up on them."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.capabilities import ChildCapability
from children.importing.problems import FileRefused
from children.importing.reading import MAX_BYTES, Sheet, open_sheet
from children.importing.workbooks import is_workbook, open_workbook
from children.models import ColumnMapping
from safeguarding import disk
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.audit.context import actors_transaction
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.importing import columns as meanings
from safeguarding.concerns.importing.entries import FileOfChild
from safeguarding.concerns.importing.zips import open_pack
from safeguarding.concerns.lifecycles import earlier_life
from safeguarding.concerns.lifecycles.earlier import IMPORTERS
from safeguarding.concerns.models import EarlierBatch, EarlierUpload
from safeguarding.concerns.models.earlier import LONGEST_SOURCE
from safeguarding.exceptions import BadInput
from safeguarding.sealing import files
from safeguarding.sealing.ring import Key
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import Subject
from safeguarding.turns import wait_for

from .forgetting import forget_read, forget_uploads

What = EarlierUpload.What
# What of a summary outlives another reading of the same files.
WAS_READ = "was_read"
_KEPT = ("headings", "sheet", "pack", "file", "papers", "changed_since", "failed", WAS_READ)


@dataclass(frozen=True)
class Given:
    """What was given: a sheet of incidents, a ZIP of PDFs, or both; or the file of a child from another school."""

    sheet: bytes = b""
    pack: bytes = b""
    file: FileOfChild | None = None

    @property
    def uploads(self) -> dict[str, bytes]:
        """What is kept until it has come in, by what it is."""
        found = {What.SHEET: self.sheet, What.PACK: self.pack}
        if self.file is not None:
            found |= {What.ENTRIES: self.file.as_json(), What.PAPERS: self.file.as_zip()}
        return {str(what): content for what, content in found.items() if content}


def batch_key(batch: EarlierBatch) -> Key:
    """The key with which its files are sealed and all that is read of them, until it is on the children's records."""
    return key_of(batch.pk, EarlierBatch._meta.label_lower, Subject.school(batch.school_id))


def start_batch(
    *,
    school: School,
    token: UUID,
    source: str,
    given: Given,
    by: User,
    is_held: bool = False,
    at: datetime | None = None,
) -> EarlierBatch:
    """Keep the files, sealed, and look what they are: UPLOADED (ready to be read), MAPPING (columns must be told) or
    REFUSED; HELD where nothing is to be read before `release_batch`.

    The same form again returns what the first became. Raises `BadInput` without a file, with one of more than 50 MB, or
    without the name of the system; `NotAllowed`, `FilesAway`.
    """
    ensure(by, ChildCapability.IMPORT_EARLIER_RECORDS, school.pk, IMPORTERS)
    source = " ".join(source.split())
    if not source or len(source) > LONGEST_SOURCE:
        raise BadInput(f"Say which system these records are from, in at most {LONGEST_SOURCE} characters.")
    if not (given.sheet or given.pack or given.file):
        raise BadInput("Choose the sheet of incidents, the ZIP of PDFs, or both.")
    if max(len(given.sheet), len(given.pack)) > MAX_BYTES:
        raise BadInput(f"A file may have at most {MAX_BYTES // 2**20} MB. Bring in fewer years at once.")
    with actors_transaction():
        wait_for(token)
        if (there := EarlierBatch.objects.filter(token=token, uploaded_by=by).first()) is not None:
            return there
        disk.ensure_room("no records can be brought in")
        batch = EarlierBatch(
            school=school, token=token, source=source, uploaded_by=by, uploaded_at=at or timezone.now()
        )
        batch.summary = {"sheet": bool(given.sheet), "pack": bool(given.pack)}
        if given.file is not None:
            batch.summary |= {"file": True, "papers": bool(given.file.papers)}
        batch.save(force_insert=True)
        record(Verb.IMPORT, batch, by=by, purpose="upload")
        for what, content in given.uploads.items():
            _keep(batch, what, content)
        try:
            known = _recognise(batch, given, by=by)
            return earlier_life.perform("hold", known, by=by) if is_held else known
        except FileRefused as refused:
            return refuse(batch, refused.sentence, by=by)


@transaction.atomic
def release_batch(*, batch: EarlierBatch, by: User) -> EarlierBatch:
    """Let files be read that were held: the batch is UPLOADED. Raises `NotAllowed`, `OutOfTurn`."""
    return earlier_life.perform("go_ahead", batch, by=by)


def _keep(batch: EarlierBatch, what: str, content: bytes) -> None:
    row = EarlierUpload(batch=batch, school_id=batch.school_id, what=what, size=len(content))
    row.stored = files.keep(content, key=batch_key(batch))
    row.save(force_insert=True)


def _recognise(batch: EarlierBatch, given: Given, *, by: User) -> EarlierBatch:
    """What the columns mean: told once for these headings, or to be told.

    A ZIP is bounded and its names are looked at.
    """
    if given.pack:
        open_pack(io.BytesIO(given.pack), today=timezone.localdate())
    if not given.sheet:
        return batch
    headings = sheet_of(given.sheet).headings
    told = ColumnMapping.objects.filter(
        school=batch.school_id, headings_digest=meanings.remembered_by(headings)
    ).first()
    batch.summary |= {"headings": headings}
    batch.columns = told.columns if told else meanings.guess(headings)
    batch.date_style = told.date_style if told else ""
    batch.save(update_fields=["summary", "columns", "date_style"])
    return batch if told else earlier_life.perform("ask_columns", batch, by=by)


def sheet_of(content: bytes) -> Sheet:
    """The headings and records of a sheet, CSV or XLSX. Raises `FileRefused`; so does reading its records."""
    stream = io.BytesIO(content)
    return open_workbook(stream, meanings.EXPECTED) if is_workbook(stream) else open_sheet(stream, meanings.EXPECTED)


def uploaded(batch: EarlierBatch, what: str) -> bytes:
    """A file as it was given; empty where none was. Raises `FilesAway`, `FileGone`."""
    with actors_transaction():
        row = EarlierUpload.objects.filter(batch=batch, what=what).first()
    return b"".join(files.read(row.stored, record=batch.pk)) if row else b""


@transaction.atomic
def tell_columns(*, batch: EarlierBatch, columns: Mapping[str, str], month_first: bool, by: User) -> EarlierBatch:
    """Say what the columns of a sheet mean: {heading: field, or `more`}. It is remembered by the headings.

    Raises `BadInput` where rows could not be read by them.
    """
    given = {heading: meaning for heading, meaning in columns.items() if meaning}
    if problem := meanings.problem_of(given):
        raise BadInput(problem)
    style = "month" if month_first else "day"
    told = earlier_life.perform("tell_columns", batch, by=by, columns=given, date_style=style)
    ColumnMapping.objects.update_or_create(
        school=batch.school,
        headings_digest=meanings.remembered_by(batch.summary["headings"]),
        defaults={"columns": given, "date_style": style, "changed_by": by, "changed_at": timezone.now()},
    )
    return told


@transaction.atomic
def tell_columns_again(*, batch: EarlierBatch, by: User) -> EarlierBatch:
    """Go back to what the columns mean: what was read is deleted, the files are kept."""
    if not batch.columns_told:
        raise BadInput("There is no sheet whose columns could mean something else.")
    asked = earlier_life.perform("tell_again", batch, by=by, summary=bare(batch))
    forget_read(asked)
    return asked


@actors_transaction()
def abandon_batch(*, batch: EarlierBatch, by: User, at: datetime | None = None) -> EarlierBatch:
    """Give up on these files: they and what was read of them are deleted. No record has changed."""
    given_up = earlier_life.perform("abandon", batch, by=by, at=at, summary=_less_headings(batch))
    forget_read(given_up)
    forget_uploads(given_up)
    return given_up


def refuse(batch: EarlierBatch, sentence: str, *, by: User | None) -> EarlierBatch:
    """The files cannot be used: keep why, and nothing of them."""
    refused = earlier_life.perform("refuse", batch, by=by, refusal=sentence, summary=_less_headings(batch))
    forget_read(refused)
    forget_uploads(refused)
    return refused


def bare(batch: EarlierBatch) -> dict[str, Any]:
    """The summary as before the files were read."""
    return {name: value for name, value in batch.summary.items() if name in _KEPT}


def _less_headings(batch: EarlierBatch) -> dict[str, Any]:
    """Without the headings: of a file that is none of incidents, they may be anything."""
    return {name: value for name, value in batch.summary.items() if name != "headings"}
