"""What is late: actions, dates that the law asks of the school, answers of agencies? And how quickly is it seen to?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from safeguarding.concerns.models import Action, Referral, ReferralStep
from safeguarding.dates import counted, short_day
from safeguarding.plans.models import Step
from safeguarding.plans.services import work

from .base import actions, day_in_london, referrals
from .days import SchoolDays, last_school_weeks, monday_of
from .registry import Figure, Lists, NoSuchCell, day_of, one_of, register
from .timeliness import WEEKS
from .values import Cell, Number, Schools, Series, Viewer, on_axis

_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)
_K = ReferralStep.Kind


# --- late, now


def actions_late(viewer: Viewer) -> Number:
    """Actions still to do whose day has passed, and how late the oldest is."""
    return _number(viewer, "actions-late")


def dates_missed(viewer: Viewer) -> Number:
    """Dates of plans that the school sees to and that have passed. No kind and no level narrows them."""
    return _number(viewer, "dates-missed")


def agencies_late(viewer: Viewer) -> Number:
    """Referrals that no agency has answered by the day last agreed, and how late the oldest is."""
    return _number(viewer, "agencies-late")


def all_late(viewer: Viewer) -> tuple[Number, Number, Number]:
    """The three of them in one query: for a page that shows all."""
    asked = [_asked(key, _LATE[key].rows(viewer), _LATE[key].due) for key in _LATE]
    found = {key: (number, oldest) for key, number, oldest in asked[0].union(*asked[1:], all=True)}
    numbers = [_in_words(viewer, key, *found.get(key, (0, None))) for key in _LATE]
    return numbers[0], numbers[1], numbers[2]


def all_late_by_school(schools: Schools) -> dict[UUID, tuple[Number, ...]]:
    """The three of each of several schools, in one query for all."""
    asked = [_asked(key, _LATE[key].rows(schools), _LATE[key].due, "school_id") for key in _LATE]
    found = {
        (school_id, key): (number, oldest) for key, school_id, number, oldest in asked[0].union(*asked[1:], all=True)
    }
    return {
        school_id: tuple(_in_words(viewer, key, *found.get((school_id, key), (0, None))) for key in _LATE)
        for school_id, viewer in schools.each().items()
    }


def _number(viewer: Viewer, key: str) -> Number:
    found = list(_asked(key, _LATE[key].rows(viewer), _LATE[key].due))
    return _in_words(viewer, key, *(found[0][1:] if found else (0, None)))


def _asked(key: str, rows: QuerySet[Any], due: str, *by: str) -> QuerySet[Any]:
    """How many there are and which day is the oldest, `by` what is named; nothing where there is none."""
    named = rows.order_by().annotate(figure=Value(key, output_field=CharField()))
    return named.values_list("figure", *by).annotate(number=Count("pk"), oldest=Min(due))


def _in_words(viewer: Viewer, key: str, number: int, oldest: date | None) -> Number:
    late = _LATE[key]
    days = counted((viewer.today - oldest).days, "day") if oldest else ""
    note = f"Oldest: {days} late" if oldest else "None"
    says = f"{late.title}: {counted(number, late.noun)}{f', the oldest by {days}' if days else ''}."
    unit, behind = f"{late.noun}s", viewer.behind(key)
    tone = late.tone if number else ""
    return Number(key, late.title, number, unit, viewer.at, says, behind, notes=((note, ""),), tone=tone)


def _actions_late(viewer: Viewer) -> QuerySet[Action]:
    return actions(viewer).filter(status=Action.Status.TO_DO, due_on__lt=viewer.today)


def _dates_missed(viewer: Viewer) -> QuerySet[Step]:
    found = work.since_when(work.waiting(viewer.see(Step))).filter(work.past(viewer.today), work.OURS)
    return found if viewer.year_group is None else found.filter(child__year_group=viewer.year_group)


def _agencies_late(viewer: Viewer) -> QuerySet[Referral]:
    return referrals(viewer).filter(status=Referral.Status.WAITING, answer_by__lt=viewer.today)


@dataclass(frozen=True)
class _Late:
    """A number of what is late: what it counts, its rows, which day has passed, and how it looks."""

    title: str
    noun: str
    rows: Callable[[Viewer], QuerySet[Any]]
    due: str
    tone: str


_LATE = {
    "actions-late": _Late("Actions late", "action", _actions_late, "due_on", "warn"),
    "dates-missed": _Late("Statutory dates missed", "date", _dates_missed, "late_on", "bad"),
    "agencies-late": _Late("Agencies late with an answer", "referral", _agencies_late, "answer_by", "warn"),
}


# --- week by week


def actions_by_week(viewer: Viewer) -> Series:
    """Actions done by their day, of those due in each of the last six school weeks, without those taken back."""
    return _by_week(viewer, "actions-on-time", "Actions done on time", _actions_due)


def chased_by_week(viewer: Viewer) -> Series:
    """Silent agencies that were chased by the end of the next school day, by the week of the first day agreed."""
    return _by_week(viewer, "agencies-chased", "Agencies chased in time", _agencies_silent)


def done_on_time(viewer: Viewer) -> tuple[int, int]:
    """Actions due in the period that were done by their day, of those that are done or past it."""
    return _kept(_actions_due(viewer, viewer.period.first, viewer.period.last + _DAY))


def chased_in_time(viewer: Viewer) -> tuple[int, int]:
    """Of agencies that were silent beyond a day of the period, those chased by the end of the next school day."""
    return _kept(_agencies_silent(viewer, viewer.period.first, viewer.period.last + _DAY))


def _kept(rows: QuerySet[Any]) -> tuple[int, int]:
    found = rows.order_by().aggregate(kept=Count("pk", filter=Q(good=True)), of=Count("pk"))
    return found["kept"], found["of"]


def _by_week(viewer: Viewer, key: str, title: str, rows: Callable[[Viewer, date, date], QuerySet[Any]]) -> Series:
    weeks = last_school_weeks(viewer.calendar, viewer.period.last, WEEKS)
    found: dict[date, list[int]] = {}
    if weeks:
        listed = rows(viewer, weeks[0], weeks[-1] + _WEEK).order_by().values_list("due_day")
        for day, good, of in listed.annotate(n=Count("pk", filter=Q(good=True)), of=Count("pk")):
            week = found.setdefault(monday_of(day), [0, 0])
            week[0], week[1] = week[0] + good, week[1] + of
    cells = []
    for monday in weeks:
        good, of = found.get(monday, (0, 0))
        behind = viewer.behind(key, monday.isoformat()) if of else ""
        cells.append(Cell(monday.isoformat(), on_axis(monday), good if of else None, behind, of))
    said = ", ".join(f"{cell.label} {f'{cell.percent} per cent' if cell.of else 'none'}" for cell in cells)
    return Series(key, title, tuple(cells), "per cent", says=f"{title}, by week: {said}.")


def _actions_due(viewer: Viewer, first: date, before: date) -> QuerySet[Action]:
    """Due in a time, and either done or past their day: `good` where they were done by it."""
    due = actions(viewer).filter(due_on__gte=first, due_on__lt=before).exclude(status=Action.Status.WITHDRAWN)
    told = due.filter(Q(status=Action.Status.DONE) | Q(due_on__lt=viewer.today))
    on_time = Q(status=Action.Status.DONE, done_on__lte=F("due_on"))
    return told.alias(done_on=day_in_london("ended_at")).annotate(due_day=F("due_on"), good=_holds(on_time))


def _agencies_silent(viewer: Viewer, first: date, before: date) -> QuerySet[Referral]:
    """Referrals of which the first day agreed has passed without an answer: `good` where somebody went after it.

    The first day is that of the first step that knows of one; where none does, the day that stands.
    """
    steps = viewer.see(ReferralStep).filter(referral=OuterRef("pk")).order_by("happened_at", "pk")
    agreed = Subquery(steps.filter(was_due_on__isnull=False).values("was_due_on")[:1], output_field=DateField())
    after = steps.filter(kind__in=(_K.CHASED, _K.ESCALATED, _K.ANSWERED, _K.WITHDRAWN))
    days = SchoolDays(viewer.calendar, first, before)
    found = referrals(viewer).annotate(due_day=Coalesce(agreed, F("answer_by")))
    found = found.filter(due_day__gte=first, due_day__lt=min(before, viewer.today))
    found = found.alias(
        moved=Subquery(after.values("happened_at")[:1]),
        how=Subquery(after.values("kind")[:1]),
        until=days.end_of_day("due_day", after=1),
    ).alias(moved_on=day_in_london("moved"))
    in_time = Q(how__in=(_K.ANSWERED, _K.WITHDRAWN), moved_on__lte=F("due_day"))
    told = Q(moved__isnull=False, moved__lt=F("until")) | Q(until__lte=viewer.at)
    silent = found.exclude(_holds(in_time)).filter(told)
    return silent.annotate(good=_holds(Q(moved__isnull=False, moved__lt=F("until"))))


def _holds(condition: Q) -> Coalesce:
    """Whether it holds; what is not known does not."""
    return Coalesce(ExpressionWrapper(condition, BooleanField()), Value(False))


# --- lists


def _now(rows: Callable[[Viewer], QuerySet[Any]]) -> Callable[[Viewer, str], QuerySet[Any]]:
    def behind(viewer: Viewer, cell: str) -> QuerySet[Any]:
        one_of(cell, {"": ""})
        return rows(viewer)

    return behind


def _weekly(rows: Callable[[Viewer, date, date], QuerySet[Any]]) -> Callable[[Viewer, str], QuerySet[Any]]:
    def behind(viewer: Viewer, cell: str) -> QuerySet[Any]:
        weeks = last_school_weeks(viewer.calendar, viewer.period.last, WEEKS)
        if not cell:
            return rows(viewer, weeks[0], weeks[-1] + _WEEK)
        if (monday := day_of(cell)) not in weeks:
            raise NoSuchCell(cell)
        return rows(viewer, monday, monday + _WEEK)

    return behind


def _nothing(viewer: Viewer, cell: str) -> str:
    return one_of(cell, {})


def _week(viewer: Viewer, cell: str) -> str:
    return f"Week of {short_day(day_of(cell), viewer.today)}"


register(
    Figure(
        "actions-late",
        "Actions late",
        Lists.ACTIONS,
        "Actions that are still to do and whose day has passed.",
        _now(_actions_late),
        _nothing,
        has_period=False,
    ),
    Figure(
        "dates-missed",
        "Statutory dates missed",
        Lists.DATES,
        "Dates of plans that the school itself has to keep, and that have passed. Kind and level do not narrow them.",
        _now(_dates_missed),
        _nothing,
        has_period=False,
    ),
    Figure(
        "agencies-late",
        "Agencies late with an answer",
        Lists.REFERRALS,
        "Referrals that wait for an answer beyond the day that was last agreed.",
        _now(_agencies_late),
        _nothing,
        has_period=False,
    ),
    Figure(
        "actions-on-time",
        "Actions done on time",
        Lists.ACTIONS,
        "Actions due in these weeks that are done, or past their day. Those taken back are left out.",
        _weekly(_actions_due),
        _week,
    ),
    Figure(
        "agencies-chased",
        "Agencies chased in time",
        Lists.REFERRALS,
        "Referrals without an answer by the first day agreed. In time is chased, or taken further, by the end of the "
        "next school day.",
        _weekly(_agencies_silent),
        _week,
    ),
)
