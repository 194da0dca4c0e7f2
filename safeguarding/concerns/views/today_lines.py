"""What do concerns put beside Today? Referrals to make, agencies and drafts that wait, old sheets, what a second person
confirms.
"""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import Concern, EmergencySheet, EnteredInError, Referral
from safeguarding.concerns.school_decides import manages_school
from safeguarding.concerns.services import reading
from safeguarding.concerns.services.drafts import unsent_for_a_day
from safeguarding.concerns.services.error import waiting_for_second
from safeguarding.concerns.services.list_filters import REFER
from safeguarding.concerns.services.named import children_of
from safeguarding.concerns.services.waiting import ASKS, outside
from safeguarding.concerns.services.waiting_rows import asking_outside
from safeguarding.concerns.services.work import owed, rows
from safeguarding.glance import glance
from safeguarding.http import Request
from safeguarding.panels import LATE, SECOND, UNANSWERED, Line

# As many of a kind as stand beside Today, where several kinds share a panel; the page behind shows all.
SHOWN = 3
# More agencies than owe a school an answer.
MOST = 50


_sheets_at = ByKeys(
    lambda asked: visible(asked, EmergencySheet).filter(asked.one("school_id"), destroyed_at=None).order_by("made_at")
)


def _reads(request: Request) -> bool:
    return may(request.user, "view_concerns", request.held.school_id)


def _decides(request: Request) -> bool:
    return may(request.user, "decide_concerns", request.held.school_id)


def _not_referred(request: Request) -> dict[str, Any] | None:
    """Concerns of which an agency has to hear, and no word to it is on record; no lines where there is none."""
    today = timezone.localdate()
    found = list(reading.listed(asking_outside(visible(request, Concern), request.held.school_id))[:MOST])
    if not found:
        return None
    read_many(request, found, purpose="referrals to make")
    named = children_of({one.pk for one in found[:SHOWN]})
    lines = [
        (one, outside(ASKS[one.kind], one.decided_at, today), next(iter(named[one.pk]), None))  # type: ignore[attr-defined]
        for one in found[:SHOWN]
        if one.decided_at
    ]
    whole = ("Concerns that wait for a referral", f"{reverse('concerns')}?status={REFER}")
    return {"concerns": lines, "number": len(found), "hot": True, "all": whole}


def _owed(request: Request) -> dict[str, Any] | None:
    """Which agencies owe an answer; no lines where none does."""
    waiting = owed(visible(request, Referral), request.held.school_id)
    found = read_many(request, waiting[:MOST], purpose="answers owed")
    rows_ = rows(found, today=timezone.localdate())
    late = sum(row.is_late for row in rows_)
    if not rows_:
        return None
    whole = ("Referrals", reverse("answers_owed"))
    return {"referrals": rows_[:SHOWN], "number": len(rows_), "hot": late, "all": whole}


def _unsent_of_colleagues(request: Request) -> dict[str, Any] | None:
    """Drafts that have waited for a school day; no lines where there is none."""
    drafts = unsent_for_a_day(request.held.school_id, at=timezone.now(), by=request.user)
    if not drafts:
        return None
    return {"drafts": drafts[:SHOWN], "number": len(drafts), "all": ("Drafts", reverse("unsent_drafts"))}


def _sheets_amiss(request: Request) -> dict[str, Any] | None:
    """Emergency sheets that are true no more, or lack what their maker may not see; that is not told to the maker."""
    found = _sheets_at(request, [request.held.school_id])
    amiss = [one for one in found if one.stale_at or (one.lacks_something and one.made_by_id != request.user.pk)]
    if found:
        # Recorded as all that are held: by the number of those amiss their makers, who read the log too, could tell.
        read_many(request, found, purpose="emergency sheets")
    if not amiss:
        return None
    return {"sheets": amiss[:SHOWN], "number": len(amiss), "all": ("Emergency sheets", reverse("sheets"))}


def _errors_to_answer(request: Request) -> dict[str, Any] | None:
    """What others have proposed about entries in error, for the second person; no lines where nothing waits."""
    if not glance(request.user)["errors_wait"]:
        return None
    with with_errors("all"):
        rows = waiting_for_second(visible(request, EnteredInError), request.held.school_id, but=request.user)
        found = list(rows[: SHOWN + 1])
        if not found:
            return None
        number = len(found) if len(found) <= SHOWN else rows.count()
        shown = read_many(request, found[:SHOWN], purpose="entered in error")
        whole = ("Entered in error", f"{reverse('concerns')}?status=in_error")
        return {"entries": shown, "number": number, "all": whole}


ENTRIES = (
    Line(LATE, "not_referred", "concerns/not_referred_lines.html", _not_referred, may=_reads, order=5),
    Line(LATE, "sheets", "emergency/today_lines.html", _sheets_amiss, may=manages_school, order=30),
    Line(UNANSWERED, "answers", "concerns/answers_lines.html", _owed, may=_reads, order=10),
    Line(SECOND, "errors", "concerns/errors_lines.html", _errors_to_answer, may=_decides, order=10),
    Line(LATE, "unsent", "concerns/unsent_lines.html", _unsent_of_colleagues, may=_decides, order=30),
)
