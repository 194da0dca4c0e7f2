"""Somebody without an account leaves a note. The request is nobody's: it may add one row, and sees none."""

from dataclasses import astuple, dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from safeguarding.accounts.services import tell
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import HowSoon, OutsideLink, OutsideNote, ReferenceCounter
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.escalation import first_to_call
from safeguarding.concerns.services.numbering import next_number
from safeguarding.concerns.services.telling import ask_to_appoint, readers
from safeguarding.exceptions import BadInput, TooMany
from safeguarding.keys import entry_token
from safeguarding.tries import one_more
from safeguarding.turns import wait_for

_HOUR = 3600.0
_TOO_MANY = (
    "Too many notes have been left by this link in the last hour, so this one has not been sent. What you "
    "typed is here. "
    "Tell reception or ring the school now, or send it again later."
)


@dataclass(frozen=True)
class Left:
    """What was written, field by field."""

    how_soon: int
    name: str
    agency: str
    contact: str
    about_child: str
    facts: str = ""
    child_words: str = ""
    observed_on: date | None = None
    observed_at: time | None = None


@dataclass(frozen=True)
class Slip:
    """What its writer is given of a note: the number to take to reception, and when it came in."""

    token: UUID
    reference: str
    received_at: datetime
    link_id: UUID


def _may_leave_one(link: OutsideLink, address: str | None, at: datetime) -> bool:
    """Whether one more note is taken by this link, and from this address, in this hour. It is counted where it is."""
    now = at.timestamp()
    return one_more(
        f"outside:{link.pk}:{address}", most=settings.OUTSIDE_NOTES_FROM_ADDRESS, seconds=_HOUR, now=now
    ) and one_more(f"outside:{link.pk}", most=settings.OUTSIDE_NOTES_BY_LINK, seconds=_HOUR, now=now)


@transaction.atomic
@door("outside")
def leave_note(
    *, link: OutsideLink, token: UUID, left: Left, address: str | None = None, at: datetime | None = None
) -> Slip:
    """Put a note into the queue of the leads; those on duty are told, and called where it cannot wait.

    `token` came with the empty form: the same words again under it are the same note, other words another one. Raises
    `BadInput` where nothing is said, `TooMany` where this hour has had enough new ones, by the link or from this
    `address`.
    """
    at = at or timezone.now()
    if not (left.facts.strip() or left.child_words.strip()):
        raise BadInput("Write what you saw or heard, or what the child said.")
    token = entry_token(token, *astuple(left))
    wait_for(token)
    if (there := slip_of(token)) is not None:
        return there
    if not _may_leave_one(link, address, at):
        raise TooMany(_TOO_MANY)
    year = timezone.localdate(at).year
    note = OutsideNote(
        school_id=link.school_id,
        link=link,
        token=token,
        year=year,
        number=next_number(link.school_id, year, ReferenceCounter.Kind.OUTSIDE),
        received_at=at,
        **vars(left),
    )
    note.save(force_insert=True)
    OutsideLink.objects.filter(pk=link.pk).update(used_at=at)
    record(Verb.CREATE, note, purpose="from outside")
    tell_of(note, at)
    return Slip(token, note.reference, at, link.pk)


def slip_of(token: UUID) -> Slip | None:
    """The slip of the note that was left with this token; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM rules.slip_of_note(%s)", [token])
        row = cursor.fetchone()
    if row is None:
        return None
    year, number, received_at, link_id = row
    return Slip(token, OutsideNote(year=year, number=number).reference, received_at, link_id)


def tell_of(note: OutsideNote, at: datetime) -> None:
    """As a new concern is told of; and what cannot wait, as a call of a colleague."""
    told = readers(note, on=timezone.localdate(at))
    is_urgent = note.how_soon == HowSoon.RIGHT_NOW
    for kind, people in (
        (ConcernNotice.CALL, first_to_call(note, caller=None, at=at) if is_urgent else []),
        (ConcernNotice.OUTSIDE, told),
    ):
        tell(people=people, school_id=note.school_id, kind=kind, object_type="outside_note", object_id=note.pk, at=at)
    if not told:
        ask_to_appoint(note.school_id, at=at)
