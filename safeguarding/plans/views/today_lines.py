"""What do plans put beside Today? What the school does and is late, and dates with others, to be chased."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted
from safeguarding.http import Request
from safeguarding.once import once
from safeguarding.plans.kinds import Duty
from safeguarding.plans.models import Step
from safeguarding.plans.services import work

# As many of a kind as stand beside Today; the page behind shows all.
SHOWN = 5
# More than a school has late.
MOST = 100


def missed(request: Request) -> dict[str, Any] | None:
    """What the school does and is late; no lines where there is none."""
    return _lines(request, [step for step in _late(request) if step.is_ours], f"duty={Duty.SCHOOL}&late=on", "bad")


def to_chase(request: Request) -> dict[str, Any] | None:
    """What an authority or health services should have held by now and is to be chased, for the first time or again; no
    lines where there is none.
    """
    today = timezone.localdate()
    return _lines(request, [step for step in _late(request) if _is_to_chase(step, today)], "late=on", "warn")


def _is_to_chase(step: Step, today: date) -> bool:
    return not step.is_ours and (step.chase_again_on is None or step.chase_again_on <= today)


def _late(request: Request) -> list[Step]:
    """Both, the latest first: one query, once a page."""
    rows = work.since_when(work.late(visible(request, Step), request.held.school_id)).select_related("child", "episode")

    def read() -> list[Step]:
        found = list(rows.order_by("late_on", "pk")[:MOST])
        return read_many(request, found, purpose="late dates of plans") if found else []

    return once(("late dates", request.held.school_id), read)


def _lines(request: Request, found: list[Step], narrowed: str, tone: str) -> dict[str, Any] | None:
    if not found:
        return None
    today = timezone.localdate()
    shown = [
        (step, counted((today - day).days, "day late", "days late"), _asks(step, today))
        for step in found[:SHOWN]
        if (day := step.late_after)
    ]
    whole = ("Plans and dates", f"{reverse('plans')}?{narrowed}")
    return {"dates": shown, "number": len(found), "hot": tone == "bad", "tone": tone, "all": whole}


def _asks(step: Step, today: date) -> bool:
    """Whether somebody has to say if it was held: it was booked for a day that has passed."""
    return step.booked_on is not None and step.booked_on < today
