"""Which dates of plans wait at a school, which are late, and which children have which status?

Of children who have left nothing waits. Callers give the rows that somebody may see.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, DateField, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from children.models import ChildDetail
from safeguarding.plans.kinds import EPISODES, STEPS, Duty
from safeguarding.plans.models import Designation, Episode, Step
from safeguarding.plans.models.bases import Follows
from safeguarding.plans.models.step import MISSING
from safeguarding.plans.phases import shows_from

from .badging import standing_badges

# Of children who have not left.
_ON_ROLL = Q(child__left_on=None)
# The step that is due for a move to the next phase.
MOVE = "phase_transfer"
# Which kinds of step who does; what the school owes it does too.
_DONE_BY = {one: sorted(key for key, kind in STEPS.items() if kind.duty == one) for one in Duty}
OURS = Q(duty=Duty.SCHOOL) | Q(kind__in=_DONE_BY[Duty.SCHOOL])
# Behind every day that was agreed.
_NO_DAY = Value(date.max, output_field=DateField())


class NextYear(Func):  # type: ignore[misc]
    """The first day of the next school year, as the database knows the day."""

    template, arity = "make_date(extract(year FROM rules.today() + interval '4 months')::int, 9, 1)", 0
    output_field = DateField()  # type: ignore[assignment]


class Today(Func):  # type: ignore[misc]
    """The day it is in London, as the database knows it: for queries that are written once a process."""

    function, arity = "rules.today", 0
    output_field = DateField()  # type: ignore[assignment]


def waiting(steps: QuerySet[Step], school_id: UUID | None = None) -> QuerySet[Step]:
    """What waits or is booked; at one school where that is given. What is due for a move waits unseen until the school
    year of the move.
    """
    found = steps.filter(_ON_ROLL, status=Step.Status.WAITING).exclude(kind=MOVE, due_on__gte=NextYear())
    return found if school_id is None else found.filter(school_id=school_id)


def is_ahead(step: Step, today: date) -> bool:
    """Whether a step is due for a move in a later school year: it waits, and is not shown yet."""
    return step.kind == MOVE and step.due_on is not None and today < shows_from(step.due_on)


def late(steps: QuerySet[Step], school_id: UUID | None = None) -> QuerySet[Step]:
    """What should have been held by yesterday: the one rule of what is late."""
    return waiting(steps, school_id).filter(past(Today()))


def still_missing(steps: QuerySet[Step], school_id: UUID | None = None) -> QuerySet[Step]:
    """Children who went missing and of whom nobody has said that they are back (`Step.is_still_missing`), the longest
    first. It stands before whatever waits, on every page that says what does.
    """
    away = steps.filter(_ON_ROLL, kind=MISSING, status=Step.Status.HELD, held_to=None, not_counted="")
    found = away.filter(episode__status=Episode.Status.OPEN).order_by("held_on", "pk")
    return found if school_id is None else found.filter(school_id=school_id)


def to_be_said(decisions: QuerySet[Any], school_id: UUID) -> QuerySet[Any]:
    """Steps, or plans, of children at a school of which nobody has said yet what follows from them."""
    return decisions.filter(_ON_ROLL, school_id=school_id, follows=Follows.WAITS)


def past(day: Any) -> Q:
    """The last day in time is before `day`: the day it is due, else the day for which it is booked. What waits for the
    review meeting is late by none: the authority decides after that (`Step.late_after`).
    """
    return Q(waits_for_review=False) & (Q(due_on__lt=day) | Q(due_on=None, booked_on__lt=day))


def since_when(steps: QuerySet[Step]) -> QuerySet[Any]:
    """With `late_on`, the last day in time of each (`Step.late_after`)."""
    return steps.annotate(late_on=Coalesce("due_on", "booked_on"))


def by_day(steps: QuerySet[Step]) -> QuerySet[Any]:
    """In the order of the days on which they happen (`Step.happens_on`): booked, else due; `day`. The one order of what
    is to come.
    """
    return steps.annotate(day=Coalesce("booked_on", "due_on", _NO_DAY)).order_by("day", "pk")


def ahead(steps: QuerySet[Step], *, today: date) -> QuerySet[Any]:
    """Of what waits, what is to come, by day, and before it what was booked for a day that has passed and is not late:
    nobody has said yet whether it was held.
    """
    return by_day(steps).filter(Q(day__gte=today, day__lt=date.max) | Q(booked_on__lt=today, due_on__gte=today))


def missed(steps: QuerySet[Step], school_id: UUID | None = None) -> QuerySet[Step]:
    """What the school does, whoever owes it, and is late."""
    return late(steps, school_id).filter(OURS)


def done_by(duty: str) -> Q:
    """What the school, the authority or health services do."""
    return OURS if duty == Duty.SCHOOL else Q(kind__in=_DONE_BY[Duty(duty)]) & ~OURS


def statuses(badges: QuerySet[Designation], school_id: UUID) -> list[tuple[str, str, int]]:
    """How many children have each status now: its kind, its title, how many. In the order of the kinds."""
    now = standing_badges(badges).filter(_ON_ROLL, school_id=school_id)
    counted = dict(now.order_by().values_list("kind").annotate(n=Count("child", distinct=True)))
    return [(key, kind.title, counted[key]) for key, kind in EPISODES.items() if key in counted]


def with_status(badges: QuerySet[Designation], school_id: UUID, kind: str) -> QuerySet[Designation]:
    """Whose status that is now, by name."""
    now = standing_badges(badges).filter(_ON_ROLL, school_id=school_id, kind=kind)
    return now.select_related("child").order_by("child__sort_name", "pk")


def without_a_plan(
    details: QuerySet[ChildDetail], badges: QuerySet[Designation], school_id: UUID
) -> QuerySet[ChildDetail]:
    """Children the school’s own system calls looked after, without a record of that here."""
    known = standing_badges(badges).filter(school_id=school_id, kind="looked_after").values("child_id")
    found = details.filter(_ON_ROLL, school_id=school_id, in_care=True).exclude(child_id__in=known)
    return found.select_related("child").order_by("child__sort_name", "pk")
