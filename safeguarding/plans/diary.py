"""What is to come at a school, and who goes? Dates of plans, meetings about concerns and reviews of concerns, by day.

Callers give what somebody may see (`see`), and the days. A date of a plan stands on its booked day, else on the day it
is due (`work.ahead`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.addresses import address_of
from safeguarding.concerns.models import Concern, Meeting, MeetingAttendee
from safeguarding.concerns.services import reading
from safeguarding.concerns.services.attending import going
from safeguarding.concerns.services.kinds import give_kinds
from safeguarding.concerns.services.named import Named, children_of
from safeguarding.concerns.services.waiting import SAY_IF_HELD
from safeguarding.dates import as_day, clock, day_ahead, day_of_year, short_day, start_of, weekday_name
from safeguarding.plans.models import Step
from safeguarding.plans.wording import Stand, stand

from .services import work

See = Callable[[Any], QuerySet[Any]]
# Of each kind: more than a school has in a week.
MOST = 200
_REVIEW = "Review of a concern"


@dataclass(frozen=True)
class Whose:
    """A child as the diary names one: the name, or the description of one nobody could name. `address` is that of the
    child's plans, of a concern that of the child; empty where the reader does not open it.
    """

    name: str
    address: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Engagement:
    """Something that happens on a day: what, about which children, who goes; `stands` how a date of a plan stands, or
    a meeting of which nobody has said yet whether it was held.

    `record` is the date, the meeting or the concern. What is sealed in it is opened when a page prints it, with all
    that the page has read by then.
    """

    day: date
    at: time | None
    what: str
    children: tuple[Whose, ...]
    goes: tuple[str, ...]
    record: Step | Meeting | Concern
    stands: Stand | None = None

    @property
    def order(self) -> tuple[date, time, str]:
        """By day and time; on a day what has no time comes first."""
        return self.day, self.at or time.min, self.what

    @property
    def is_review(self) -> bool:
        return isinstance(self.record, Concern)

    @property
    def is_booked(self) -> bool:
        """Whether somebody has agreed the day, and it is not only the last one in time."""
        return isinstance(self.record, Meeting) or (isinstance(self.record, Step) and self.record.booked_on is not None)

    @property
    def is_unbooked(self) -> bool:
        """A date of a plan that is due on that day, and that nobody has booked."""
        return isinstance(self.record, Step) and self.record.booked_on is None

    @property
    def when(self) -> str:
        """Thursday 3 December."""
        return f"{weekday_name(self.day)} {day_of_year(self.day)}"

    @property
    def soon(self) -> str:
        """today, 2pm; Thursday, 2pm; on 3 December."""
        day = day_ahead(self.day, timezone.localdate()) if self.day >= timezone.localdate() else short_day(self.day)
        return f"{day}, {clock(self.at)}" if self.at else day

    @property
    def about(self) -> str:
        """The plan, or the concern."""
        match self.record:
            case Step() as step:
                return step.episode.of_kind.title
            case Meeting() as meeting:
                return meeting.reference
        return f"{self.record.reference}, {self.record.label}"

    @property
    def place(self) -> str:
        return "" if isinstance(self.record, Concern) else self.record.place

    @property
    def address(self) -> str:
        """The page of it."""
        page = {Step: "plan_step", Meeting: "meeting", Concern: "concern"}[type(self.record)]
        return address_of(page, self.record.pk)


@dataclass(frozen=True)
class Wanted:
    """Which engagements: those of a school from `first` to `last`, as of `today`; with `own` those to which this person
    goes. `opens_children`: whether the reader of a concern opens the records of its children too.
    """

    school_id: UUID
    today: date
    last: date
    first: date | None = None
    own: User | None = None
    opens_children: bool = False

    @property
    def since(self) -> date:
        return max(self.first or self.today, self.today)


def engagements(see: See, wanted: Wanted) -> list[Engagement]:
    """All of them, in order. Seven queries at most, however many there are.

    What was booked for a day that has passed, and nobody said whether it was held, is of today's; a meeting too, unless
    it is a date of a plan that waits here or among what is late.
    """
    steps = list(_of(_steps(see, wanted).filter(_within(wanted)), "child", "episode", "owner"))
    meetings = list(_of(_within_days(see, wanted), "concern"))
    due = reading.listed(_reviews(see, wanted)).filter(review_on__lte=wanted.last)
    reviews = [] if wanted.own else list(due[:MOST])
    give_kinds(reviews)
    concerns = {one.concern_id for one in meetings} | {one.pk for one in reviews}
    named = children_of(concerns) if concerns else {}
    whose = {key: _whose(some, wanted) for key, some in named.items()}
    going = _going(see, meetings)
    found = [
        *(_step(one, day, wanted.today) for one in steps if (day := one.happens_on)),
        *(_meeting(one, whose[one.concern_id], going.get(one.pk, ()), wanted.today) for one in meetings),
        *(Engagement(day, None, _REVIEW, whose[one.pk], (), one) for one in reviews if (day := one.review_on)),
    ]
    return sorted(found, key=lambda one: one.order)


def next_day(see: See, wanted: Wanted) -> date | None:
    """The first day after `wanted.last` on which something happens; None where nothing does. Three queries at most."""
    steps = _steps(see, wanted).filter(day__gt=wanted.last).values_list("day", flat=True).first()
    end = start_of(wanted.last + timedelta(days=1))
    held_at = _meetings(see, wanted).filter(held_at__gte=end).values_list("held_at", flat=True).first()
    reviews = _reviews(see, wanted).filter(review_on__gt=wanted.last)
    review_on = None if wanted.own else reviews.values_list("review_on", flat=True).first()
    days = (steps, held_at and as_day(held_at), review_on)
    return min((day for day in days if day), default=None)


def _of(rows: QuerySet[Any], *beside: str) -> QuerySet[Any]:
    return rows.select_related(*beside)[:MOST]


def _steps(see: See, wanted: Wanted) -> QuerySet[Any]:
    """The dates of plans; one that is a meeting about a concern only where that meeting is not shown."""
    shown = _meetings(see, replace(wanted, first=None)).order_by().values("pk")
    once = see(Step).filter(Q(meeting=None) | ~Q(meeting__in=shown))
    rows = work.ahead(work.waiting(once, wanted.school_id), today=wanted.today)
    return rows.filter(owner=wanted.own) if wanted.own else rows


def _within(wanted: Wanted) -> Q:
    within = Q(day__gte=wanted.since, day__lte=wanted.last)
    return within | Q(day__lt=wanted.today) if wanted.since == wanted.today else within


def _planned(see: See, wanted: Wanted) -> QuerySet[Meeting]:
    """Of which nobody has said that they were held, or are off; the first one first."""
    rows = see(Meeting).filter(school_id=wanted.school_id, state=Meeting.State.PLANNED).order_by("held_at", "pk")
    return rows.filter(attendees__user=wanted.own, attendees__ended_at=None) if wanted.own else rows


def _meetings(see: See, wanted: Wanted) -> QuerySet[Meeting]:
    return _planned(see, wanted).filter(held_at__gte=start_of(wanted.since))


def _within_days(see: See, wanted: Wanted) -> QuerySet[Meeting]:
    begins, ends = start_of(wanted.since), start_of(wanted.last + timedelta(days=1))
    within = Q(held_at__gte=begins, held_at__lt=ends)
    if wanted.since == wanted.today:
        dates = work.waiting(see(Step), wanted.school_id).filter(meeting=OuterRef("pk"))
        dates = dates.filter(owner=wanted.own) if wanted.own else dates
        within |= Q(held_at__lt=begins) & ~Q(Exists(dates))
    return _planned(see, wanted).filter(within)


def _reviews(see: See, wanted: Wanted) -> QuerySet[Concern]:
    rows = see(Concern).filter(school_id=wanted.school_id, status=Concern.Status.DECIDED)
    return rows.filter(review_on__gte=wanted.since).order_by("review_on", "pk")


def _going(see: See, meetings: Collection[Meeting]) -> Mapping[UUID, list[str]]:
    """Of each meeting the colleagues who are named for it."""
    rows = going(see(MeetingAttendee).filter(meeting__in=[one.pk for one in meetings])).select_related("user")
    found: dict[UUID, list[str]] = {}
    for row in rows.order_by("user__last_name", "pk") if meetings else ():
        found.setdefault(row.meeting_id, []).append(row.user.full_name)
    return found


def _step(step: Step, day: date, today: date) -> Engagement:
    how, at = stand(step, today=today, on_roll=True), step.booked_time if step.booked_on else None
    stands = how if how.is_late or how.is_near or not step.booked_on else None
    goes = (step.owner.full_name,) if step.owner else ()
    child = Whose(step.child.full_name, address_of("child_plans", step.child_id))
    return Engagement(day, at, step.title, (child,), goes, step, stands)


def _meeting(meeting: Meeting, whose: tuple[Whose, ...], goes: Iterable[str], today: date) -> Engagement:
    here = timezone.localtime(meeting.held_at)
    stands = None
    if not meeting.is_to_come:
        late = here.date() < today
        stands = Stand(SAY_IF_HELD, "bad" if late else "warn", is_late=late, is_near=not late, is_past=late)
    return Engagement(here.date(), here.time(), meeting.title, whose, tuple(goes), meeting, stands)


def _whose(named: Iterable[Named], wanted: Wanted) -> tuple[Whose, ...]:
    return tuple(
        Whose(one.name, address_of("child", one.child_id))
        if one.child_id and one.name and wanted.opens_children
        else Whose(one.name or one.words)
        for one in named
    )
