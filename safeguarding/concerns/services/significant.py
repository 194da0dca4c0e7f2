"""Mark an entry of a chronology as significant, with a line that says why; add an entry by hand, add to it, withdraw
it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.chronology import Entry
from safeguarding.concerns.models import ChronologyEntry, Pin
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token

# A line of analysis, not an account: it stands below the entry, and on two pages for a meeting.
LONGEST = 300


@transaction.atomic
def pin(
    *,
    child: Child,
    entry: Entry,
    token: UUID,
    seen: UUID | None,
    analysis: str = "",
    by: User,
    at: datetime | None = None,
) -> Pin:
    """That an entry is significant. `entry` is one that `by` has read (`chronology.find`), `seen` the pin that stood on
    it.

    The same again returns the pin that is there; another line ends it and makes a new one, so that both stay on record.
    Raises `NotAllowed`, `BadInput` for a line that is too long, `ChangedSince` when a colleague has said otherwise
    since.
    """
    _ensure_writes(by, child)
    analysis = " ".join(analysis.split())
    if len(analysis) > LONGEST:
        raise BadInput(f"Why it matters must be {LONGEST} characters or fewer.")
    source, key = _place(entry)
    at = at or timezone.now()
    Child.objects.select_for_update().get(pk=child.pk)
    token = entry_token(token, source, key, analysis)
    former = Pin.objects.filter(child=child, source=source, entry=key, unpinned_at=None).first()
    if former is not None and (former.token == token or former.analysis == analysis):
        return former
    _ensure_seen(former, seen)
    if Pin.objects.filter(token=token).exists():
        raise ChangedSince("Sent before, and changed since. What stands now is below: save again to change it.")
    if former is not None:
        _end(former, by=by, at=at)
    made = Pin.objects.create(
        child=child,
        school_id=child.school_id,
        concern_id=entry.concern_id,
        token=token,
        source=source,
        entry=key,
        analysis=analysis,
        pinned_at=at,
        pinned_by=by,
    )
    record(Verb.ADD, made, by=by, purpose="significant")
    return made


@transaction.atomic
def unpin(*, child: Child, entry: Entry, seen: UUID | None, by: User, at: datetime | None = None) -> None:
    """That an entry is not significant any more. Its line stays on record. Again, it changes nothing.

    Raises `NotAllowed`, `ChangedSince` where a colleague has written another line than the one that was `seen`.
    """
    _ensure_writes(by, child)
    source, key = _place(entry)
    Child.objects.select_for_update().get(pk=child.pk)
    found = Pin.objects.filter(child=child, source=source, entry=key, unpinned_at=None).first()
    if found is not None:
        _ensure_seen(found, seen)
        _end(found, by=by, at=at or timezone.now())


def _ensure_seen(now: Pin | None, seen: UUID | None) -> None:
    """Nobody takes a line away that they have not read."""
    if now is not None and now.pk != seen:
        raise ChangedSince(
            f"{now.pinned_by.full_name} has said meanwhile why it matters. Their line stands until you save yours."
        )
    if now is None and seen is not None:
        raise ChangedSince("It is not marked as significant any more. Save again to mark it.")


def _end(pin: Pin, *, by: User, at: datetime) -> None:
    pin.unpinned_at, pin.unpinned_by = at, by
    pin.save(update_fields=["unpinned_at", "unpinned_by"])
    record(Verb.WITHDRAW, pin, by=by, purpose="significant")


def _place(entry: Entry) -> tuple[str, UUID]:
    if entry.place is None:
        raise BadInput("Choose an entry of the chronology.")
    return entry.place


@dataclass(frozen=True)
class Happened:
    """What is added by hand: kind, day, time where it is known, words, and who told the school."""

    what: str
    on: date | None
    text: str
    at: time | None = None
    told_by: str = ""


@transaction.atomic
def add_entry(
    *,
    child: Child,
    token: UUID,
    happened: Happened,
    adds_to: ChronologyEntry | None = None,
    by: User,
    at: datetime | None = None,
) -> ChronologyEntry:
    """An entry that is from no other part of the record, or an addition to one. The same again returns the one that is
    there.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` for an addition to what was withdrawn.
    """
    _ensure_writes(by, child)
    at = at or timezone.now()
    if happened.what not in ChronologyEntry.What:
        raise BadInput("Choose what it was.")
    if happened.on is None or happened.on > timezone.localdate(at):
        raise BadInput("Enter the date on which it happened, today or in the past.")
    if not happened.text.strip():
        raise BadInput("Write what happened.")
    if adds_to is not None:
        _ensure_stands(adds_to, child)
    made, is_new = ChronologyEntry.objects.get_or_create(
        token=entry_token(token, happened.what, happened.on, happened.at, happened.text, happened.told_by),
        added_by=by,
        defaults={
            "child": child,
            "school_id": child.school_id,
            "adds_to": adds_to,
            "what": happened.what,
            "happened_on": happened.on,
            "happened_at": happened.at,
            "text": happened.text.strip(),
            "told_by": happened.told_by.strip(),
            "added_at": at,
        },
    )
    if is_new:
        record(Verb.ADD, made, by=by, purpose="chronology")
    return made


@transaction.atomic
def withdraw_entry(*, entry: ChronologyEntry, reason: str, by: User, at: datetime | None = None) -> ChronologyEntry:
    """Say that an entry should not stand as it is, and why. What it said stays on its own page. The same again changes
    nothing.

    Raises `NotAllowed`, `BadInput` without a reason, `OutOfTurn` where it was withdrawn for another one.
    """
    _ensure_writes(by, entry.child)
    if not (reason := reason.strip()):
        raise BadInput("Say why it is withdrawn.")
    held = ChronologyEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if held.withdrawn_at is not None:
        if held.withdrawn_reason == reason:
            return held
        raise OutOfTurn("This entry has been withdrawn already. Open it again to see why.")
    held.withdrawn_at, held.withdrawn_by, held.withdrawn_reason = at or timezone.now(), by, reason
    held.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record(Verb.WITHDRAW, held, by=by, purpose="chronology")
    return held


def _ensure_stands(entry: ChronologyEntry, child: Child) -> None:
    """Also against somebody who withdraws it at the same time."""
    held = ChronologyEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if held.child_id != child.pk or held.withdrawn_at is not None:
        raise OutOfTurn("This entry has been withdrawn. Add an entry of its own instead.")


def _ensure_writes(by: User, child: Child) -> None:
    ensure(by, Capability.DECIDE_CONCERNS, child.school_id, LEADS)
    if not may_view(by, child):
        raise NotAllowed(LEADS)
