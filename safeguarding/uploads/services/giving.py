"""Give files out, withhold one that may not be there, and take it out with a second person.

The same rules for every kind of file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.second_person import ensure_second
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.sealing import files
from safeguarding.sealing.subjects import record_of
from safeguarding.uploads.kinds import KINDS
from safeguarding.uploads.looking import drawn_whole, what_it_says
from safeguarding.uploads.models import StoredFile
from safeguarding.uploads.permissions import ensure_decides

F = TypeVar("F", bound=StoredFile)


@dataclass(frozen=True)
class Given:
    """A file to give out: its name, as what, and its content, which asks no database any more."""

    name: str
    content_type: str
    content: Iterator[bytes]


def give_out(file: StoredFile, *, to: User) -> Given:
    """The file for somebody who sees it: as it came; a picture drawn again, without where, when and with what it was
    taken.

    Where it is too large for that, it is the smaller one that pages show. Raises `OutOfTurn` while nobody may have it.
    """
    _ensure_open(file)
    if not file.of_kind.is_picture:
        return _as_it_came(file)
    stem = file.name.rpartition(".")[0] or "picture"
    if drawn := drawn_whole(file.of_kind, b"".join(_content(file, file.stored))):
        kind = KINDS["png" if file.kind == "png" else "jpeg"]
        return Given(f"{stem}.{kind.extensions[0]}", kind.content_type, iter((drawn,)))
    return Given(f"{stem}.jpg", KINDS["jpeg"].content_type, _content(file, file.pictures[0]))


def give_original(file: StoredFile, *, to: User) -> Given:
    """The file as it came, for a lead who asks for it, with all that a picture says of place, time and device.

    Raises `NotAllowed`, `OutOfTurn`.
    """
    ensure_decides(to, file)
    _ensure_open(file)
    return _as_it_came(file)


def said_by_original(file: StoredFile, *, to: User) -> list[str] | None:
    """What a picture says as it came, in words; None where that cannot be found out.

    Raises `NotAllowed`, `OutOfTurn`.
    """
    ensure_decides(to, file)
    _ensure_open(file)
    return what_it_says(file.of_kind, b"".join(_content(file, file.stored)))


def _as_it_came(file: StoredFile) -> Given:
    return Given(file.name, file.of_kind.content_type, _content(file, file.stored))


def picture_of(file: StoredFile, number: int) -> Iterator[bytes]:
    """A picture of the file, drawn anew: the picture itself, or a page of a PDF, from 1.

    Raises `OutOfTurn`, `IndexError`.
    """
    _ensure_open(file)
    return _content(file, file.pictures[number - 1])


def _content(file: StoredFile, name: str) -> Iterator[bytes]:
    record, _ = record_of(file)
    return files.read(name, record=record)


def _ensure_open(file: StoredFile) -> None:
    if file.removed_at:
        raise OutOfTurn("This file was taken out of the record.")
    if file.is_withheld:
        raise OutOfTurn("A lead has withheld this file. Nobody opens it.")
    if not file.may_be_opened:
        raise OutOfTurn(f"This file cannot be opened. {file.get_scan_display()}.")  # type: ignore[attr-defined]


@transaction.atomic
def withhold(*, file: F, reason: str, by: User, at: datetime | None = None) -> F:
    """A lead puts a file out of everybody's reach at once, with the reason.

    It stays sealed until a second person takes it out.
    """
    ensure_decides(by, file)
    held = _locked(file)
    if held.is_withheld:
        return held
    if reason not in StoredFile.Removal:
        raise BadInput("Choose why nobody may open this file.")
    held.withheld_at, held.withheld_by, held.removal = at or timezone.now(), by, reason
    held.save(update_fields=["withheld_at", "withheld_by", "removal"])
    record(Verb.RESTRICT, held, by=by, purpose=reason)
    return held


@transaction.atomic
def give_back(*, file: F, by: User, at: datetime | None = None) -> F:
    """A second person finds that the file may be there.

    Raises `NotAllowed` for the first, `OutOfTurn` where it is gone.
    """
    held = _held(file, by, at or timezone.now())
    held.withheld_at, held.withheld_by, held.removal = None, None, ""
    held.save(update_fields=["withheld_at", "withheld_by", "removal"])
    record(Verb.LIFT, held, by=by)
    return held


@transaction.atomic
def remove(*, file: F, by: User, at: datetime | None = None) -> F:
    """A second person takes the file out, without the waiting of the retention schedule. That there was one stays on
    record.

    Raises `NotAllowed` for the first, `OutOfTurn` where nobody has withheld it, `FilesAway`: it is taken out when it is
    gone.
    """
    at = at or timezone.now()
    held = _held(file, by, at)
    # Before the row. One that is cut off between leaves a file that nobody opens, withheld still, and taking it out
    # goes on.
    files.drop(held.stored, *held.pictures)
    held.removed_at, held.removed_by, held.stored, held.pictures = at, by, "", []
    held.save(update_fields=["removed_at", "removed_by", "stored", "pictures"])
    record(Verb.CONFIRM, held, by=by, purpose=f"removed: {held.removal}")
    return held


def _locked(file: F) -> F:
    held: F = type(file)._default_manager.select_for_update().get(pk=file.pk)
    return held


def _held(file: F, by: User, at: datetime) -> F:
    ensure_decides(by, file)
    held = _locked(file)
    if held.withheld_by is None:
        raise OutOfTurn("Nobody has withheld this file.")
    if held.removed_at:
        raise OutOfTurn("This file has been taken out already.")
    first = held.withheld_by
    ensure_second("removal", by, held.school_id, timezone.localdate(at), first=first, about=first)
    return held
