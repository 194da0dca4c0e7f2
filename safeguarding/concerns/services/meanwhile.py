"""What was logged, decided, closed, opened again and handed over while a lead was away, and why? Read only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from safeguarding.accounts.models import ActingPeriod, User
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Closing, Concern, Decision, HandOver
from safeguarding.dates import start_of

# Of each kind. A lead who was away for a term goes on in the list of concerns.
MOST = 200


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, what, by whom, why, and the concern it is of."""

    at: datetime
    what: str
    by: str
    why: str
    reference: str
    concern_id: UUID


@dataclass(frozen=True)
class Meanwhile:
    """Everything of one time away, the newest first. `rows` are what was read; `full`: there is more than is shown."""

    lines: Sequence[Line]
    rows: Sequence[Model]
    full: bool


def what_happened(period: ActingPeriod, see: Callable[[Any], QuerySet[Any]], *, at: datetime) -> Meanwhile:
    """What happened to the school's concerns in `period`, as far as the reader sees them. Six queries at most."""
    until = period.ended_at or min(start_of(period.ends_on + timedelta(days=1)), at)
    when = (max(period.named_at, start_of(period.starts_on)), until)

    def within(model: type[Model], field: str, *people: str) -> list[Any]:
        rows = see(model).filter(Q(**{f"{field}__range": when}), school_id=period.school_id)
        about = () if model is Concern else ("concern",)
        return list(rows.select_related(*about, *people).order_by(f"-{field}", "-pk")[:MOST])

    logged = within(Concern, "logged_at", "category", "subcategory", "logged_by")
    decided = within(Decision, "decided_at", "decided_by")
    closed = within(Closing, "closed_at", "closed_by")
    handed = within(HandOver, "at", "by", "action", "from_user", "to_user")
    reopened, who = _reopened(period, see, when)
    lines = [
        *(_line(c.logged_at, "New concern", c.logged_by, c.label, c) for c in logged),
        *(
            _line(d.decided_at, f"Decided: {d.get_kind_display()}", d.decided_by, d.rationale, d.concern)
            for d in decided
        ),
        *(_line(c.closed_at, f"Closed: {c.get_outcome_display()}", c.closed_by, c.reason, c.concern) for c in closed),
        *(_line(h.at, _went(h), h.by, _why(h, period), h.concern) for h in handed),
        *(
            _line(moment, "Opened again", who.get(actor or period.pk), "The reason is a note of the concern.", concern)
            for moment, actor, concern in reopened
        ),
    ]
    rows = [*logged, *decided, *closed, *handed, *(concern for *_, concern in reopened)]
    full = any(len(some) == MOST for some in (logged, decided, closed, handed))
    return Meanwhile(sorted(lines, key=lambda line: line.at, reverse=True), rows, full)


def _line(at: datetime, what: str, by: User | None, why: str, concern: Concern) -> Line:
    return Line(at, what, by.full_name if by else "Harbour", why, concern.reference, concern.pk)


def _went(moved: HandOver) -> str:
    return f"Action moved from {moved.from_user.full_name} to {moved.to_user.full_name}"


def _why(moved: HandOver, period: ActingPeriod) -> str:
    if moved.period_id is None:
        return "Handed over by hand: who had it, and by when, is a note of the concern."
    if moved.to_user_id == period.acting_id:
        return f"{moved.from_user.full_name} was away."
    return f"{moved.from_user.full_name} was away, and the next reader of this concern took it."


def _reopened(
    period: ActingPeriod, see: Callable[[Any], QuerySet[Any]], when: tuple[datetime, datetime]
) -> tuple[list[tuple[datetime, UUID | None, Concern]], dict[UUID, User]]:
    """By its events: a concern itself says only how it stands now."""
    events = list(
        Event.objects.filter(school_id=period.school_id, verb=Verb.REOPEN, at__range=when).order_by("-at")[:MOST]
    )
    if not events:
        return [], {}
    concerns = see(Concern).in_bulk({event.object_id for event in events})
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    return [(e.at, e.actor_id, concerns[e.object_id]) for e in events if e.object_id in concerns], people
