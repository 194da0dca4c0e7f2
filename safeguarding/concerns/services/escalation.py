"""What happens when nobody reads? A call goes to the next person, then to the Headteacher; an unread concern is chased.

Run every few seconds by the worker's beat, and for one call by its sender's page: the rows decide, so that it may run
twice, late or not at all for a while without losing a call. What the open pages of leads show is worked out from the
same rows and the time that has passed (`calling`): a worker that is dead stops no call.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import Notice, RoleAssignment, School, User
from safeguarding.accounts.permissions import live, people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import leads_on_duty, on_duty, tell
from safeguarding.ages import long_since, past
from safeguarding.audit.context import door, system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import OUT_OF_THE_RECORD, Concern, HowSoon
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.telling import ToRead, deciders, readers
from safeguarding.concerns.verbs import ConcernVerb

# A concern that nobody has opened for a school day is chased (recommended in the domain reference 1.2, not statutory).
UNREAD_AFTER = timedelta(hours=7)
# Concerns chased in one run; the next run goes on from there.
CHASED_AT_ONCE = 200


def first_to_call(concern: ToRead, *, caller: User | None, at: datetime) -> list[User]:
    """Who is called at once: the first lead on duty, else everybody on duty, else everybody who could read it."""
    queue = _queue(concern, caller, at)
    leads = {p.pk for p in leads_on_duty(concern.school_id, on=timezone.localdate(at))}
    return queue[:1] if queue and queue[0].pk in leads else queue


def _queue(concern: ToRead, caller: User | None, at: datetime) -> list[User]:
    """Who is called, in order: leads on duty, then others on duty; when all of them are away, who else decides at the
    school (a trust lead) and with them everybody who takes calls.

    Only people who can acknowledge, decide and refer: where those who take calls do not, whoever reads it in their
    place. Without the caller: a lead who calls while everybody else is away must not be the somebody who is on duty.
    """
    day, school_id = timezone.localdate(at), concern.school_id
    on_duty_now = {p.pk: p for p in [*leads_on_duty(school_id, on=day), *on_duty(school_id, on=day)]}
    callers = {caller.pk} if caller else set()
    if found := deciders(concern, [p for key, p in on_duty_now.items() if key not in callers], on=day):
        return found
    others = [
        *on_duty(school_id, on=day, capability=Capability.DECIDE_CONCERNS),
        *people_with(Capability.RECEIVE_CALLS, school_id, day),
    ]
    if found := deciders(concern, [p for p in dict.fromkeys(others) if p.pk not in callers], on=day):
        return found
    return [person for person in readers(concern, on=day, but=callers) if person.pk not in callers]


@system_task("escalation")
@door("reporting")
def escalate_calls(*, at: datetime | None = None) -> int:
    """Put each call that nobody has opened to the next person. Work of the worker. Returns how many were told."""
    return _escalate(at or timezone.now())


@transaction.atomic
@door("reporting")
def escalate_call(concern_id: UUID, *, at: datetime | None = None) -> int:
    """The same of one call, by the open page of its sender."""
    return _escalate(at or timezone.now(), only=concern_id)


def _escalate(at: datetime, *, only: UUID | None = None) -> int:
    """Skips calls that somebody else is escalating at this moment."""
    told = 0
    waiting = Concern.objects.filter(called_at__isnull=False, acknowledged_at=None).exclude(
        in_error__in=OUT_OF_THE_RECORD
    )
    if only is not None:
        waiting = waiting.filter(pk=only)
    # Until the first limit has passed there is nothing to do, and most calls are opened before: no lock, no more
    # queries.
    due = long_since("called_at", at - F("school__call_next_after") * timedelta(minutes=1), at)
    waiting = waiting.filter(due)
    for concern in waiting.select_for_update(skip_locked=True, of=("self",)).select_related("school", "logged_by"):
        for person in due_to_be_told(concern, concern.logged_by, at):
            tell(
                people=[person],
                school_id=concern.school_id,
                kind=ConcernNotice.CALL,
                object_type="concern",
                object_id=concern.pk,
                at=at,
            )
            record(ConcernVerb.CALL, concern, purpose="escalated")
            told += 1
    return told


def due_to_be_told(concern: ToRead, caller: User | None, at: datetime) -> list[User]:
    """Who should know by now and does not."""
    return [person for when, people in _steps(concern, caller, at) if when <= at for person in people]


def still_to_be_told(concern: Concern, *, at: datetime) -> list[tuple[datetime, list[User]]]:
    """To whom a call that nobody opens goes next, and when. Those who should know by now already are left out."""
    return [(when, people) for when, people in _steps(concern, concern.logged_by, at) if when > at and people]


def _steps(concern: ToRead, caller: User | None, at: datetime) -> list[tuple[datetime, list[User]]]:
    """Of who does not know: one more person after some minutes, the Headteacher after some more.

    Where the Headteacher is away, is not there or has called, everybody else who is on duty stands in.
    """
    called = concern.called_at or at
    if past(called, at) is None:
        # By a clock that was ahead. Nobody knows how long it has waited: it goes to everybody now.
        called = at - timedelta(minutes=concern.school.call_head_after)
    known = set(Notice.objects.filter(object_id=concern.pk, kind=ConcernNotice.CALL).values_list("user_id", flat=True))
    queue = [p for p in _queue(concern, caller, at) if p.pk not in known]
    heads = _headteachers(concern.school_id, at)
    following = queue[:1] if len(known) < 2 else []
    last: list[User] = []
    if not heads & (known | {p.pk for p in following}):
        last = [p for p in queue if p.pk in heads] or [p for p in queue if p not in following]
    return [
        (called + timedelta(minutes=concern.school.call_next_after), following),
        (called + timedelta(minutes=concern.school.call_head_after), last),
    ]


def _headteachers(school_id: UUID, at: datetime) -> set[UUID]:
    held = RoleAssignment.objects.filter(live(timezone.localdate(at)), school_id=school_id, role_key="headteacher")
    return set(held.values_list("user_id", flat=True))


@system_task("escalation")
def chase_unread(*, at: datetime | None = None) -> int:
    """Tell everybody on duty of concerns that have waited too long unread, once. Returns how many concerns."""
    at, chased = at or timezone.now(), 0
    told = Notice.objects.filter(object_id=OuterRef("pk"), kind=ConcernNotice.UNREAD)
    unread = Concern.objects.filter(~Exists(told), status=Concern.Status.NEW).exclude(in_error__in=OUT_OF_THE_RECORD)
    for school in School.objects.filter(pk__in=unread.values("school_id")):
        calendar, people = SchoolCalendar.of(school.pk), on_duty(school.pk, on=timezone.localdate(at))
        late = [
            concern
            for concern in unread.filter(school=school).order_by("-how_soon", "logged_at")[:CHASED_AT_ONCE]
            if past(concern.logged_at, at) is None
            or calendar.hours_between(concern.logged_at, at) >= patience(concern, school)
        ]
        for concern in late:
            seeing = deciders(concern, people, on=timezone.localdate(at)) or readers(concern, on=timezone.localdate(at))
            tell(
                people=[p for p in seeing if p.pk != concern.logged_by_id] or seeing,
                school_id=school.pk,
                kind=ConcernNotice.UNREAD,
                object_type="concern",
                object_id=concern.pk,
                at=at,
            )
            record(Verb.ASK, concern, purpose="unread for too long")
        chased += len(late)
    return chased


def patience(concern: ToRead, school: School) -> timedelta:
    """How long a concern may wait unread, in school hours: minutes where it was marked "right now", else a school
    day.
    """
    if concern.how_soon == HowSoon.RIGHT_NOW:
        return timedelta(minutes=school.call_head_after)
    return UNREAD_AFTER
