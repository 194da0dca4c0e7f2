"""Read, assess, record what was done, give an outcome, close, open again: what its readers do with a concern about an
adult.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import open_notices
from safeguarding.adults.lifecycles import staff_concern_life
from safeguarding.adults.models import AdultNamed, Raised, StaffConcern, StaffEntry, Threshold
from safeguarding.adults.permissions import decides, ensure_decides
from safeguarding.adults.services.routing import readers, tell_of
from safeguarding.adults.services.rulings import employed_elsewhere, lacking, outcomes_of
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token

K = StaffEntry.Kind
# What a reader writes beside the moves, and what each needs: a day, a person, a ruling, a reference that others quote.
NEEDS: Mapping[str, tuple[str, ...]] = {
    K.NOTE: ("text",),
    K.LADO: ("on", "who", "text"),
    K.POLICE: ("on", "ruling", "text"),
    K.DBS: ("on", "ruling", "text"),
    K.TRA: ("on", "ruling", "text"),
    K.EMPLOYER: ("on", "who", "text"),
    K.INTERIM: ("on", "text"),
    K.TOLD: ("on", "text"),
    K.REMOVED: ("on", "text"),
    K.KEPT: ("on", "text"),
    K.CHILD_RECORD: ("quoted", "text"),
    K.PENSION: ("on",),
    K.LEFT: ("on",),
}
# Days from which a period counts: known, or corrected, long after it was closed. The newest of each counts.
OF_RETENTION = frozenset({K.PENSION, K.LEFT})
_MISSING = {
    "on": "Enter the day.",
    "who": "Enter who you spoke or wrote to.",
    "ruling": "Choose what was decided.",
    "quoted": "Enter the reference of the concern about the child.",
    "text": "Write what was said or done, and why.",
}


@dataclass(frozen=True)
class Entry:
    """What a reader types about one thing that was done."""

    kind: str
    text: str
    on: date | None = None
    who: str = ""
    quoted: str = ""
    ruling: str = ""


@transaction.atomic
def open_staff_concern(*, concern: StaffConcern, by: User, at: datetime | None = None) -> StaffConcern:
    """Somebody opens its page: the notices that led there are opened; by who decides it, it has been read, and its
    raiser sees that.

    Access by name reads and changes nothing.
    """
    at = at or timezone.now()
    open_notices(user=by, object_id=concern.pk, at=at)
    if not decides(by, concern):
        return concern
    Raised.objects.filter(staff_concern=concern, read_at=None).exclude(author=by).update(read_at=at)
    if concern.status == StaffConcern.Status.RAISED:
        return staff_concern_life.perform("read", concern, by=by, at=at)
    return concern


@transaction.atomic
def add_entry(*, concern: StaffConcern, token: UUID, entry: Entry, by: User, at: datetime | None = None) -> StaffEntry:
    """Record something that was done or said. The same again returns the entry that is there.

    Raises `BadInput` for what is missing or a day to come, `OutOfTurn` when it is closed: a day from which a period of
    retention counts is recorded all the same.
    """
    ensure_decides(by, concern)
    at, now = at or timezone.now(), lock(concern)
    token = entry_token(token, by.pk, entry.kind, entry.on, entry.who, entry.quoted, entry.ruling, entry.text)
    if there := StaffEntry.objects.filter(token=token).first():
        return there
    if entry.kind not in NEEDS:
        raise BadInput("Choose what you record.")
    if missing := next((name for name in NEEDS[entry.kind] if not getattr(entry, name)), ""):
        raise BadInput(_MISSING[missing])
    if entry.on and entry.on > timezone.localdate(at) and entry.kind != K.PENSION:
        raise BadInput("The day must be today or in the past: record it when it has been done.")
    if now.status == StaffConcern.Status.CLOSED and entry.kind not in OF_RETENTION:
        raise OutOfTurn("This is closed. Open it again to record more.")
    made = _write(now, token, by=by, at=at, **{n: v for n, v in vars(entry).items() if v})
    now.revision += 1
    now.save(update_fields=["revision"])
    record(Verb.ADD, now, by=by, purpose=entry.kind)
    return made


@transaction.atomic
def assess(
    *, concern: StaffConcern, token: UUID, seen: int, threshold: str, reason: str, by: User, at: datetime | None = None
) -> StaffConcern:
    """Say on which side of the harm threshold it lies, and why. Assessed anew, its outcome is open again; the earlier
    stays as an entry.

    Whoever comes to read it by this is told, as the Headteacher where the safeguarding lead received it as low-level.
    """
    at, now, key = at or timezone.now(), lock(concern), entry_token(token, by.pk, threshold, reason)
    if StaffEntry.objects.filter(token=key).exists():
        return now
    if threshold not in Threshold:
        raise BadInput("Choose what it is.")
    _ensure(now, seen, reason, by)
    before = {one.pk for one in readers(now, on=timezone.localdate(at))}
    since = now.first_told_at if threshold == Threshold.HARM else None
    _write(now, key, kind=K.ASSESSMENT, result=threshold, text=reason.strip(), by=by, at=at)
    facts = {"threshold": threshold, "harm_since": since, "outcome": "", "outcome_at": None, "outcome_by": None}
    moved = staff_concern_life.perform("assess", now, by=by, at=at, **facts)
    then = [one for one in readers(moved, on=timezone.localdate(at)) if one.pk not in before | {by.pk}]
    tell_of(moved, then, at=at)
    return moved


@transaction.atomic
def record_outcome(
    *, concern: StaffConcern, token: UUID, seen: int, outcome: str, reason: str, by: User, at: datetime | None = None
) -> StaffConcern:
    """How it ended, and why. A later outcome adds to an earlier one: both stay as entries."""
    at, now, key = at or timezone.now(), lock(concern), entry_token(token, by.pk, outcome, reason)
    if StaffEntry.objects.filter(token=key).exists():
        return now
    if outcome not in dict(outcomes_of(now)):
        raise BadInput("Choose the outcome from the list.")
    _ensure(now, seen, reason, by)
    _write(now, key, kind=K.OUTCOME, result=outcome, text=reason.strip(), by=by, at=at)
    return staff_concern_life.perform("record_outcome", now, by=by, at=at, outcome=outcome)


@transaction.atomic
def close_staff_concern(
    *, concern: StaffConcern, token: UUID, seen: int, reason: str, by: User, at: datetime | None = None
) -> StaffConcern:
    """Close it. Raises `OutOfTurn` while something that has to be on record is not (`rulings.lacking`)."""
    at, now, key = at or timezone.now(), lock(concern), entry_token(token, by.pk, "close", reason)
    if StaffEntry.objects.filter(token=key).exists():
        return now
    _ensure(now, seen, reason, by)
    if wanted := what_lacks(now):
        raise OutOfTurn(f"It cannot be closed yet. {wanted[0]}")
    moved = staff_concern_life.perform("close", now, by=by, at=at)
    _write(now, key, kind=K.CLOSING, text=reason.strip(), by=by, at=at)
    return moved


@transaction.atomic
def reopen_staff_concern(
    *, concern: StaffConcern, token: UUID, reason: str, by: User, at: datetime | None = None
) -> StaffConcern:
    """Open it again, with the reason: it has to be assessed again. How it was closed stays as an entry."""
    at, now, key = at or timezone.now(), lock(concern), entry_token(token, by.pk, "reopen", reason)
    if StaffEntry.objects.filter(token=key).exists():
        return now
    if not reason.strip():
        raise BadInput("Say why this is opened again.")
    moved = staff_concern_life.perform("reopen", now, by=by, at=at, closed_at=None, closed_by=None)
    _write(now, key, kind=K.REOPENING, text=reason.strip(), by=by, at=at)
    tell_of(moved, [one for one in readers(moved, on=timezone.localdate(at)) if one.pk != by.pk], at=at)
    return moved


def what_lacks(concern: StaffConcern) -> list[str]:
    """What must be on record before it can be closed."""
    entries = list(StaffEntry.objects.filter(staff_concern=concern).order_by("added_at"))
    adults = AdultNamed.objects.filter(staff_concern=concern, withdrawn_at=None)
    return lacking(concern, entries, employed_elsewhere=employed_elsewhere(adults))


def lock(concern: StaffConcern) -> StaffConcern:
    """The concern as it stands, locked until the transaction ends."""
    return StaffConcern.objects.select_for_update().get(pk=concern.pk)


def _ensure(now: StaffConcern, seen: int, reason: str, by: User) -> None:
    ensure_decides(by, now)
    if not reason.strip():
        raise BadInput("Say why.")
    ensure_unchanged(now, seen, by)


def ensure_unchanged(now: StaffConcern, seen: int, by: User) -> None:
    """Raise `ChangedSince` where somebody else saved after the page with revision `seen` was shown."""
    if now.revision <= seen:
        return
    changes = Event.objects.filter(object_id=now.pk, verb__in=_SAVING).order_by("-at")[: now.revision - seen]
    if other := next((one.actor_id for one in changes if one.actor_id and one.actor_id != by.pk), None):
        name = User.objects.get(pk=other).full_name
        raise ChangedSince(f"{name} changed this while you were writing. Look at what is new, then save again.")


_SAVING = (Verb.ACKNOWLEDGE, Verb.DECIDE, Verb.CLOSE, Verb.REOPEN, Verb.ADD, Verb.DECLARE, Verb.WITHDRAW, Verb.LINK)


def _write(concern: StaffConcern, token: UUID, *, by: User, at: datetime, **facts: Any) -> StaffEntry:
    made = StaffEntry(
        staff_concern=concern, school_id=concern.school_id, token=token, added_at=at, added_by=by, **facts
    )
    made.save(force_insert=True)
    return made
