"""Put files on a child's record, and photographs with what allows the school to hold them; end a photograph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from children.capabilities import ChildCapability
from children.models import Child, ChildFile, Photograph
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.sealing import files
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from safeguarding.uploads.looking import look_into
from safeguarding.uploads.services.keeping import Attached, Upload, ensure_room, keep, seal_all

KEEPERS = "Only the office, a safeguarding lead, a deputy or the Headteacher of this school keeps photographs."
NOT_PUBLISHED = (
    "No photographs of this child are published. If that is no longer so, say so on the page “Photographs” first."
)
_PICTURES = "A photograph is a JPEG, PNG, HEIC or WebP."
Use, Ending = Photograph.Use, Photograph.Ending


@transaction.atomic
def attach_to_child(
    *,
    child: Child,
    token: UUID,
    uploads: Sequence[Upload],
    what: str,
    dated: date | None = None,
    by: User,
    at: datetime | None = None,
) -> Attached[ChildFile]:
    """A lead puts files on a child's record. What is not taken is said; the same form again attaches nothing twice.

    Raises `NotAllowed` for somebody who does not decide or does not see the child, `BadInput`.
    """
    ensure(by, Capability.DECIDE_CONCERNS, child.school_id, LEADS)
    if not may_view(by, child):
        raise NotAllowed(LEADS)
    if what not in ChildFile.What:
        raise BadInput("Choose what kind of document it is.")
    at = at or timezone.now()
    make = partial(ChildFile, child=child, school_id=child.school_id, what=what, dated=dated)
    sealed = seal_all(uploads, make=make, token=token, by=by, at=at)
    locked = Child.objects.select_for_update().get(pk=child.pk)
    found = keep(sealed, by=by)
    if found.is_news:
        record(Verb.ADD, locked, by=by, purpose="files")
    return found


@dataclass(frozen=True)
class Consent:
    """Who allowed a photograph to be shown or published, what for, when and how, and until when where that was said."""

    by: str
    what_for: str
    on: date | None
    how: str
    until: date | None = None

    def problems(self, today: date) -> Iterator[tuple[str, str]]:
        """Why it allows nothing: each a field of `Photograph`, and a sentence without its full stop."""
        if not self.by.strip():
            yield "consent_by", "Enter who gave consent"
        if not self.what_for.strip():
            yield "consent_for", "Enter what consent was given for"
        if self.on is None or self.on > today:
            yield "consent_on", "Enter the day on which consent was given, today or in the past"
        if self.how not in Photograph.How:
            yield "consent_how", "Choose how consent was given"
        if self.on and self.until and self.until < self.on:
            yield "consent_until", "Consent cannot end before it was given"

    def fields(self) -> dict[str, Any]:
        return {
            "consent_by": self.by.strip(),
            "consent_for": self.what_for.strip(),
            "consent_on": self.on,
            "consent_how": self.how,
            "consent_until": self.until,
        }


@transaction.atomic
def put_photograph(
    *,
    child: Child,
    token: UUID,
    upload: Upload,
    by: User,
    consent: Consent | None = None,
    taken_on: date | None = None,
    at: datetime | None = None,
) -> Photograph:
    """A photograph to know the child by, or with `consent` one to be shown or published. The same form again puts one.

    A new one to know the child by takes the place of the last. Only a small picture that is drawn anew is kept, without
    where and when it was taken. Raises `NotAllowed`, `BadInput` with what is wrong with the file.
    """
    _ensure_keeps(by, child)
    at = at or timezone.now()
    ensure_room(by, len(upload.content), at)
    use = Use.PUBLICITY if consent else Use.IDENTIFICATION
    token = uuid5(token, f"{child.pk}\0{use}\0{sha256(upload.content).hexdigest()}")
    for _, problem in consent.problems(timezone.localdate(at)) if consent else ():
        raise BadInput(f"{problem}.")
    looked = look_into(upload.name, upload.content, small=True)
    if looked.kind is None or not looked.kind.is_picture:
        raise BadInput(f"The photograph was not taken. {looked.problem or _PICTURES}")
    locked = Child.objects.select_for_update().get(pk=child.pk)
    if consent and locked.no_photographs:
        raise BadInput(NOT_PUBLISHED)
    there: Photograph | None = Photograph.objects.filter(token=token).first()
    if there is not None:
        return there
    made = Photograph(
        child=locked,
        school_id=locked.school_id,
        token=token,
        use=use,
        taken_on=taken_on,
        added_at=at,
        added_by=by,
        **(consent.fields() if consent else {}),
    )
    if not consent:
        former_ones = Photograph.objects.select_for_update().filter(child=locked, use=use, ended_at=None)
        for former in former_ones:
            _end(former, Ending.REPLACED, by=by, at=at)
    made.stored = files.keep(looked.pictures[0], key=key_of(*record_of(made), first_subject(made)))
    made.save(force_insert=True)
    record(Verb.CREATE, made, by=by, purpose=made.use)
    return made


@transaction.atomic
def end_photograph(*, photograph: Photograph, ending: str, by: User, at: datetime | None = None) -> Photograph:
    """Consent was withdrawn, or it should not be here: from now on nobody opens it. The same again changes nothing.

    Raises `NotAllowed`, `BadInput`, `FilesAway`, `OutOfTurn` where it has ended for another reason.
    """
    _ensure_keeps(by, photograph.child)
    held = Photograph.objects.select_for_update(of=("self",)).get(pk=photograph.pk)
    if ending not in (Ending.WITHDRAWN, Ending.MISTAKE) or (ending == Ending.WITHDRAWN and held.use != Use.PUBLICITY):
        raise BadInput("Choose why nobody may have this photograph any more.")
    if held.ended_at and held.ending != ending:
        raise OutOfTurn("This photograph has ended already.")
    if not held.ended_at:
        _end(held, ending, by=by, at=at or timezone.now())
    return held


@transaction.atomic
def say_photographs(*, child: Child, none: bool, by: User, at: datetime | None = None) -> Child:
    """Say that no photographs of the child are published, or that they may be again, each with consent of its own. What
    is published ends. The same again changes nothing. Raises `NotAllowed`.
    """
    _ensure_keeps(by, child)
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=child.school_id)
    locked: Child = Child.objects.select_for_update().get(pk=child.pk)
    if locked.no_photographs == none:
        return locked
    locked.no_photographs, locked.changed_at = none, at
    locked.save(update_fields=["no_photographs", "changed_at"])
    record(Verb.CHANGE, locked, by=by, purpose="no photographs" if none else "photographs")
    if none:
        for shown in Photograph.objects.select_for_update().filter(child=locked, use=Use.PUBLICITY, ended_at=None):
            _end(shown, Ending.REFUSED, by=by, at=at)
    return locked


def _end(photograph: Photograph, ending: str, *, by: User, at: datetime) -> None:
    """What should not be here leaves the store at once: it may show what the school may not hold.

    The rest waits for R16.
    """
    if ending == Ending.MISTAKE:
        files.drop(photograph.stored)
        photograph.stored = ""
    photograph.ended_at, photograph.ended_by, photograph.ending = at, by, ending
    photograph.save(update_fields=["ended_at", "ended_by", "ending", "stored"])
    record(Verb.WITHDRAW, photograph, by=by, purpose=ending)


def photograph_content(photograph: Photograph, *, today: date) -> Iterator[bytes]:
    """What it shows, a JPEG. Raises `OutOfTurn` where what allows the school to show it has ended."""
    if not is_shown(photograph, today=today):
        raise OutOfTurn("Nobody opens this photograph any more: what allowed the school to show it has ended.")
    return files.read(photograph.stored, record=photograph.child_id)


def is_shown(photograph: Photograph, *, today: date) -> bool:
    """Whether the school may show it: not ended, the child is on roll, and consent lasts where there has to be any."""
    until = photograph.consent_until
    if photograph.use == Use.PUBLICITY and photograph.child.no_photographs:
        return False
    return photograph.ended_at is None and photograph.child.is_on_roll and (until is None or until >= today)


def _ensure_keeps(by: User, child: Child) -> None:
    ensure(by, ChildCapability.KEEP_PHOTOGRAPHS, child.school_id, KEEPERS)
    if not may_view(by, child):
        raise NotAllowed(KEEPERS)
