"""How does a case stand, in words and days? For the list, the page of a case, and the lines beside Today."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import Asked, ByKeys
from safeguarding.audit.reading import visible
from safeguarding.dates import counted
from safeguarding.once import once
from sharing.requests.dates import Dates
from sharing.requests.models import OPEN, RequestRole, RightsRequest
from sharing.requests.services import steps

S = RightsRequest.Status
HANDLES, REVIEWS = "handle_requests", "review_requests"
# A line beside Today, and a warning on the list, from this many days before an answer is due.
SOON = 14
# What a day is for, where a request has two.
COPIES, RECORD = "Copies", "Educational record"
# More open requests than a school has.
MOST = 300
_TONES = {S.HANDED_IN: "warn", S.OPEN: "", S.PREPARED: "info", S.APPROVED: "ok", S.ANSWERED: "ok", S.WITHDRAWN: "line"}
_DONE_BY_LEAD = frozenset({S.PREPARED, S.APPROVED, S.ANSWERED})


@dataclass(frozen=True)
class Standing:
    """A case, and the days of its answer; `dates` is None where nothing is due any more."""

    case: RightsRequest
    dates: Dates | None
    today: date

    @property
    def tag(self) -> tuple[str, str]:
        """How it stands, and the tone of that."""
        return self.case.get_status_display(), _TONES[S(self.case.status)]

    @property
    def due(self) -> date | None:
        """What falls due first: the answer, the educational record, or that a complaint is acknowledged."""
        return self.dates.next_on if self.dates else None

    @property
    def due_for(self) -> str:
        """For which answer the day is, where there are two with days of their own; the copies where both fall on it."""
        if self.dates is None or not self.dates.is_for_two or self.due is None:
            return ""
        return COPIES if self.due == self.dates.answer_by else RECORD

    @property
    def days_left(self) -> int:
        """Until something is due; less than none where it is late."""
        return (self.due - self.today).days if self.due else 0

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.days_left < 0

    @property
    def is_past_target(self) -> bool:
        """Whether the school’s own aim has passed, which is no law."""
        target = self.dates.target_on if self.dates and self.due else None
        return target is not None and target < self.today

    @property
    def is_soon(self) -> bool:
        return self.due is not None and 0 <= self.days_left <= SOON

    @property
    def left(self) -> tuple[str, str]:
        """How much time there is, and the tone of that; without words where nothing is due."""
        if self.dates is None:
            return "", ""
        if self.due is None:
            if self.dates.is_paused:
                return "Paused: you wait for an answer", "info"
            return ("No day set by law", "line") if self.dates.has_begun else ("Has not begun", "info")
        words, tone = self._left(self.dates)
        return (f"{self.due_for}: {words[:1].lower()}{words[1:]}" if self.due_for else words), tone

    def _left(self, dates: Dates) -> tuple[str, str]:
        if self.is_late:
            return counted(-self.days_left, "day late", "days late"), "bad"
        if self.days_left == 0:
            return "Due today", "warn"
        open_day = ", to be confirmed" if self.due == dates.keep_to else ""
        return f"{counted(self.days_left, 'day left', 'days left')}{open_day}", "warn" if self.is_soon else "line"

    @property
    def leads_part(self) -> str:
        """All that the office is told of what the lead does: neither how much there is nor what."""
        if not self.case.is_copy or self.case.status in (S.HANDED_IN, S.WITHDRAWN):
            return ""
        return "done" if self.case.status in _DONE_BY_LEAD else "to do"


def standing(cases: Sequence[RightsRequest], today: date | None = None) -> list[Standing]:
    """How each of these stands; their steps and the calendar are read once for all."""
    today = today or timezone.localdate()
    found = steps.dates_of_many([case for case in cases if case.is_open])
    return [Standing(case, found.get(case.pk), today) for case in cases]


def _open(asked: Asked) -> QuerySet[RightsRequest]:
    rows = visible(asked, RightsRequest).filter(asked.one("school_id"), status__in=OPEN).order_by("received_on", "pk")
    approves = visible(asked, RequestRole).filter(
        case=OuterRef("pk"), user_id=asked.user.pk, part=RequestRole.Part.APPROVER, ended_at=None
    )
    return steps.with_steps(rows).annotate(is_approver=Exists(approves))[:MOST]


_open_at = ByKeys(_open)


def at_hand_of(asks: Any, school_id: UUID) -> list[Standing]:
    """Every request of the school that is not over and that `asks.user` may know of, what is due first before the
    others: read once for all that stands on a page. Each case has `is_approver`: whether `asks.user` approves it.
    """

    def read() -> list[Standing]:
        found = standing(_open_at(asks, [school_id]))
        return sorted(found, key=lambda one: (one.due is None, one.due or one.today))

    return once(("requests at hand", asks.user.pk, school_id), read)


def handles(user: User, school_id: UUID) -> bool:
    """Whether they take up and answer the requests of a school."""
    return may(user, HANDLES, school_id)


def named(parts: Collection[str], *wanted: str) -> bool:
    """Whether one of these parts is among those that somebody has."""
    return bool(set(parts) & set(wanted))
