"""What is counted for each section of the report, before anything is hidden?

Each function takes who counts (`system.Whole`) and gives tables: `Plain`, shown as it is, for the school's own work;
`Groups`, numbers of children or of what happened to them, which `assembling` suppresses.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from children.models import ClassEpisode
from safeguarding.concerns.models import Action, Closing, Referral
from safeguarding.concerns.models.agencies import Agency
from safeguarding.dates import start_of
from safeguarding.reports.figures import cohorts as cohort_figures
from safeguarding.reports.figures import timeliness as timeliness_figures
from safeguarding.reports.figures import work as work_figures
from safeguarding.reports.figures.base import actions, concerns, day_in_london, logged, referrals, roll, worried_about
from safeguarding.reports.figures.periods import Period
from safeguarding.reports.figures.values import Viewer, counted_by

from . import cells
from .kinds import GROUPS, NOT_SAID, PHASES, group_of, phase_of
from .tables import Cohorts, Groups, Line, Plain, Register

_DAY = timedelta(days=1)


# --- concerns


def ends_at(viewer: Viewer) -> datetime:
    """The last moment of the term, or now where it is not over."""
    return min(viewer.at, start_of(viewer.period.last + _DAY))


def volume(viewer: Viewer) -> Plain:
    begins, ends = start_of(viewer.period.first), ends_at(viewer)
    closed = _closings(viewer, ends).filter(closed_at__gte=begins)
    found = concerns(viewer).aggregate(
        before=Count("pk", filter=_open_at(viewer, begins)),
        logged=Count("pk", filter=Q(logged_at__gte=begins, logged_at__lt=ends)),
        closed=Count("pk", filter=Exists(closed)),
        after=Count("pk", filter=_open_at(viewer, ends)),
    )
    words = {
        "before": "Open when the term began",
        "logged": "Logged in the term",
        "closed": "Closed in the term",
        "after": "Open at its end",
    }
    return Plain("volume", "concerns", tuple(Line(key, title, found[key]) for key, title in words.items()))


def _closings(viewer: Viewer, moment: datetime) -> QuerySet[Closing]:
    """The closings of a concern that stood at a moment."""
    rows = viewer.see(Closing).filter(concern=OuterRef("pk"), closed_at__lt=moment)
    return rows.filter(Q(reopened_at=None) | Q(reopened_at__gte=moment))


def _open_at(viewer: Viewer, moment: datetime) -> Any:
    return Q(logged_at__lt=moment) & ~Exists(_closings(viewer, moment))


def categories(viewer: Viewer, titles: Mapping[str, str]) -> Groups:
    numbers = by_kind(viewer, viewer.period)
    titles = {**titles, **{code: code for code in numbers if code not in titles}}
    total = Line(cells.TOTAL, "All", sum(numbers.values()))
    whole = {code: numbers.get(code, 0) for code in titles}
    return Groups("categories", "term", titles, whole, cells.CONCERNS, total, "year")


def by_kind(viewer: Viewer, period: Period) -> dict[str, int]:
    """Concerns logged in a time, by the kind that they have now."""
    found = counted_by(logged(viewer, period).filter(logged_at__lt=viewer.at), "category_id")
    return {code or NOT_SAID: number for code, number in found.items()}


def by_group_and_phase(viewer: Viewer, periods: Sequence[Period]) -> dict[tuple[str, str], int]:
    """Concerns logged in these times, by group of kinds and by the phase of their children on the day.

    Every cell is there: of each group, and of each phase that the school has children in.
    """
    years_here = roll(viewer).order_by().values_list("year_group", flat=True).distinct()
    taught = {phase_of([year]) for year in years_here}
    phases = [phase for phase in PHASES if phase in taught]
    found = {(group, phase): 0 for group in GROUPS for phase in phases}
    for period in periods:
        kinds = dict(logged(viewer, period).filter(logged_at__lt=viewer.at).values_list("pk", "category_id"))
        years: dict[Any, list[int | None]] = {}
        on_day = viewer.see(ClassEpisode).filter(
            Q(starts_on=None) | Q(starts_on__lte=OuterRef("day")),
            Q(ends_on=None) | Q(ends_on__gte=OuterRef("day")),
            child=OuterRef("child_id"),
            corrected_at=None,
        )
        children = worried_about(viewer).filter(concern__in=logged(viewer, period))
        rows = children.annotate(years=ArraySubquery(on_day.values("year_group")))
        for concern, of_child in rows.values_list("concern_id", "years"):
            years.setdefault(concern, []).extend(of_child or [None])
        for concern, kind in kinds.items():
            spot = group_of(kind or NOT_SAID), phase_of(years.get(concern, []))
            found[spot] = found.get(spot, 0) + 1
    columns = {column for _, column in found}
    return {(row, column): found.get((row, column), 0) for row in GROUPS for column in PHASES if column in columns}


# --- how quickly


def timeliness(viewer: Viewer, targets: Mapping[str, int]) -> Plain:
    """What was done in time, and the school's target in per cent where it set one."""
    read, decided = timeliness_figures.read_and_decided(viewer)
    kept = {
        "read-in-time": ("Concerns read the same school day", read.value, read.of),
        "decided-in-time": ("Concerns decided in 1 school day", decided.value, decided.of),
        "actions-on-time": ("Actions done by their day", *work_figures.done_on_time(viewer)),
        "agencies-chased": ("Silent agencies chased in time", *work_figures.chased_in_time(viewer)),
    }
    lines = []
    for key, (title, value, of) in kept.items():
        lines.append(Line(key, title, value, of, cells.IN_TIME, "in time"))
        if key in targets:
            lines.append(Line(key, title, targets[key], None, cells.TARGET, "%"))
    return Plain("timeliness", "in-time", tuple(lines))


