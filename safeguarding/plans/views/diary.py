"""The diary: what happens in a week and who goes. And the panel "This week" of Today and of the other first pages."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, requires
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import Concern, Meeting
from safeguarding.concerns.permissions import access_given
from safeguarding.dates import full_day, short_day
from safeguarding.http import Request
from safeguarding.plans.capabilities import PlanCapability as C
from safeguarding.plans.diary import Engagement, Wanted, engagements, next_day
from safeguarding.plans.models import Step
from safeguarding.plans.permissions import keeps_plans_standing_in, not_named

from .missing_children import missing_children

_WEEK = timedelta(weeks=1)
# As many as the panel names one by one; the page behind has all.
SHOWN = 5
# Further ahead nothing is booked (`checking.booking_problems`).
_YEARS_AHEAD = 4


def opens_diary(user: User) -> bool:
    """Whether somebody beside those whose role reads plans may see something of a diary."""
    return keeps_plans_standing_in(user) or access_given(user)


@require_GET
@requires(C.VIEW_PLAN_BADGES, also=opens_diary)
def diary(request: Request) -> HttpResponse:
    """The dates of plans, meetings and reviews of one week that the reader may see; of this week what is to come."""
    request.nav = "diary"
    today = timezone.localdate()
    monday = _monday(request.GET.get("week", ""), today)
    school_id = request.held.school_id
    opens = may(request.user, "view_concerns", school_id)
    last = monday + _WEEK - timedelta(days=1)
    wanted = Wanted(school_id, today, first=monday, last=last, opens_children=opens)
    found = _read(request, wanted)
    next_on = None if found else _next(request, wanted)
    days = f"{short_day(monday, today)} to {full_day(wanted.last)}"
    context = {
        "days": days,
        "title": "This week" if monday <= today else days,
        "rows": found,
        # Not of other weeks: it is so today.
        "missing": missing_children(request) if monday <= today else [],
        "nothing": _nothing(next_on),
        "next_week": _address(next_on) if next_on else "",
        "earlier": _address(monday - _WEEK) if monday > today else "",
        "later": _address(monday + _WEEK),
        "not_named": not found and not_named(request.user, school_id),
    }
    return render(request, "plans/diary.html", context)


def of_school(request: Request, record: Any = None) -> dict[str, Any]:
    """What of the school is to come this week: for Today. Meetings and dates first, reviews as far as there is room."""
    return _panel(request, None)


def of_ones_own(request: Request, record: Any = None) -> dict[str, Any] | None:
    """To what the reader goes this week; no panel for whom nothing is booked at all."""
    found = _panel(request, request.user)
    return found if found["number"] or found["next_on"] else None


def of_ones_own_on_overview(request: Request, record: Any = None) -> dict[str, Any]:
    """The same beside figures: the panel stands there in each week, as the way to the diary."""
    found = _read(request, _this_week(request, request.user))
    return _shown(found, own=request.user) | {"nothing": "Nothing for you to attend this week"}


def _this_week(request: Request, own: User | None) -> Wanted:
    today = timezone.localdate()
    sunday = _monday("", today) + _WEEK - timedelta(days=1)
    return Wanted(request.held.school_id, today, last=sunday, own=own)


def _panel(request: Request, own: User | None) -> dict[str, Any]:
    wanted = _this_week(request, own)
    found = _read(request, wanted)
    return _shown(found, own=own, next_on=None if found else _next(request, wanted))


def _shown(found: list[Engagement], *, own: User | None, next_on: date | None = None) -> dict[str, Any]:
    first = sorted(sorted(found, key=lambda one: one.is_review)[:SHOWN], key=lambda one: one.order)
    nothing = f"Nothing for you to attend until {short_day(next_on)}" if own and next_on else _nothing(next_on)
    numbers = {"number": len(found), "more": len(found) > SHOWN}
    return {"engagements": first, **numbers, "next_on": next_on, "nothing": nothing, "own": own}


def _nothing(next_on: date | None) -> str:
    """What is said of a week in which nothing happens."""
    return f"Nothing until {short_day(next_on)}" if next_on else "Nothing booked or due"


def _read(request: Request, wanted: Wanted) -> list[Engagement]:
    """What is to come, and that it was read."""
    found = engagements(partial(visible, request), wanted)
    for model in (Step, Meeting, Concern):
        if some := _of(model, found):
            read_many(request, some, purpose="diary")
    return found


def _next(request: Request, wanted: Wanted) -> date | None:
    """The first day after that on which something happens, and that it was read."""
    day = next_day(partial(visible, request), wanted)
    if day:
        read_many(request, visible(request, Step).none(), purpose="diary")
    return day


def _of(model: type[Any], found: Iterable[Engagement]) -> Sequence[Any]:
    return [one.record for one in found if isinstance(one.record, model)]


def _monday(written: str, today: date) -> date:
    """The Monday of the week of a day in an address; of this week for a day that has passed, or that is no day."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = today
    if not today <= day <= today.replace(year=today.year + _YEARS_AHEAD, day=1):
        day = today
    return day - timedelta(days=day.weekday())


def _address(day: date) -> str:
    return f"{reverse('diary')}?week={day.isoformat()}"
