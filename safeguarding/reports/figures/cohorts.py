"""Which children may need more, how often are concerns about them, do they attend, and are their dates in order?

A child belongs to a group by the status of the day: of the last day of the period for how many children there are, of
the day on which a concern was logged for how many concerns. What the child's details alone say is as it is now, for no
day is known of it: SEN support, and looked after or an EHCP of which nobody has recorded a plan here. Children can be
in more than one group. The unit of concerns is a child in a concern.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Sum, Value, When

from children.models import Child, ChildDetail
from safeguarding.concerns.models import ConcernChild
from safeguarding.dates import counted, full_day
from safeguarding.plans.attendance.marks import Counts, codes_of
from safeguarding.plans.models import AttendanceDay, Designation, Step
from safeguarding.plans.services import work
from safeguarding.plans.services.badging import decided_badges, standing_badges

from .base import in_concerns, roll
from .registry import Figure, Lists, one_of, register
from .values import Viewer, counted_by

SUPPORT, WHOLE = "sen-support", "whole-school"


@dataclass(frozen=True)
class Cohort:
    """A group: its code, its words, the badge of its children, and the kinds of plan that make it."""

    code: str
    title: str
    badge: str
    kinds: tuple[str, ...]


COHORTS = (
    Cohort("looked-after", "Looked after", "lac", ("looked_after",)),
    Cohort("previously-looked-after", "Previously looked after", "plac", ("previously_looked_after",)),
    Cohort("child-protection", "CP plan", "cp", ("child_protection",)),
    Cohort("child-in-need", "Child in need", "cin", ("child_in_need", "child_in_need_plan")),
    Cohort("ehcp", "EHCP", "ehcp", ("ehcp",)),
    Cohort("early-help", "Early help", "eh", ("early_help",)),
)
# What details say of a group, by hand or by a list: as the badges do. SEN support is help at school without a plan of
# the authority.
_OF_DETAILS = {
    "looked-after": Q(in_care=True),
    SUPPORT: Q(sen_provision="K"),
    "ehcp": Q(sen_provision="E"),
}
_TITLES = {one.code: one.title for one in COHORTS} | {SUPPORT: "SEN support", WHOLE: "Whole school"}


@dataclass(frozen=True)
class Line:
    """One group: how many children, in how many concerns of the period, and what that is per 100 children.

    `attended` and `possible` are sessions of the `with_register` whose registers were brought in. `waiting` are dates
    of their plans that wait, `late` those of them that have passed, whosever duty; `next_on` the nearest to come.
    """

    code: str
    title: str
    badge: str
    children: int
    in_concerns: int
    attended: int
    possible: int
    waiting: int
    late: int
    next_on: date | None
    behind_children: str
    behind_concerns: str
    behind_late: str
    with_register: int = 0

    @property
    def per_100(self) -> str:
        """12.5; nothing where there are no children."""
        if not self.children:
            return ""
        tenths = self.in_concerns * 1000 // self.children
        return f"{tenths // 10}.{tenths % 10}"

    @property
    def attendance(self) -> str:
        """95.1%, never rounded up; nothing where no register is held."""
        if not self.possible:
            return ""
        tenths = self.attended * 1000 // self.possible
        return f"{tenths // 10}.{tenths % 10}%"

    @property
    def says(self) -> str:
        return (
            f"{self.title}: {counted(self.children, 'child', 'children')}, "
            f"{counted(self.in_concerns, 'time')} in a concern."
        )


def children_who_may_need_more(viewer: Viewer) -> tuple[Line, ...]:
    """The groups in their order, and last the whole school beside which they stand. Four queries, however many rows."""
    of = _members(viewer)
    logged = _logged(viewer)
    attended, dates = _attendance(viewer), _dates(viewer)
    badges = {one.code: one.badge for one in COHORTS}
    lines = []
    for code, children in of.items():
        sessions = [attended[key] for key in children & attended.keys()]
        waiting, late, next_on = dates.get(code, (0, 0, None))
        lines.append(
            Line(
                code=code,
                title=_TITLES[code],
                badge=badges.get(code, ""),
                children=len(children),
                in_concerns=logged[code],
                attended=sum(came for came, _ in sessions),
                possible=sum(possible for _, possible in sessions),
                waiting=waiting,
                late=late,
                next_on=next_on,
                behind_children=viewer.behind("children", code),
                behind_concerns=viewer.behind("in-concerns", code),
                behind_late=viewer.behind("dates-late", code),
                with_register=len(sessions),
            )
        )
    return tuple(lines)


def _codes() -> list[str]:
    return [one.code for one in COHORTS[:5]] + [SUPPORT] + [one.code for one in COHORTS[5:]]


def _kinds(code: str) -> tuple[str, ...]:
    return next(one.kinds for one in COHORTS if one.code == code)


def _members(viewer: Viewer) -> dict[str, set[UUID]]:
    """The keys of the children of each group, and of all, on the last day of the period. One query."""
    found: dict[str, set[UUID]] = {code: set() for code in (*_codes(), WHOLE)}
    of_kind = {kind: one.code for one in COHORTS for kind in one.kinds}
    kinds = _in_force(viewer, of_kind).filter(child=OuterRef("pk")).values("kind")
    said = {f"said_{n}": Exists(_said(viewer, code).filter(child=OuterRef("pk"))) for n, code in enumerate(_OF_DETAILS)}
    rows = roll(viewer).annotate(kinds=ArraySubquery(kinds), **said)
    for child, has, *is_said in rows.values_list("pk", "kinds", *said):
        details = (code for code, is_in in zip(_OF_DETAILS, is_said, strict=True) if is_in)
        for code in {WHOLE, *(of_kind[kind] for kind in has), *details}:
            found[code].add(child)
    return found


def _in_force(viewer: Viewer, kinds: Collection[str]) -> QuerySet[Designation]:
    return standing_badges(viewer.see(Designation), viewer.period.last).filter(kind__in=kinds)


def _said(viewer: Viewer, code: str) -> QuerySet[ChildDetail]:
    """Children of whom details alone say that they are in the group: no plan here says since when, or until when."""
    found: QuerySet[ChildDetail] = viewer.see(ChildDetail).filter(_OF_DETAILS[code])
    if code == SUPPORT:
        return found
    known = decided_badges(viewer.see(Designation)).filter(kind__in=_kinds(code), child=OuterRef("child"))
    return found.filter(~Exists(known))


def _on_the_day(viewer: Viewer, code: str) -> Any:
    """Of a child in a concern, whether the child was in the group on the day on which it was logged."""
    said = Exists(_said(viewer, code).filter(child=OuterRef("child_id"))) if code in _OF_DETAILS else None
    if said is not None and code == SUPPORT:
        return said
    then = standing_badges(viewer.see(Designation), OuterRef("day"))
    was = Exists(then.filter(kind__in=_kinds(code), child=OuterRef("child_id")))
    return was if said is None else was | said


def _logged(viewer: Viewer) -> Counter[str]:
    """How often a child of each group, and of the whole school, is in a concern of the period. One query."""
    codes = _codes()
    rows = in_concerns(viewer).annotate(**{f"of_{n}": _on_the_day(viewer, code) for n, code in enumerate(codes)})
    found: Counter[str] = Counter()
    for belongs, number in counted_by(rows, *(f"of_{n}" for n in range(len(codes)))).items():
        found.update({code: number for code, is_in in zip((*codes, WHOLE), (*belongs, True), strict=True) if is_in})
    return found


def _attendance(viewer: Viewer) -> dict[UUID, tuple[int, int]]:
    """Of each child with a register in the period: sessions attended, and those that were possible."""
    period = viewer.period
    marks = viewer.see(AttendanceDay).filter(on__gte=period.first, on__lte=period.last)
    attended = codes_of(Counts.ATTENDED)
    missed = codes_of(Counts.AUTHORISED) + codes_of(Counts.UNAUTHORISED)
    rows = marks.order_by().values_list("child_id").annotate(a=_sessions(attended), p=_sessions(attended + missed))
    return {child: (a, p) for child, a, p in rows}


def _sessions(codes: Collection[str]) -> Sum:
    def of_half(half: str) -> Case:
        return Case(When(**{f"{half}__in": codes}, then=1), default=0, output_field=IntegerField())

    return Sum(of_half("am") + of_half("pm"))


def _dates(viewer: Viewer) -> dict[str, tuple[int, int, date | None]]:
    """Of each group: dates of its plans that wait, those of them that are late, and the nearest to come. As of now."""
    cases = (When(episode__kind__in=one.kinds, then=Value(one.code)) for one in COHORTS)
    waits = work.by_day(_waiting(viewer)).annotate(group=Case(*cases, default=Value("")))
    rows = (
        waits.order_by()
        .values_list("group")
        .annotate(
            number=Count("pk"),
            late=Count("pk", filter=work.past(viewer.today)),
            next_on=Min("day", filter=Q(day__gte=viewer.today, day__lt=date.max)),
        )
    )
    return {group: (number, late, next_on) for group, number, late, next_on in rows}


def _waiting(viewer: Viewer) -> QuerySet[Step]:
    found = work.waiting(viewer.see(Step))
    return found if viewer.year_group is None else found.filter(child__year_group=viewer.year_group)


# --- lists


def _children_rows(viewer: Viewer, cell: str) -> QuerySet[Child]:
    found = roll(viewer)
    if cell in ("", WHOLE):
        return found
    one_of(cell, _TITLES)
    members = Q(pk__in=_said(viewer, cell).values("child")) if cell in _OF_DETAILS else Q()
    if cell != SUPPORT:
        members |= Q(pk__in=_in_force(viewer, _kinds(cell)).values("child"))
    return found.filter(members)


def _in_concerns_rows(viewer: Viewer, cell: str) -> QuerySet[ConcernChild]:
    found = in_concerns(viewer)
    if cell in ("", WHOLE):
        return found
    one_of(cell, _TITLES)
    return found.filter(_on_the_day(viewer, cell))


def _late_rows(viewer: Viewer, cell: str) -> QuerySet[Step]:
    one_of(cell, {one.code: one.title for one in COHORTS})
    return _waiting(viewer).filter(work.past(viewer.today), episode__kind__in=_kinds(cell))


def _called(viewer: Viewer, cell: str) -> str:
    return one_of(cell, _TITLES)


register(
    Figure(
        "children",
        "Children who may need more",
        Lists.CHILDREN,
        "Children on the list of the school on the last day of this time, in the group on that day. SEN support is as "
        "it is now, as is looked after or an EHCP of which no plan is recorded.",
        _children_rows,
        lambda viewer, cell: f"{_called(viewer, cell)}, {full_day(viewer.period.last)}",
    ),
    Figure(
        "in-concerns",
        "Children in concerns",
        Lists.IN_CONCERNS,
        "Each child that a concern of this time is about, in the group on the day on which it was logged. A concern "
        "about two children stands here twice.",
        _in_concerns_rows,
        _called,
    ),
    Figure(
        "dates-late",
        "Dates of plans that have passed",
        Lists.DATES,
        "Dates of plans that wait and have passed, whosever duty they are.",
        _late_rows,
        _called,
        has_period=False,
    ),
)