# --- children


def cohorts(viewer: Viewer) -> Cohorts:
    *groups, school = cohort_figures.children_who_may_need_more(viewer)
    titles = {line.code: line.title for line in groups}
    return Cohorts(
        Groups(
            "cohorts",
            "children",
            titles,
            {line.code: line.children for line in groups},
            cells.CHILDREN,
            Line(cells.TOTAL, school.title, school.children, unit=cells.CHILDREN),
        ),
        Groups(
            "cohorts",
            "in-concerns",
            titles,
            {line.code: line.in_concerns for line in groups},
            cells.TIMES,
            Line(cells.TOTAL, school.title, school.in_concerns, column=cells.NUMBER, unit=cells.TIMES),
            "in-concerns-year",
        ),
        {line.code: Register(line.attended, line.possible, line.with_register) for line in groups},
        Register(school.attended, school.possible, school.with_register),
    )


# --- referrals


def agencies(viewer: Viewer) -> Groups:
    numbers = counted_by(_made(viewer), "agency")
    titles = {str(value): str(label) for value, label in Agency.choices}
    return _referrals("agencies", titles, numbers, "agencies-year")


def outcomes(viewer: Viewer) -> Groups:
    """What came of the term's referrals: their answer, or that they wait, or were withdrawn."""
    found: dict[str, int] = {}
    for (status, answer), number in counted_by(_made(viewer), "status", "answer").items():
        code = answer if status == Referral.Status.ANSWERED else status
        found[code] = found.get(code, 0) + number
    apart = (Referral.Status.WAITING, Referral.Status.WITHDRAWN)
    titles = {str(value): str(label) for value, label in Referral.Answer.choices}
    titles |= {str(one.value): str(one.label) for one in apart}
    return _referrals("outcomes", titles, found)


def _referrals(table: str, titles: dict[str, str], numbers: Mapping[str, int], year: str = "") -> Groups:
    whole = {code: numbers.get(code, 0) for code in titles}
    total = Line(cells.TOTAL, "All", sum(numbers.values()), unit=cells.REFERRALS)
    return Groups("referrals", table, titles, whole, cells.REFERRALS, total, year)


def _made(viewer: Viewer) -> QuerySet[Referral]:
    return referrals(viewer).filter(sent_at__gte=start_of(viewer.period.first), sent_at__lt=ends_at(viewer))


def answers(viewer: Viewer) -> Plain:
    """How many referrals the school made: the sum of both lists, which is shown whatever they hide."""
    return Plain("referrals", "answers", (Line("made", "Referrals made", _made(viewer).count(), unit=cells.REFERRALS),))


# --- actions


def last_terms_actions(viewer: Viewer) -> Plain:
    """Actions that were to do when the term began, and what became of them by its end."""
    begins, ends, status = start_of(viewer.period.first), ends_at(viewer), Action.Status
    open_then = actions(viewer).filter(created_at__lt=begins)
    rows = open_then.filter(Q(ended_at=None) | Q(ended_at__gte=begins)).annotate(ended=day_in_london("ended_at"))
    over = Q(ended_at__lt=ends)
    found = rows.aggregate(
        all=Count("pk"),
        on_time=Count("pk", filter=over & Q(status=status.DONE, ended__lte=F("due_on"))),
        late=Count("pk", filter=over & Q(status=status.DONE, ended__gt=F("due_on"))),
        withdrawn=Count("pk", filter=over & Q(status=status.WITHDRAWN)),
        waiting=Count("pk", filter=Q(ended_at=None) | Q(ended_at__gte=ends)),
    )
    words = {
        "all": "To do when the term began",
        "on_time": "Done by their day",
        "late": "Done, but late",
        "withdrawn": "Taken back",
        "waiting": "Still to do",
    }
    return Plain("actions", "became", tuple(Line(k, title, found[k], unit="actions") for k, title in words.items()))
