"""What is said of a meeting: it was held, is moved, called off or corrected; and in whose plans it is a date."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.concerns.forms.meeting_days import (
    CallOffForm,
    CorrectHeldForm,
    HeldForm,
    IntoPlansForm,
    MoveForm,
)
from safeguarding.concerns.models import Meeting
from safeguarding.concerns.permissions import access_given
from safeguarding.concerns.services import meeting_days as days
from safeguarding.http import Request

from .meeting import MEETING


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("held_form")
def meeting_held(request: Request, found: Meeting, form: HeldForm) -> HttpResponse:
    """It was held: what came of it goes into the plans, whether or not the minutes are finished."""
    seen = form.cleaned_data["seen"]
    now = days.hold_meeting(meeting=found, seen=seen, held_at=form.held_at(), by=request.user, **form.said())
    return _saved(request, now, "Saved that it was held.")


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("move_form")
def meeting_move(request: Request, found: Meeting, form: MoveForm) -> HttpResponse:
    """Another day, time or place, or others who go."""
    given = {name: form.cleaned_data[name] for name in ("token", "seen", "reason", "place", "staff", "stood")}
    now = days.move_meeting(meeting=found, held_at=form.held_at(), by=request.user, **given)
    moved = now.held_at != form.cleaned_data["seen"]
    return _saved(request, now, "Meeting moved. Whoever was told of it is told again." if moved else "Meeting changed.")


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("off_form")
def meeting_call_off(request: Request, found: Meeting, form: CallOffForm) -> HttpResponse:
    """It is not held."""
    given = {name: form.cleaned_data[name] for name in ("token", "seen", "reason")}
    return _saved(request, days.call_off(meeting=found, by=request.user, **given), "Meeting called off.")


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("correct_form")
def meeting_correct(request: Request, found: Meeting, form: CorrectHeldForm) -> HttpResponse:
    """It was held on another day, or something else came of it."""
    given = {name: form.cleaned_data[name] for name in ("token", "seen", "reason")}
    now = days.correct_meeting(meeting=found, held_at=form.held_at(), by=request.user, **given, **form.said())
    return _saved(request, now, "Corrected.")


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("into_plans_form")
def meeting_into_plans(request: Request, found: Meeting, form: IntoPlansForm) -> HttpResponse:
    """Make it a date of the plans of children, and let their plans say what it says."""
    now = days.put_into_plans(meeting=found, children=form.chosen(), by=request.user, **form.said())
    return _saved(request, now, "Saved.")


def _saved(request: Request, now: Meeting, said: str) -> HttpResponse:
    """The page again. Where somebody else has to put it into the plans, that is said too."""
    waits = now.in_plans == Meeting.InPlans.WAITS
    messages.success(request, f"{said} It waits to be put into the plans." if waits else said)
    return redirect("meeting", now.pk)
