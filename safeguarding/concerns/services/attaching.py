"""Attach files to a concern, give them out, withhold one that may not be there, and take it out with a second person."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.second_person import ensure_second
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record, record_many
from safeguarding.concerns.models import Account, Attachment, Concern
from safeguarding.concerns.permissions import ensure_decides, may_have_original
from safeguarding.concerns.services.deciding.changes import LEADS, lock, touch
from safeguarding.concerns.services.telling import tell_readers
from safeguarding.concerns.subjects import KIND
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import Subject
from safeguarding.uploads import scanning
from safeguarding.uploads.kinds import MOST_FILES
from safeguarding.uploads.looking import Looked, look_into

# What one person may attach in a day, and of its disk the part that a school needs for what people write.
MOST_A_DAY = 250 * 2**20
LEAST_FREE = 0.10
# Looking into all files of a form: a page is not held up longer.
SECONDS_IN_ALL = 20.0
Scan = Attachment.Scan


@dataclass(frozen=True)
class Upload:
    """A file as it came: the name that somebody gave it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Attached:
    """What became of a form with files: those that were kept, and a sentence for each that was not.

    `is_news`: some of them were not there before, from the same form.
    """

    kept: list[Attachment]
    problems: list[str]
    is_news: bool


@dataclass(frozen=True)
class Given:
    """A file to give out: its name, as what, and its content, which asks no database any more."""

    name: str
    content_type: str
    content: Iterator[bytes]


@transaction.atomic
def attach(
    *, concern: Concern, token: UUID, uploads: Sequence[Upload], by: User, at: datetime | None = None
) -> Attached:
    """A lead attaches files. What is not taken is said; the others are kept. The same form again attaches nothing twice.

    Raises `NotAllowed` for somebody who does not decide, `BadInput` where nothing can be attached now.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    at = at or timezone.now()
    looked = _look_into(uploads, by, at)
    locked = lock(concern.pk)
    found = _keep(locked, token, looked, by=by, at=at)
    if found.is_news:
        touch(locked)
        record(Verb.ADD, locked, by=by, purpose="files")
    return found


@transaction.atomic
@door("reporting")
def attach_to_report(
    *, account: Account, token: UUID, uploads: Sequence[Upload], by: User, at: datetime | None = None
) -> Attached:
    """The same by who wrote the report; the leads are told that something was added."""
    if account.author_id != by.pk:
        raise NotAllowed("Only the person who wrote a report attaches files to it. Log a concern of your own instead.")
    at = at or timezone.now()
    looked = _look_into(uploads, by, at)
    concern = Concern.objects.select_for_update().get(pk=account.concern_id)
    if concern.finished_at is None:
        raise OutOfTurn("You have not finished this report yet. Finish it first, then attach files.")
    found = _keep(concern, token, looked, by=by, at=at)
    if found.is_news:
        concern.news_at = at
        concern.revision += 1
        concern.save(update_fields=["news_at", "revision"])
        record(Verb.ADD, concern, by=by, purpose="files")
        tell_readers(concern, Notice.Kind.ADDED, by=by, at=at)
    return found


Seen = list[tuple[Upload, Looked]]


def _look_into(uploads: Sequence[Upload], by: User, at: datetime) -> Seen:
    """What each file is. Before the concern is locked: this takes as long as it takes, and a lead may be at work on it."""
    if not uploads:
        raise BadInput("Choose a file first.")
    if len(uploads) > MOST_FILES:
        raise BadInput(f"Attach at most {MOST_FILES} files at once.")
    _ensure_room(by, sum(len(upload.content) for upload in uploads), at)
    ends = time.monotonic() + SECONDS_IN_ALL
    return [
        (upload, look_into(_tidy(upload.name), upload.content, patience=ends - time.monotonic())) for upload in uploads
    ]


def _keep(concern: Concern, token: UUID, seen: Seen, *, by: User, at: datetime) -> Attached:
    """Seal what is taken, and only then make its row: a row never lacks its file. The concern is locked.

    A store that is away is asked once, not for every file of the form.
    """
    kept, made, problems, away = [], [], [], ""
    for number, (upload, looked) in enumerate(seen):
        name = _tidy(upload.name)
        key = uuid5(token, f"{concern.pk}\0{number}\0{name}\0{sha256(upload.content).hexdigest()}")
        there = Attachment.objects.filter(token=key, author=by).first()
        if there is not None:
            kept.append(there)
            continue
        if looked.kind is not None and not away:
            try:
                made.append(_keep_one(concern, key, name, upload, looked, by=by, at=at))
                kept.append(made[-1])
                continue
            except FilesAway as error:
                away = error.sentence
        problems.append(f"“{name[:80]}” was not attached. {looked.problem or away}")
    record_many(Verb.CREATE, "concerns.attachment", [one.pk for one in made], by=by, school_id=concern.school_id)
    return Attached(kept, problems, is_news=bool(made))


def _keep_one(
    concern: Concern, token: UUID, name: str, upload: Upload, looked: Looked, *, by: User, at: datetime
) -> Attachment:
    assert looked.kind is not None  # noqa: S101
    key = key_of(concern.pk, KIND, Subject.school(concern.school_id))
    return Attachment.objects.create(
        concern=concern,
        school_id=concern.school_id,
        author=by,
        token=token,
        name=name,
        kind=looked.kind.key,
        size=len(upload.content),
        is_active=looked.is_active,
        stored=files.keep(upload.content, key=key),
        pictures=[files.keep(picture, key=key) for picture in looked.pictures],
        scan=Scan.WAITING if scanning.is_set_up() else Scan.NOT_SCANNED,
        attached_at=at,
    )


def _tidy(name: str) -> str:
    """The name without a path and without what no eye sees. What it was called stays what it is called."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip() or "file"


