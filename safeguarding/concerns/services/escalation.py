"""What happens when nobody reads? A call goes to the next person, then to the Headteacher; an unread concern is chased.

Run every few seconds by the worker's beat, and by any page that watches for calls: the rows decide, so that it may run
twice, late or not at all for a while without losing a call.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import Notice, RoleAssignment, School, User
from safeguarding.accounts.permissions import live
from safeguarding.accounts.services import leads_on_duty, on_duty, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, HowSoon

# A concern that nobody has opened for a school day is chased (recommended in the domain reference 1.2, not statutory).
UNREAD_AFTER = timedelta(hours=7)


@transaction.atomic
def escalate_calls(*, at: datetime | None = None) -> int:
    """Put each call that nobody has opened to the next person. Returns how many people were told."""
    at, told = at or timezone.now(), 0
    waiting = (
        Concern.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(called_at__isnull=False, acknowledged_at=None)
        .select_related("school")
    )
    for concern in waiting:
        for person in _due_to_be_told(concern, at):
            tell(
                people=[person],
                school_id=concern.school_id,
                kind=Notice.Kind.CALL,
                object_type="concern",
                object_id=concern.pk,
            )
            record(Verb.CALL, concern, purpose="escalated")
            told += 1
    return told


def _due_to_be_told(concern: Concern, at: datetime) -> list[User]:
    """Who should know by now and does not: the next lead after some minutes, the Headteacher after some more."""
    waited = at - (concern.called_at or at)
    known = set(Notice.objects.filter(object_id=concern.pk, kind=Notice.Kind.CALL).values_list("user_id", flat=True))
    day = timezone.localdate(at)
    due: list[User] = []
    if waited >= timedelta(minutes=concern.school.call_next_after) and len(known) < 2:
        due += [p for p in leads_on_duty(concern.school_id, on=day) if p.pk not in known][:1]
    if waited >= timedelta(minutes=concern.school.call_head_after):
        heads = set(
            RoleAssignment.objects.filter(live(day), school_id=concern.school_id, role_key="headteacher").values_list(
                "user_id", flat=True
            )
        )
        due += [p for p in on_duty(concern.school_id, on=day) if p.pk in heads and p.pk not in known]
    return due


@transaction.atomic
def chase_unread(*, at: datetime | None = None) -> int:
    """Tell every lead and the Headteacher of concerns that have waited too long unread. Returns how many concerns."""
    at, chased = at or timezone.now(), 0
    for school in School.objects.filter(concerns__status=Concern.Status.NEW).distinct():
        calendar = SchoolCalendar.of(school)
        for concern in Concern.objects.filter(school=school, status=Concern.Status.NEW).order_by("logged_at")[:200]:
            if calendar.hours_between(concern.logged_at, at) < _patience(concern):
                continue
            if Notice.objects.filter(object_id=concern.pk, kind=Notice.Kind.UNREAD).exists():
                continue
            tell(
                people=on_duty(school.pk, on=timezone.localdate(at)),
                school_id=school.pk,
                kind=Notice.Kind.UNREAD,
                object_type="concern",
                object_id=concern.pk,
            )
            chased += 1
    return chased


def _patience(concern: Concern) -> timedelta:
    """How long a concern may wait unread, in school hours: minutes where it was marked "right now", else a school day."""
    if concern.how_soon == HowSoon.RIGHT_NOW:
        return timedelta(minutes=concern.school.call_head_after)
    return UNREAD_AFTER
