"""The life of a concern in one strip: what is done, by whom and when; what is now; what is still to come."""

from datetime import datetime

from django.utils import timezone

from safeguarding import dates
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern, HowSoon

from . import reading
from .waiting import Need, waits_for
from .waiting_rows import facts_on_page
from .whole import Whole
from .work import Work

S = Concern.Status
_WANTED = {
    HowSoon.RIGHT_NOW: "needed now",
    HowSoon.TODAY: "needed today",
    HowSoon.THIS_WEEK: "needed this week",
    HowSoon.FOR_THE_RECORD: "for the record",
}
# A stage: what it is called, what stands under it, whether it is done.
Stage = tuple[str, str, bool]


def steps(it: Whole, work: Work, reader: User, *, at: datetime) -> list[dict[str, str]]:
    """The stages for the page. The first that is not done is now."""
    concern, today = it.concern, timezone.localdate(at)

    def when(moment: datetime | None, who: User | None) -> str:
        name = "" if who is None else "you" if who.pk == reader.pk else who.full_name
        return f"{dates.moment(moment, today)}, {name}" if moment else ""

    # What was decided before it was opened again does not stand.
    since = concern.reopened_at if concern.status in reading.OPEN else None
    again = f"opened again {dates.moment(since, today)}" if since else ""
    ended = when(concern.closed_at, concern.closed_by)
    found = [
        ("Logged", when(concern.logged_at, concern.logged_by), True),
        ("Read", when(concern.acknowledged_at, concern.acknowledged_by) or "not yet", bool(concern.acknowledged_at)),
        (
            "Decision",
            again or when(concern.decided_at, concern.decided_by) or _WANTED[HowSoon(concern.how_soon)],
            concern.status in (S.DECIDED, S.CLOSED),
        ),
        *_after_decision(it, work, at),
        ("Closed", ended or "with an outcome", concern.status == S.CLOSED),
    ]
    now = next((label for label, _, done in found if not done), "")
    return [
        {"label": label, "sub": sub, "state": "done" if done else "now" if label == now else "todo"}
        for label, sub, done in found
    ]


def _after_decision(it: Whole, work: Work, at: datetime) -> list[Stage]:
    """What was done about it, and what it waits for now."""
    concern, today, done = it.concern, timezone.localdate(at), _done(it, work)
    if (facts := facts_on_page(it, work)) is None:
        is_done = bool(it.decisions) and concern.status == S.CLOSED
        return [("Action", done or "none asked for", is_done)]
    waits = waits_for(facts, at=at)
    review = [("Review", dates.short_day(concern.review_on, today), False)] if concern.review_on else []
    if waits.need == Need.REVIEW:
        review = []
    if waits.need == Need.ACTION:
        return [("Action", done, False), *review]
    stage = (waits.label, waits.sub, False)
    if it.to_do:
        # It comes before what else is to do.
        return [stage, ("Action", done, False), *review]
    return [*([("Action", done, True)] if done else []), stage, *review]


def _done(it: Whole, work: Work) -> str:
    """Referrals, meetings and actions, counted; empty where there is none."""
    open_ = len(it.to_do)
    counted = [
        dates.counted(len(work.referrals), "referral") if work.referrals else "",
        dates.counted(len(work.met), "meeting") if work.met else "",
        f"{open_} to do" if open_ else f"{len(it.actions)} ended" if it.actions else "",
    ]
    return ", ".join(filter(None, counted))
