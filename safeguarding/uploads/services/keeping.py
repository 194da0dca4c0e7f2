"""Take files in: look into each, seal what is taken, and only then lock the record and make its row."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Generic, TypeVar
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat

from safeguarding import disk
from safeguarding.accounts.models import User
from safeguarding.ages import lately
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record_many
from safeguarding.exceptions import BadInput
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from safeguarding.uploads import clamd
from safeguarding.uploads.kinds import MOST_FILES, kind_of
from safeguarding.uploads.looking import LATER, Looked, look_into
from safeguarding.uploads.models import StoredFile, kinds_of_file

# What one person may attach in a day.
MOST_A_DAY = 250 * 2**20
# Looking into all files of a form: a page is not held up longer.
SECONDS_IN_ALL = 20.0
F = TypeVar("F", bound=StoredFile)


@dataclass(frozen=True)
class Upload:
    """A file as it came: the name that somebody gave it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Attached(Generic[F]):
    """What became of a form with files: those that were kept, and a sentence for each that was not.

    `is_news`: some of them were not there before, from the same form.
    """

    kept: list[F]
    problems: list[str]
    is_news: bool


Seen = list[tuple[Upload, Looked]]


@dataclass(frozen=True)
class Sealed(Generic[F]):
    """Files of a form that lie in the store, as rows that are not saved yet, and a sentence for each that was not
    taken.
    """

    rows: list[F]
    problems: list[str]


def look_into_all(uploads: Sequence[Upload], *, by: User, at: datetime) -> Seen:
    """What is found in each file of a form. Raises `BadInput` where nothing can be attached now."""
    if not uploads:
        raise BadInput("Choose a file first.")
    if len(uploads) > MOST_FILES:
        raise BadInput(f"Attach at most {MOST_FILES} files at once.")
    ensure_room(by, sum(len(upload.content) for upload in uploads), at)
    ends = time.monotonic() + SECONDS_IN_ALL
    return [
        (upload, look_into(tidy_name(upload.name), upload.content, patience=ends - time.monotonic()))
        for upload in uploads
    ]


def seal_all(uploads: Sequence[Upload], *, make: Callable[..., F], token: UUID, by: User, at: datetime) -> Sealed[F]:
    """Look into each file of a form and put what is taken into the store, sealed. Before any row is locked: this takes
    as long as it takes, and somebody may be at work on the record.

    Raises `BadInput` where nothing can be attached now.
    """
    return seal_seen(look_into_all(uploads, by=by, at=at), make=make, token=token, by=by, at=at)


def seal_seen(seen: Seen, *, make: Callable[..., F], token: UUID, by: User, at: datetime) -> Sealed[F]:
    """The same of files that have been looked into.

    `make(**fields)` is a new row of the record, not saved yet:
    `partial(Attachment, concern=…, school_id=…)`. A store that is away is asked once, not for every file of the form.
    """
    rows: list[F] = []
    problems, away, ends = [], "", time.monotonic() + SECONDS_IN_ALL
    for number, (upload, looked) in enumerate(seen):
        name = tidy_name(upload.name)
        row = make(author=by, name=name, size=len(upload.content), attached_at=at)
        record, _ = record_of(row)
        row.token = uuid5(token, f"{record}\0{number}\0{name}\0{sha256(upload.content).hexdigest()}")
        if _there(row) is not None:
            rows.append(row)
            continue
        away = away or (LATER if time.monotonic() > ends else "")
        if looked.kind is not None and not away:
            try:
                _seal(row, upload, looked)
            except FilesAway as error:
                away = error.sentence
            else:
                rows.append(row)
                continue
        problems.append(f"{_which(number, seen)} was not attached. {looked.problem or away}")
    return Sealed(rows, problems)


def keep(sealed: Sealed[F], *, by: User) -> Attached[F]:
    """Make the rows of what lies in the store.

    The caller has locked the record. The same form again keeps nothing twice.
    """
    kept, made = [], []
    for row in sealed.rows:
        there = _there(row)
        if there is None:
            row.save(force_insert=True)
            made.append(row)
        elif row.stored:
            transaction.on_commit(partial(files.drop, row.stored, *row.pictures), robust=True)
        kept.append(there or row)
    if made:
        label, school_id = made[0]._meta.label_lower, made[0].school_id
        record_many(Verb.CREATE, label, [row.pk for row in made], by=by, school_id=school_id)
    return Attached(kept, sealed.problems, is_news=bool(made))


def _there(row: F) -> F | None:
    """The same file of the same form, where it is kept already."""
    found: F | None = type(row)._default_manager.filter(token=row.token, author=row.author).first()
    return found


def _which(number: int, seen: Seen) -> str:
    """Which file of a form, without its name: what is said of it waits in the session, where nothing is sealed."""
    if len(seen) == 1:
        return "The file"
    upload, _ = seen[number]
    kind = kind_of(upload.name)
    return (
        f"File {number + 1} of {len(seen)} ({kind.title if kind else 'of another kind'}, "
        f"{filesizeformat(len(upload.content))})"
    )


def _seal(row: StoredFile, upload: Upload, looked: Looked) -> None:
    """Put the content into the store, so that a row never lacks its file."""
    assert looked.kind is not None  # noqa: S101
    record, kind = record_of(row)
    key = key_of(record, kind, first_subject(row))
    row.kind, row.is_active = looked.kind.key, looked.is_active
    row.stored = files.keep(upload.content, key=key)
    row.pictures = [files.keep(picture, key=key) for picture in looked.pictures]
    row.scan = StoredFile.Scan.WAITING if clamd.is_set_up() else StoredFile.Scan.NOT_SCANNED


def tidy_name(name: str) -> str:
    """The name without a path and without what no eye sees. What it was called stays what it is called."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip() or "file"


def ensure_room(by: User, coming: int, at: datetime) -> None:
    """Raises `BadInput` where the disk is nearly full, or somebody has attached more than enough today."""
    disk.ensure_room()
    today = (
        model._default_manager.filter(lately("attached_at", timedelta(days=1), at), author=by)
        for model in kinds_of_file()
        if model.counts_for_the_day
    )
    if sum(rows.aggregate(all=Sum("size"))["all"] or 0 for rows in today) + coming > MOST_A_DAY:
        raise BadInput(f"You have attached {MOST_A_DAY // 2**20} MB since yesterday. Go on tomorrow, or ask a lead.")
