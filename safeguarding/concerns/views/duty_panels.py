"""What do duties in person and police notices put into pages of others?

A concern, a report, the first pages, the settings.
"""

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import Duty, PoliceNotice
from safeguarding.concerns.permissions import may_decide, may_read, may_take_police_notice
from safeguarding.concerns.services import duties
from safeguarding.concerns.services.telling import reporter_may_be_told
from safeguarding.concerns.services.work import kinds_there
from safeguarding.concerns.views.duties import SHOWN
from safeguarding.glance import glance, look_for
from safeguarding.http import Request
from safeguarding.once import once
from safeguarding.panels import UNANSWERED, Line, Panel, Setting

look_for(duties="has_duties", school_duties="school_has_duties")
# As many as stand beside Today; the page behind it shows all.
IN_LINES = 3


def _own(request: Request, record: Any) -> dict[str, Any] | None:
    """What the law asks of whoever is signed in and is not done; no panel, and no query, where there is nothing."""
    if not glance(request.user)["duties"]:
        return None
    rows = duties.open_duties(visible(request, Duty, "owner"))
    found, today = read_many(request, rows[:SHOWN], purpose="own duties"), timezone.localdate()
    return {"duties": [(one, *duties.late_words(one, today)) for one in found]} if found else None


def _of_report(request: Request, account: Any) -> dict[str, Any] | None:
    """Those of the author about one report. The page of the report records that it was seen."""
    mine = visible(request, Duty).filter(concern=account.concern_id, owner=request.user)
    found = list(mine.select_related("ended_by").order_by("created_at", "pk"))
    return {"duties": found} if found else None


def _of_concern(request: Request, concern: Any) -> list[Duty]:
    """The duties about a concern, read once a page. The page of the concern records that it was seen."""
    if Duty not in kinds_there(concern, partial(visible, request)):
        return []
    rows = visible(request, Duty).filter(concern=concern).select_related("owner", "asked_by", "ended_by")
    return once(("duties", concern.pk), lambda: list(rows.order_by("created_at", "pk")))


def _on_concern(request: Request, concern: Any) -> dict[str, Any] | None:
    found, today = _of_concern(request, concern), timezone.localdate()
    if not found:
        return None
    # Whom a conflict hides it from is for those who decide, not for whoever was given it to read.
    decides = may_decide(request.user, concern)
    return {
        "duties": [(one, duties.why_not_told(one) if decides else "") for one in found],
        "late": any(one.is_late(today) for one in found),
    }


def _prompts(request: Request, concern: Any) -> dict[str, Any] | None:
    """What is asked of the school about a concern of this kind; and in person of its reporter, where they have not been
    told.
    """
    if not (may_read(request.user, concern) and duties.may_hold(concern)):
        return None
    today = timezone.localdate()
    asked = duties.prompts_for(concern, duties.prompts_of(concern.school_id, today))
    decides = may_decide(request.user, concern)
    found, told = [one for one in asked if not one.in_person], True
    if decides and len(found) < len(asked):
        there = {duty.code: duty for duty in _of_concern(request, concern)}
        if not duties.cannot_ask_of_duty(concern, there, on=today):
            found += [one for one in asked if one.in_person and one.code not in there]
            told = reporter_may_be_told(concern)
    if not found:
        return None
    takes = may_take_police_notice(request.user, concern.school_id)
    return {"prompts": found, "concern": concern, "decides": decides, "may_be_told": told, "takes_notices": takes}


def _of_school(request: Request) -> dict[str, Any] | None:
    """What staff have not done yet; no lines, and no query, where there is nothing."""
    if not glance(request.user)["school_duties"]:
        return None
    rows = duties.open_duties(visible(request, Duty).filter(school_id=request.held.school_id))
    found = read_many(request, rows[:SHOWN], purpose="duties in person")
    today = timezone.localdate()
    shown = [(one, *duties.late_words(one, today)) for one in found[:IN_LINES]]
    late = sum(one.is_late(today) for one in found)
    if not found:
        return None
    return {"duties": shown, "number": len(found), "hot": late, "all": ("Duties in person", reverse("duties_open"))}


def _notice(request: Request, concern: Any) -> dict[str, Any] | None:
    """The police notice with which a concern began. The page of the concern records that it was seen."""
    if PoliceNotice not in kinds_there(concern, partial(visible, request)):
        return None
    rows = visible(request, PoliceNotice).filter(concern=concern)
    found = rows.select_related("key_adult", "named_by").first()
    return {"notice": found} if found else None


def _reads(request: Request) -> bool:
    return may(request.user, "view_concerns", request.held.school_id)


def _takes(request: Request) -> bool:
    return may_take_police_notice(request.user, request.held.school_id)


def _manages(request: Request) -> bool:
    return may(request.user, "manage_school", request.held.school_id)


ENTRIES = (
    Panel("staff_home_above", "duties", "duties/own_panel.html", data=_own),
    Panel("my_reports", "duties", "duties/own_panel.html", data=_own),
    Panel("report", "duties", "duties/report_panel.html", data=_of_report),
    Panel("concern", "duties", "duties/concern_panel.html", data=_on_concern, order=5),
    Panel("concern", "police", "police/concern_panel.html", data=_notice, order=6),
    Panel("concern_aside", "duties", "duties/prompts_panel.html", data=_prompts, order=5),
    Panel("today_above", "duties", "duties/own_panel.html", data=_own, order=5),
    Line(UNANSWERED, "duties", "duties/today_lines.html", _of_school, may=_reads, order=20),
    Panel("today_foot", "police", "police/take_panel.html", data=lambda *_: {}, may=_takes, order=80),
    Panel("staff_home_aside", "police", "police/take_panel.html", data=lambda *_: {}, may=_takes, order=40),
    Setting(
        "duties",
        "What the law asks",
        "What is asked of staff in person or of the school, and for which concerns: the words, the roles, "
        "the working days.",
        "duty_rules",
        may=_manages,
        models=("concerns.dutyrule",),
        order=35,
    ),
)