def _ensure_room(by: User, coming: int, at: datetime) -> None:
    """Raises `BadInput` where the disk is nearly full, or somebody has attached more than enough today."""
    if files.free_part() < LEAST_FREE:
        raise BadInput(
            "The disk of Harbour is nearly full, so no files can be attached. What you write is still saved. Tell whoever looks "
            "after Harbour at your school, and keep the file until then."
        )
    today = Attachment.objects.filter(author=by, attached_at__gt=at - timedelta(days=1))
    if (today.aggregate(all=Sum("size"))["all"] or 0) + coming > MOST_A_DAY:
        raise BadInput(f"You have attached {MOST_A_DAY // 2**20} MB since yesterday. Go on tomorrow, or ask a lead.")


def give_out(attachment: Attachment, *, to: User) -> Given:
    """The file for somebody who sees the attachment: as it came, or a picture drawn anew where only leads have the original.

    Raises `OutOfTurn` while nobody may have it.
    """
    _ensure_open(attachment)
    if may_have_original(to, attachment):
        content = files.read(attachment.stored, record=attachment.concern_id)
        return Given(attachment.name, attachment.of_kind.content_type, content)
    name = f"{attachment.name.rpartition('.')[0] or 'picture'}.jpg"
    return Given(name, "image/jpeg", files.read(attachment.pictures[0], record=attachment.concern_id))


def picture_of(attachment: Attachment, number: int) -> Iterator[bytes]:
    """A picture of the file, drawn anew: the picture itself, or a page of a PDF, from 1. Raises `OutOfTurn`, `IndexError`."""
    _ensure_open(attachment)
    return files.read(attachment.pictures[number - 1], record=attachment.concern_id)


def _ensure_open(attachment: Attachment) -> None:
    if attachment.removed_at:
        raise OutOfTurn("This file was taken out of the concern.")
    if attachment.is_withheld:
        raise OutOfTurn("A lead has withheld this file. Nobody opens it.")
    if not attachment.may_be_opened:
        raise OutOfTurn(f"This file cannot be opened. {attachment.get_scan_display()}.")


@transaction.atomic
def withhold(*, attachment: Attachment, reason: str, by: User, at: datetime | None = None) -> Attachment:
    """A lead puts a file out of everybody's reach at once, with the reason. It stays sealed until a second person takes it out."""
    ensure_decides(by, attachment.concern_id, attachment.school_id, LEADS)
    held = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if held.is_withheld:
        return held
    if reason not in Attachment.Removal:
        raise BadInput("Choose why nobody may open this file.")
    held.withheld_at, held.withheld_by, held.removal = at or timezone.now(), by, reason
    held.save(update_fields=["withheld_at", "withheld_by", "removal"])
    record(Verb.RESTRICT, held, by=by, purpose=reason)
    return held


@transaction.atomic
def give_back(*, attachment: Attachment, by: User, at: datetime | None = None) -> Attachment:
    """A second person finds that the file may be there. Raises `NotAllowed` for the first, `OutOfTurn` where it is gone."""
    held = _held(attachment, by, at or timezone.now())
    held.withheld_at, held.withheld_by, held.removal = None, None, ""
    held.save(update_fields=["withheld_at", "withheld_by", "removal"])
    record(Verb.LIFT, held, by=by)
    return held


@transaction.atomic
def remove(*, attachment: Attachment, by: User, at: datetime | None = None) -> Attachment:
    """A second person takes the file out, without the waiting of the retention schedule. That there was one stays on record.

    Raises `NotAllowed` for the first, `OutOfTurn` where nobody has withheld it.
    """
    at = at or timezone.now()
    held = _held(attachment, by, at)
    gone = [held.stored, *held.pictures]
    held.removed_at, held.removed_by, held.stored, held.pictures = at, by, "", []
    held.save(update_fields=["removed_at", "removed_by", "stored", "pictures"])
    record(Verb.CONFIRM, held, by=by, purpose=f"removed: {held.removal}")
    # After the row: one that is cut off between leaves a file that belongs to nothing, which the night takes.
    transaction.on_commit(partial(files.drop_soon, *gone))
    return held


def _held(attachment: Attachment, by: User, at: datetime) -> Attachment:
    ensure_decides(by, attachment.concern_id, attachment.school_id, LEADS)
    held = Attachment.objects.select_for_update(of=("self",)).select_related("withheld_by").get(pk=attachment.pk)
    if held.withheld_by is None:
        raise OutOfTurn("Nobody has withheld this file.")
    if held.removed_at:
        raise OutOfTurn("This file has been taken out already.")
    first = held.withheld_by
    ensure_second("removal", by, held.school_id, timezone.localdate(at), first=first, about=first)
    return held
