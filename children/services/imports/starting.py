"""Take a file, find out what it is, say what its columns mean, give up on it."""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from children.capabilities import ChildCapability
from children.importing import formats
from children.importing.problems import FileRefused
from children.importing.reading import MAX_BYTES, is_xml, open_sheet
from children.lifecycles import import_life
from children.models import ColumnMapping, ImportPart, ImportRow, ImportRun
from safeguarding import disk
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.audit.context import actors_transaction
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import uuid7

from .sight import whole_list

PART = 1024 * 1024
S = ImportRun.Status
_WAITING = (S.UPLOADED, S.MAPPING, S.READING, S.READY)
_OFFICE = "Only the office, a safeguarding lead, a deputy or the Headteacher can bring in children."


class StoredFile(io.RawIOBase):
    """The uploaded file as a stream, one part in memory at a time."""

    def __init__(self, run: ImportRun) -> None:
        self._run, self._at = run, 0
        self._number, self._part = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._run.size}[whence]
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        number, inside = divmod(self._at, PART)
        if number != self._number:
            # The file is read between the transactions of what is made of it.
            with actors_transaction():
                parts = ImportPart.objects.filter(run=self._run, number=number)
                content = parts.values_list("content", flat=True).first()
            self._number, self._part = number, bytes(content or b"")
        piece = self._part[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def stored(run: ImportRun) -> io.BufferedReader:
    """The uploaded file of a run, to be read from its start."""
    return io.BufferedReader(StoredFile(run), buffer_size=256 * 1024)


@actors_transaction()
def start_import(
    *,
    school: School,
    file_name: str,
    chunks: Iterable[bytes],
    by: User | None,
    key: UUID | None = None,
    unattended: bool = False,
    from_folder: bool = False,
) -> ImportRun:
    """Keep a file and find out what it is. The run is UPLOADED (ready to be read), MAPPING (its columns must be told)
    or REFUSED.

    `chunks` are its bytes. `by` is None `from_folder` and at the command line only, which give the `key` of the run,
    too, as they keep the worker away from it. `unattended`: what needs nobody goes in without a look (`confirm_plain`).
    Without a `key` the same file again from the same person is the run that waits already. Raises `BadInput` for a file
    of more than 50 MB, or where the disk is nearly full.
    """
    if by is not None:
        ensure(by, ChildCapability.KEEP_CHILDREN, school.pk, _OFFICE)
    disk.ensure_room("no children can be imported")
    try:
        with transaction.atomic():
            run = _keep_file(school, file_name, chunks, by, key, unattended, from_folder)
    except _SentTwice as twice:
        return twice.run
    record(Verb.IMPORT, run, by=by, purpose="upload")
    try:
        return _recognise(run, by=by)
    except FileRefused as refused:
        return refuse(run, refused.sentence, by=by)


class _SentTwice(Exception):
    """The same person has sent the same file already, and it waits."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__()
        self.run = run


def _keep_file(
    school: School,
    file_name: str,
    chunks: Iterable[bytes],
    by: User | None,
    key: UUID | None,
    unattended: bool,
    from_folder: bool,
) -> ImportRun:
    """The file in parts, and its run. Raises `_SentTwice`, and `BadInput` for a file that is too large."""
    run = ImportRun(id=key or uuid7(), school=school, file_name=file_name[-100:], size=0, uploaded_by=by)
    run.unattended, run.from_folder, run.received_at = unattended, from_folder, timezone.now()
    run.save(force_insert=True)
    expected, digest = 0, sha256()
    for number, part in enumerate(_parts(chunks)):
        run.size += len(part)
        digest.update(part)
        expected += max(part.count(b"\n"), part.count(b"</Pupil>"))
        if run.size > MAX_BYTES:
            raise BadInput(
                f"This file is larger than {MAX_BYTES // 1024**2} MB. Export the children of one school only."
            )
        ImportPart(run=run, school=school, number=number, content=part).save(force_insert=True)
    # About how many rows there are, for the progress bar: exact enough to wait by.
    run.summary, run.digest = {"expected": expected}, digest.hexdigest()
    run.save(update_fields=["size", "summary", "digest"])
    waiting = ImportRun.objects.filter(school=school, digest=run.digest, uploaded_by=by, status__in=_WAITING)
    if by is not None and key is None and (there := waiting.exclude(pk=run.pk).first()) is not None:
        raise _SentTwice(there)
    return run


@transaction.atomic
def tell_columns(*, run: ImportRun, columns: Mapping[str, str], month_first: bool, by: User) -> ImportRun:
    """Say what the columns of a school's own spreadsheet mean: {heading: field}. It is remembered by the headings.

    Raises `BadInput` when a field every file must have is missing, or one field is given twice.
    """
    given = {heading: meaning for heading, meaning in columns.items() if meaning}
    if lacking := formats.missing(given):
        raise BadInput(f"Choose which column holds: {', '.join(lacking)}.")
    if doubled := formats.doubled(given):
        raise BadInput(f"Two columns cannot both hold: {', '.join(doubled)}. Choose one of them.")
    style = "month" if month_first else "day"
    ColumnMapping.objects.update_or_create(
        school=run.school,
        headings_digest=formats.digest(run.summary["headings"]),
        defaults={"columns": given, "date_style": style, "changed_by": by, "changed_at": timezone.now()},
    )
    return import_life.perform("tell_columns", run, by=by, columns=given, date_style=style)


@transaction.atomic
def tell_columns_again(*, run: ImportRun, by: User) -> ImportRun:
    """Go back to what the columns mean, where somebody has said so: what was read is deleted, the file is kept."""
    if not run.columns_told:
        raise BadInput("Harbour knows the headings of this file by itself. Give up on it and bring in another.")
    summary = {name: value for name, value in run.summary.items() if name in ("expected", "headings", "dates")}
    asked = import_life.perform("tell_again", run, by=by, summary=summary, rows_read=0)
    with whole_list():
        ImportRow.objects.filter(run=asked).delete()
    return asked


@actors_transaction()
def abandon_import(*, run: ImportRun, by: User | None, at: datetime | None = None) -> ImportRun:
    """Give up on a file. Its rows are deleted; the list of children is as it was."""
    given_up = import_life.perform("abandon", run, by=by, at=at, summary=_less_headings(run))
    forget(given_up)
    return given_up


def refuse(run: ImportRun, sentence: str, *, by: User | None) -> ImportRun:
    """The file cannot be used: keep why, and nothing of it."""
    refused = import_life.perform("refuse", run, by=by, refusal=sentence, summary=_less_headings(run))
    forget(refused)
    return refused


def _less_headings(run: ImportRun) -> dict[str, Any]:
    """The summary without the headings: of a file that is none of children, they may be anything, a child's row too."""
    return {name: value for name, value in run.summary.items() if name != "headings"}


def forget(run: ImportRun, *, leave: Iterable[UUID] = ()) -> None:
    """Delete the file and the rows of a run, less the rows with the keys `leave`."""
    forget_file(run)
    with whole_list():
        ImportRow.objects.filter(run=run).exclude(pk__in=list(leave)).delete()


def forget_file(run: ImportRun) -> None:
    """Delete the uploaded file of a run."""
    ImportPart.objects.filter(run=run).delete()


def forget_earlier(run: ImportRun) -> None:
    """What earlier lists of the school left to be looked at is over with the next one. So is what could not be used of
    transfer files, or was left out.

    A transfer file names some children only: it ends nothing, and what waits of it waits until it is decided.
    """
    if run.is_partial:
        return
    over = (ImportRun.Status.CONFIRMED, ImportRun.Status.ABANDONED)
    earlier = ImportRun.objects.filter(school=run.school_id, status__in=over).exclude(pk=run.pk)
    # By key: joined to its run, a table that has just grown by 60,000 rows was searched once for each of them.
    keys = dict(earlier.values_list("pk", "is_partial"))
    ImportPart.objects.filter(run__in=keys).delete()
    rows = ImportRow.objects.all()
    rows.filter(run__in=[key for key, partial in keys.items() if not partial]).delete()
    partial = [key for key, partial in keys.items() if partial]
    D = ImportRow.Decision
    over_too = Q(kind=ImportRow.Kind.REJECTED) | Q(decision__in=(D.LEAVE, D.DONE))
    rows.filter(over_too, run__in=partial).delete()


def _recognise(run: ImportRun, *, by: User | None) -> ImportRun:
    """Note what the file is, or that its columns must be told. What was told once is known again by the headings.

    A product's file is asked about, too, where it has further columns that probably hold what Harbour takes.
    """
    file = stored(run)
    if is_xml(file):
        run.format, run.is_partial = "ctf", True
        run.save(update_fields=["format", "is_partial"])
        return run
    headings = open_sheet(file).headings
    product = formats.recognise(headings)
    known = formats.columns_of(product, headings) if product else {}
    further = formats.probable(headings, known)
    told = ColumnMapping.objects.filter(school=run.school, headings_digest=formats.digest(headings)).first()
    run.format, run.summary = product.key if product else "other", run.summary | {"headings": headings}
    run.columns = told.columns if told else known | further
    run.date_style = told.date_style if told else ""
    run.save(update_fields=["format", "columns", "summary", "date_style"])
    return run if told or (product and not further) else import_life.perform("ask_columns", run, by=by)


def _parts(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """The same bytes in parts of one megabyte, the last as long as it is; an empty file has one empty part."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
    yield bytes(waiting)


def require_ready(run: ImportRun) -> None:
    """Raises `OutOfTurn` unless the run waits to be looked at and confirmed."""
    if run.status != ImportRun.Status.READY:
        raise OutOfTurn("This import is not waiting to be confirmed. Open the list of imports to see where it stands.")


def require_seen(since: int, seen: int) -> None:
    """Raises `ChangedSince` where the page showed an earlier revision than `since`: nobody confirms what was not
    shown.
    """
    if seen < since:
        raise ChangedSince(
            "The list of children, or what was decided about this file, changed after this page was shown. "
            "Look again before you go on."
        )
