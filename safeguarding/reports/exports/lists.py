"""Which lists of records can be taken out? The list behind a figure, concerns, actions, dates of plans, sharing.

A line has references, days, names and how it stands. Words that people wrote are apart, and are opened only where they
are asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from children.models import Child
from safeguarding.accounts.permissions import may
from safeguarding.concerns.models import Action, Concern, ConcernChild, Referral
from safeguarding.concerns.services import reading
from safeguarding.concerns.services.named import Named, children_of
from safeguarding.dates import as_day
from safeguarding.plans.models import Step
from safeguarding.plans.wording import stand
from safeguarding.reports.figures import registry
from safeguarding.reports.figures.base import actions, logged
from safeguarding.reports.figures.registry import Lists, NoSuchCell
from sharing.events.capabilities import SharingCapability
from sharing.events.models import SharingEvent
from sharing.events.services import register_file

from .tables import Line, Listing, ListTable, Wanted, register

_DESCRIBED = "Somebody who is described in the report"


# --- what is listed, and how


def _concerns(wanted: Wanted, rows: Sequence[Concern]) -> Iterator[Line]:
    reading.dress(rows)
    for row in reading.rows(rows, reader=wanted.viewer.user, at=wanted.viewer.at):
        one = row.concern
        named: list[Named] = one.named  # type: ignore[attr-defined]
        cells = (
            one.reference,
            as_day(one.logged_at),
            one.category.name if one.category else "",
            one.subcategory.name if one.subcategory else "",
            _children(named, wanted),
            row.how_soon,
            row.level,
            row.state,
            row.waited,
            one.review_on,
            one.logged_by.full_name,
        )
        yield Line(one.pk, _keys(named), cells, (one.title,) if wanted.has_words else ())


def _children(named: Iterable[Named], wanted: Wanted) -> str:
    """Everybody in a concern: name and class; who is described there, in those words where words are asked for."""

    def said(one: Named) -> str:
        words = one.words if wanted.has_words else _DESCRIBED
        return ", ".join(filter(None, (one.name or words, one.class_name)))

    return "; ".join(map(said, named))


def _keys(named: Iterable[Named]) -> tuple[UUID, ...]:
    return tuple(one.child_id for one in named if one.child_id)


def _actions(wanted: Wanted, rows: Sequence[Action]) -> Iterator[Line]:
    named = children_of({one.concern_id for one in rows}) if rows else {}
    for one in rows:
        children = named.get(one.concern_id, [])
        cells = (
            one.reference,
            one.due_on,
            one.owner.full_name,
            one.get_status_display(),
            _late(one.due_on, wanted) if one.status == Action.Status.TO_DO else None,
            _children(children, wanted),
            as_day(one.created_at),
            as_day(one.ended_at) if one.ended_at else None,
        )
        yield Line(one.pk, _keys(children), cells, (one.text, one.result) if wanted.has_words else ())


def _late(due: date, wanted: Wanted) -> int | None:
    days = (wanted.viewer.today - due).days
    return days if days > 0 else None


def _referrals(wanted: Wanted, rows: Sequence[Referral]) -> Iterator[Line]:
    for one in rows:
        cells = (
            one.concern.reference,
            one.get_agency_display(),
            as_day(one.sent_at),
            one.sent_by.full_name,
            one.answer_by,
            one.get_status_display(),
            _late(one.answer_by, wanted) if one.status == Referral.Status.WAITING else None,
            one.get_answer_display(),
            as_day(one.ended_at) if one.ended_at else None,
        )
        yield Line(one.pk, (), cells)


def _dates(wanted: Wanted, rows: Sequence[Step]) -> Iterator[Line]:
    today = wanted.viewer.today
    for one in rows:
        cells = (
            one.due_on,
            one.title,
            one.episode.title,
            one.child.full_name,
            one.child.number,
            one.duty_in_words,
            one.owner.full_name if one.owner else "",
            stand(one, today=today, on_roll=one.child.left_on is None).says,
            one.booked_on,
            one.held_on,
        )
        yield Line(one.pk, (one.child_id,), cells)


def _on_roll(wanted: Wanted, rows: Sequence[Child]) -> Iterator[Line]:
    for one in rows:
        yield Line(one.pk, (one.pk,), (one.full_name, one.number, one.year, one.class_name))


def _in_concerns(wanted: Wanted, rows: Sequence[ConcernChild]) -> Iterator[Line]:
    viewer = wanted.viewer
    concerns = list(reading.listed(viewer.see(Concern).filter(pk__in={one.concern_id for one in rows})))
    reading.dress(concerns)
    of = {row.concern.pk: row for row in reading.rows(concerns, reader=viewer.user, at=viewer.at)}
    for one in rows:
        child, row = one.child, of.get(one.concern_id)
        if child is not None and row is not None:
            cells = (child.full_name, child.number, row.concern.reference, as_day(row.concern.logged_at), row.state)
            yield Line(one.pk, (child.pk,), cells, (row.concern.title,) if wanted.has_words else ())


def _shares(wanted: Wanted, rows: Sequence[SharingEvent]) -> Iterator[Line]:
    for one in rows:
        yield Line(one.pk, (one.child_id,), register_file.line(one))


_LISTINGS = {
    Lists.CONCERNS: Listing(
        Concern,
        "logged_at",
        (
            "Reference", "Logged on", "Kind", "More exactly", "Children", "How soon", "Level", "State", "Waiting",
            "Review on", "Logged by",
        ),
        _concerns,
        ("Title",),
        reading.listed,
    ),
    Lists.ACTIONS: Listing(
        Action,
        "created_at",
        ("Concern", "Due", "Who does it", "State", "Days late", "Children", "Given on", "Ended on"),
        _actions,
        ("What needs doing", "What came of it"),
        lambda rows: rows.select_related("owner"),
    ),
    Lists.REFERRALS: Listing(
        Referral,
        "sent_at",
        (
            "Concern", "Agency", "Sent on", "Sent by", "Answer expected by", "State", "Days late", "Answer",
            "Ended on",
        ),
        _referrals,
        prepared=lambda rows: rows.select_related("concern", "sent_by"),
    ),
    Lists.DATES: Listing(
        Step,
        "written_at",
        (
            "Due", "Date", "Plan", "Child", "Record", "Who owes it", "Who sees to it", "State", "Booked for", "Held on",
        ),
        _dates,
        prepared=lambda rows: rows.select_related("child", "episode", "rule", "owner"),
    ),
    Lists.CHILDREN: Listing(Child, "changed_at", ("Child", "Record", "Year", "Class"), _on_roll),
    Lists.IN_CONCERNS: Listing(
        ConcernChild,
        "added_at",
        ("Child", "Record", "Concern", "Logged on", "State"),
        _in_concerns,
        ("Title",),
        lambda rows: rows.select_related("child"),
    ),
}  # fmt: skip
_SHARES = Listing(
    SharingEvent,
    "made_at",
    register_file.HEADINGS,
    _shares,
    prepared=lambda rows: rows.select_related("child", "recipient", "reason", "decided_by"),
)


# --- which rows


def _figure(wanted: Wanted) -> registry.Figure:
    found = registry.find(wanted.figure)
    if found is None:
        raise NoSuchCell(wanted.figure)
    return found


def _behind(wanted: Wanted) -> QuerySet[Any]:
    return _figure(wanted).rows(wanted.viewer, wanted.cell)


def _called(wanted: Wanted) -> str:
    figure = _figure(wanted)
    cell = figure.called(wanted.viewer, wanted.cell) if wanted.cell else ""
    return ", ".join(filter(None, (figure.title, cell)))


def _logged(wanted: Wanted) -> QuerySet[Concern]:
    return logged(wanted.viewer)


def _all_actions(wanted: Wanted) -> QuerySet[Action]:
    period = wanted.viewer.period
    due = Q(due_on__range=(period.first, period.last))
    return actions(wanted.viewer).filter(due | Q(status=Action.Status.TO_DO))


def _all_dates(wanted: Wanted) -> QuerySet[Step]:
    viewer = wanted.viewer
    within = (viewer.period.first, viewer.period.last)
    there = Q(due_on__range=within) | Q(held_on__range=within) | Q(status=Step.Status.WAITING)
    found = viewer.see(Step).filter(there)
    return found if viewer.year_group is None else found.filter(child__year_group=viewer.year_group)


def _all_shares(wanted: Wanted) -> QuerySet[SharingEvent]:
    viewer = wanted.viewer
    found = viewer.see(SharingEvent).filter(**viewer.period.holds("made_at"))
    return found if viewer.year_group is None else found.filter(child__year_group=viewer.year_group)


def _may_share(user: Any, school_id: UUID) -> bool:
    return may(user, SharingCapability.SHARE, school_id)


BEHIND = "behind"
register(
    ListTable(
        BEHIND,
        "The list behind a number",
        "The records behind the number, as its page lists them.",
        _behind,
        lambda wanted: _LISTINGS[_figure(wanted).lists],
        called=_called,
        counts=lambda wanted: _figure(wanted).counts,
    ),
    ListTable(
        "concerns",
        "Concerns",
        "Concerns logged in this time.",
        _logged,
        lambda wanted: _LISTINGS[Lists.CONCERNS],
    ),
    ListTable(
        "actions",
        "Actions",
        "Actions due in this time, and all that are still to do.",
        _all_actions,
        lambda wanted: _LISTINGS[Lists.ACTIONS],
    ),
    ListTable(
        "dates",
        "Dates of plans",
        "Dates due or held in this time, and all that wait. Category and level do not narrow them.",
        _all_dates,
        lambda wanted: _LISTINGS[Lists.DATES],
    ),
    ListTable(
        "sharing",
        "Sharing register",
        "Decisions to share that were begun in this time. Category and level do not narrow them.",
        _all_shares,
        lambda wanted: _SHARES,
        may=_may_share,
    ),
)
