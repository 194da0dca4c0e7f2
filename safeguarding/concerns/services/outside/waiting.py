"""Nobody has read a note from outside yet: what cannot wait goes to the next person, the others are chased, as concerns
are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import Notice, School, User
from safeguarding.accounts.notice_kinds import AnyNoticeKind
from safeguarding.accounts.permissions import rights
from safeguarding.accounts.roles import LEAD_ROLES, Capability
from safeguarding.accounts.services import on_duty, tell
from safeguarding.ages import long_since, past
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import HowSoon, OutsideNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.calling import what_waits
from safeguarding.concerns.services.escalation import CHASED_AT_ONCE, due_to_be_told, patience
from safeguarding.concerns.services.telling import may_be_told, readers
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.dates import clock, moment

NEW = OutsideNote.Status.NEW


_OPEN = (NEW, OutsideNote.Status.READ, OutsideNote.Status.PUT_FORWARD)


def unsettled(notes: QuerySet[OutsideNote], school_id: UUID) -> QuerySet[OutsideNote]:
    """Of `notes`, those of a school about which somebody still has to do something, most urgent first."""
    return notes.filter(school_id=school_id, status__in=_OPEN).order_by("-how_soon", "received_at", "pk")


@system_task("outside notes")
def escalate_notes(*, at: datetime | None = None) -> int:
    """Put each note that cannot wait, and that nobody has opened, to the next person. Returns how many were told."""
    at, told = at or timezone.now(), 0
    waiting = OutsideNote.objects.filter(
        long_since("received_at", at - F("school__call_next_after") * timedelta(minutes=1), at),
        status=NEW,
        how_soon=HowSoon.RIGHT_NOW,
    )
    for note in waiting.select_for_update(skip_locked=True, of=("self",)).select_related("school"):
        for person in due_to_be_told(note, None, at):
            _tell(note, ConcernNotice.CALL, [person], at)
            record(ConcernVerb.CALL, note, purpose="escalated")
            told += 1
    return told


@system_task("outside notes")
def chase_notes(*, at: datetime | None = None) -> int:
    """Tell everybody on duty of notes that have waited too long unread, once. Returns how many notes."""
    at, chased = at or timezone.now(), 0
    told = Notice.objects.filter(object_id=OuterRef("pk"), kind=ConcernNotice.UNREAD)
    unread = OutsideNote.objects.filter(~Exists(told), status=NEW)
    for school in School.objects.filter(pk__in=unread.values("school_id")):
        calendar, people = SchoolCalendar.of(school.pk), on_duty(school.pk, on=timezone.localdate(at))
        for note in unread.filter(school=school).order_by("-how_soon", "received_at")[:CHASED_AT_ONCE]:
            waited = calendar.hours_between(note.received_at, at)
            if past(note.received_at, at) and waited < patience(note, school):
                continue
            _tell(note, ConcernNotice.UNREAD, may_be_told(note, people) or readers(note, on=timezone.localdate(at)), at)
            record(Verb.ASK, note, purpose="unread for too long")
            chased += 1
    return chased


def _tell(note: OutsideNote, kind: AnyNoticeKind, people: list[User], at: datetime) -> None:
    tell(people=people, school_id=note.school_id, kind=kind, object_type="outside_note", object_id=note.pk, at=at)


@dataclass(frozen=True)
class NoteCalling:
    """A note that cannot wait, as an open page may show it to a room: that there is one, and since when.

    No word of it.
    """

    note_id: UUID
    when: str


def notes_calling(user: User, waiting: QuerySet[OutsideNote], *, at: datetime) -> list[NoteCalling]:
    """Which of the unread notes in `waiting` (those that `user` may see) the open page of `user` shows now.

    As calls of colleagues are shown: leads see each at once, others who take calls when it was put to them or has
    waited.
    """
    if not what_waits(user).notes:
        return []
    as_lead = [h.school_id for h in rights(user).held if h.role.key in LEAD_ROLES]
    told = Notice.objects.filter(user=user, object_id=OuterRef("pk"), kind=ConcernNotice.CALL)
    overdue = long_since("received_at", at - F("school__call_head_after") * timedelta(minutes=1), at)
    takes_calls = Q(school_id__in=rights(user).schools(Capability.RECEIVE_CALLS))
    rows = waiting.filter(
        Q(school_id__in=as_lead) | (overdue & takes_calls) | Exists(told), status=NEW, how_soon=HowSoon.RIGHT_NOW
    ).order_by("received_at", "pk")
    return [NoteCalling(note.pk, _when(note.received_at, at)) for note in rows]


def _when(since: datetime, at: datetime) -> str:
    return clock(since) if timezone.localdate(since) == timezone.localdate(at) else moment(since)
