"""Everything that the page of one concern shows: the words, who was involved, what was decided and done, who has read it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max, Model, QuerySet
from django.utils import timezone

from safeguarding import dates
from safeguarding.accounts.models import User
from safeguarding.accounts.roles import ROLES
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    BodyMapMark,
    Concern,
    ConcernChild,
    ConcernNote,
    Decision,
    HowSoon,
)

from . import reading

# The read gate of a request: model to the rows of it that this person may see.
See = Callable[[type[Model]], QuerySet[Any]]

_WANTED = {
    HowSoon.RIGHT_NOW: "needed now",
    HowSoon.TODAY: "needed today",
    HowSoon.THIS_WEEK: "needed this week",
    HowSoon.FOR_THE_RECORD: "for the record",
}


@dataclass(frozen=True)
class Viewer:
    """Somebody who has had the concern on the screen: in which role, and when last."""

    name: str
    role: str
    at: datetime


@dataclass(frozen=True)
class ActionRow:
    """An action as the table of the concern shows it."""

    action: Action
    is_due: bool

    @property
    def tone(self) -> str:
        return {Action.Status.TO_DO: "warn", Action.Status.DONE: "ok"}.get(Action.Status(self.action.status), "")


@dataclass(frozen=True)
class Whole:
    """A concern with all that belongs to it, as far as its reader may see it. Lists are in the order of the page."""

    concern: Concern
    account: Account | None
    children: Sequence[ConcernChild]
    marks: dict[int, str]
    amendments: Sequence[Amendment]
    notes: Sequence[ConcernNote]
    actions: Sequence[ActionRow]
    decisions: Sequence[Decision]
    similar: Sequence[Concern]
    viewers: Sequence[Viewer]

    @property
    def to_do(self) -> list[Action]:
        return [row.action for row in self.actions if row.action.status == Action.Status.TO_DO]

    @property
    def decision(self) -> Decision | None:
        """The one that stands: the newest."""
        return self.decisions[0] if self.decisions else None

    @property
    def days_late(self) -> int:
        """Days between what was seen and its being written down. A late entry is one of more than none (domain reference 1.2)."""
        account = self.account
        if account is None or account.observed_on is None:
            return 0
        return max((timezone.localdate(account.recorded_at) - account.observed_on).days, 0)


def whole(concern: Concern, see: See, *, today: date) -> Whole:
    """The concern with all that belongs to it: one query for each kind, whatever their number."""
    account = see(Account).filter(concern=concern).select_related("author", "told_person").first()
    children = reading.in_order(reading.with_cards(see(ConcernChild).filter(concern=concern)))
    concerns = see(Concern)
    return Whole(
        concern=concern,
        account=account,
        children=children,
        marks=dict(see(BodyMapMark).filter(account=account).values_list("region", "note")) if account else {},
        amendments=list(
            see(Amendment).filter(account=account).select_related("author").order_by("added_at", "pk")
            if account
            else []
        ),
        notes=list(see(ConcernNote).filter(concern=concern).select_related("author").order_by("added_at", "pk")),
        actions=[
            ActionRow(action, is_due=action.ended_at is None and action.due_on <= today)
            for action in see(Action)
            .filter(concern=concern)
            .select_related("owner", "ended_by")
            .order_by(F("ended_at").desc(nulls_first=True), "due_on", "pk")
        ],
        decisions=list(
            see(Decision).filter(concern=concern).select_related("decided_by").order_by("-decided_at", "-pk")
        ),
        similar=reading.similar(concerns, concern, children),
        viewers=viewers(concern),
    )


def viewers(concern: Concern) -> list[Viewer]:
    """Who has had this concern on the screen and when last, the latest first: read from the events."""
    seen = (
        Event.objects.filter(object_id=concern.pk, verb=Verb.VIEW, actor_id__isnull=False)
        .values("actor_id", "acting_role")
        .annotate(last=Max("at"))
        .order_by("-last")
    )
    latest: dict[Any, Any] = {}
    for row in seen:
        latest.setdefault(row["actor_id"], row)
    people = User.objects.in_bulk(list(latest))
    return [
        Viewer(
            people[who].full_name, ROLES[row["acting_role"]].title if row["acting_role"] in ROLES else "", row["last"]
        )
        for who, row in latest.items()
        if who in people
    ]


def steps(it: Whole, reader: User, *, at: datetime) -> list[dict[str, str]]:
    """The life of a concern for the page: what is done, by whom and when; what is now; what is still to come."""
    concern, today = it.concern, timezone.localdate(at)

    def when(moment: datetime | None, who: User | None) -> str:
        name = "" if who is None else "you" if who.pk == reader.pk else who.full_name
        return f"{dates.moment(moment, today)}, {name}" if moment else ""

    open_, ended = len(it.to_do), len(it.actions) - len(it.to_do)
    acting = f"{open_} to do" if open_ else f"{ended} ended" if ended else "none asked for"
    found = [
        ("Logged", when(concern.logged_at, concern.logged_by), True),
        ("Read", when(concern.acknowledged_at, concern.acknowledged_by) or "not yet", bool(concern.acknowledged_at)),
        (
            "Decision",
            when(concern.decided_at, concern.decided_by) or _WANTED[HowSoon(concern.how_soon)],
            concern.status in (Concern.Status.DECIDED, Concern.Status.CLOSED),
        ),
        ("Action", acting, bool(it.decisions) and not open_ and concern.status != Concern.Status.ACKNOWLEDGED),
        (
            "Closed",
            when(concern.closed_at, concern.closed_by) or "with an outcome",
            concern.status == Concern.Status.CLOSED,
        ),
    ]
    now = next((label for label, _, done in found if not done), "")
    return [
        {"label": label, "sub": sub, "state": "done" if done else "now" if label == now else "todo"}
        for label, sub, done in found
    ]
