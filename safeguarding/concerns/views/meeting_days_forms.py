"""Which forms does the page of a meeting show about its day, and about the plans of children that it is a date of?"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.reading import visible
from safeguarding.concerns.forms.meeting_days import (
    CallOffForm,
    CorrectHeldForm,
    HeldForm,
    IntoPlansForm,
    MoveForm,
    stands_at,
)
from safeguarding.concerns.models import Meeting, MeetingAttendee
from safeguarding.concerns.services.attending import going, may_go, where_and_who
from safeguarding.concerns.services.meeting_plans import Offered, Result, of_plans
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.once import once

T, P = Meeting.State, Meeting.InPlans


def day_forms(request: Request, found: Meeting, at: datetime) -> dict[str, Any]:
    """Each over what was typed, or empty."""
    first = stands_at(found) | {"token": uuid7()}
    asks: dict[str, Any] = {"results": _results(request, found), "of_conference": bool(found.conference)}
    return {
        "held_form": partial(HeldForm, initial=first, **asks),
        "move_form": partial(_move_form, request, found, first),
        "off_form": partial(CallOffForm, initial=first),
        "correct_form": partial(CorrectHeldForm, initial=first, **asks),
        "into_plans_form": partial(
            IntoPlansForm,
            offered=_to_add(request, found),
            asks=partial(of_plans().question, request.user, found),
            **(asks if found.state == T.HELD else {"results": ()}),
        ),
    }


def _move_form(request: Request, found: Meeting, first: dict[str, Any], *given: Any, **more: Any) -> MoveForm:
    """With those who go, whether or not they work here still."""
    there = [one.pk for one in going_to(request, found)]
    people = may_go(found.school_id, there, on=timezone.localdate())
    stands = {"place": found.place, "staff": there, "stood": where_and_who(found, there)}
    return MoveForm(*given, people=people, initial=first | stands, **more)


def going_to(request: Request, found: Meeting) -> list[User]:
    """The colleagues who go, or were there: one query a page."""

    def read() -> list[User]:
        rows = going(visible(request, MeetingAttendee).filter(meeting=found)).select_related("user")
        return [row.user for row in rows.order_by("user__last_name", "user__first_name", "pk")]

    return once(("going", found.pk), read)


def days_offered(request: Request, found: Meeting, *, decides: bool) -> dict[str, bool]:
    """Which of them have something to save to now. Before its time nobody is asked whether it was held."""
    is_open = decides and found.state == T.PLANNED
    return {
        "held_form": is_open and found.held_at <= timezone.now(),
        "move_form": is_open,
        "off_form": is_open,
        "correct_form": decides and found.state == T.HELD,
        "into_plans_form": decides and _asks_of_plans(request, found),
    }


def _asks_of_plans(request: Request, found: Meeting) -> bool:
    """Whether the reader keeps plans of its children that do not say what it says, or that it may be a date of."""
    if found.kind not in Meeting.OF_PLANS:
        return False
    waits = found.in_plans == P.WAITS and bool(of_plans().children(request.user, found.concern))
    return waits or bool(_to_add(request, found))


def _to_add(request: Request, found: Meeting) -> Sequence[Offered]:
    if found.kind not in Meeting.OF_PLANS or found.state == T.CALLED_OFF:
        return ()
    return once(("to add", found.pk, request.user.pk), lambda: of_plans().to_add(request.user, found))


def _results(request: Request, found: Meeting) -> Sequence[Result]:
    if found.kind not in Meeting.OF_PLANS or found.state == T.CALLED_OFF:
        return ()
    return once(("results", found.pk, request.user.pk), lambda: of_plans().results(request.user, found))
