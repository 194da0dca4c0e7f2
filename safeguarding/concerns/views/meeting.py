"""The pages of a meeting about a concern: call it, type its minutes while it goes on, what it decided, on paper."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from children.models import Child
from safeguarding import panels
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import colleagues, requires_for_record
from safeguarding.accounts.services import LEADS, open_notices
from safeguarding.accounts.titles import Titles
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.forms.meeting import AdditionForm, DecidedForm, GiveForm, MeetingForm, MinutesForm
from safeguarding.concerns.models import (
    Attachment,
    Concern,
    Meeting,
    MeetingAddition,
    MeetingDecision,
)
from safeguarding.concerns.permissions import access_given, may_decide
from safeguarding.concerns.services import meeting as meetings
from safeguarding.concerns.services import reading
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.meeting_plans import of_plans
from safeguarding.concerns.services.meetings_ahead import not_told
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.concerns.views.mentioning import story_of
from safeguarding.concerns.views.parts import Page
from safeguarding.dates import clock, moment
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.printing.paper import paper
from safeguarding.uploads import views as files
from safeguarding.uploads.forms import AttachForm

from .meeting_days_forms import day_forms, days_offered, going_to

# --- call a meeting


def _call_forms(request: Request, found: Concern, at: datetime) -> dict[str, Any]:
    here = timezone.localtime(at)
    began = here.time().replace(minute=here.minute - here.minute % 15, second=0, microsecond=0)
    first = {"token": uuid7(), "day": here.date(), "time": clock(began), "staff": [request.user.pk]}
    people = colleagues(found.school_id, here.date())
    in_plans: dict[str, Any] = {
        "offered": of_plans().children(request.user, found),
        "asks": partial(_ask_of_plans, request.user, found),
    }
    return {"meeting_form": partial(MeetingForm, people=people, initial=first, **in_plans)}


def _ask_of_plans(user: User, concern: Concern, called: Called, children: Sequence[Child]) -> str:
    as_called = Meeting(concern=concern, school_id=concern.school_id, **vars(called))
    return of_plans().question(user, as_called, children)


CALL = Page(
    name="call_meeting",
    template="concerns/call_meeting.html",
    read=lambda request, key: read_one(request, reading.for_page(), pk=key),
    forms=_call_forms,
    offered=lambda request, found: {"meeting_form": found.status != Concern.Status.CLOSED},
    context=lambda request, found, at: {"concern": found},
)


@requires_for_record("decide_concerns", also=access_given)
@CALL.takes("meeting_form", shows=True)
def call_meeting(request: Request, found: Concern, form: MeetingForm) -> HttpResponse:
    """A meeting that is to be, is or was; then its minutes."""
    given = form.cleaned_data
    made = meetings.call_meeting(
        concern=found,
        token=given["token"],
        called=form.meeting(),
        staff=list(given["staff"]),
        children=form.chosen(),
        by=request.user,
    )
    return redirect("meeting", made.pk)


# --- a meeting


def _meeting(request: Request, key: UUID, verb: Verb = Verb.VIEW) -> Meeting:
    rows = visible(request, Meeting).select_related("concern", "school", "called_by", "saved_by", "finished_by")
    return read_one(request, rows, verb=verb, pk=key)


def _decided(request: Request, found: Meeting) -> Any:
    rows = visible(request, MeetingDecision).filter(meeting=found)
    return rows.select_related("action", "action__owner", "author").order_by("added_at", "pk")


def _forms(request: Request, found: Meeting, at: datetime) -> dict[str, Any]:
    today, new = timezone.localdate(at), {"token": uuid7()}
    people, calendar = colleagues(found.school_id, today), SchoolCalendar.of(found.school_id)
    stands = {"revision": found.revision, "page": uuid7(), "minutes": found.minutes}
    giving = {"people": people, "today": today, "calendar": calendar}
    return {
        "minutes_form": partial(MinutesForm, initial=stands),
        "decided_form": partial(DecidedForm, initial=new, **giving),
        "give_form": partial(GiveForm, decided=_decided(request, found), **giving),
        "addition_form": partial(AdditionForm, initial=new),
        **day_forms(request, found, at),
    }


def _offered(request: Request, found: Meeting) -> dict[str, bool]:
    decides, is_open = may_decide(request.user, found), found.status == Meeting.Status.OPEN
    is_open = is_open and found.state != Meeting.State.CALLED_OFF
    acts = decides and found.concern.status != Concern.Status.CLOSED
    left = acts and _decided(request, found).filter(action=None).exists()
    return {
        "minutes_form": decides and is_open,
        "decided_form": acts and is_open,
        "give_form": left,
        "addition_form": decides and found.status == Meeting.Status.FINISHED,
        **days_offered(request, found, decides=decides),
    }


def _context(request: Request, found: Meeting, at: datetime) -> dict[str, Any]:
    decides = may_decide(request.user, found)
    of_meeting = visible(request, Attachment).filter(meeting=found).select_related("author")
    added = visible(request, MeetingAddition).filter(meeting=found).select_related("author")
    people = going_to(request, found)
    return {
        "people": people,
        "not_told": not_told(found, people, at=at),
        "decided": list(_decided(request, found)),
        "additions": list(added.order_by("added_at", "pk")),
        "files": list(of_meeting.order_by("attached_at", "pk")),
        "attach_form": AttachForm() if decides else None,
        "may_withhold": decides,
        "now": timezone.localtime(at),
        "blocks": panels.draw(panels.read("meeting", request, found), request),
    }


MEETING = Page(
    name="meeting",
    template="concerns/meeting.html",
    read=_meeting,
    forms=_forms,
    offered=_offered,
    context=_context,
)


@requires_for_record("view_concerns", also=access_given)
def meeting(request: Request, part_id: UUID) -> HttpResponse:
    """A meeting: who goes or was there, what was said, what was decided."""
    found = _meeting(request, part_id)
    open_notices(user=request.user, object_id=found.pk, object_type="meeting")
    return MEETING.show(request, found)


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("minutes_form")
def meeting_minutes(request: Request, found: Meeting, form: MinutesForm) -> HttpResponse:
    """Save the minutes, or finish them: from then on they are only added to."""
    given = {name: form.cleaned_data[name] for name in ("page", "minutes")}
    save = meetings.finish_minutes if request.POST.get("do") == "finish" else meetings.save_minutes
    now = save(meeting=found, seen=form.cleaned_data["revision"], by=request.user, **given)
    is_done = now.status == Meeting.Status.FINISHED
    messages.success(request, "Minutes finished. From now on they are only added to." if is_done else "Minutes saved.")
    return redirect("meeting", found.pk)


@require_POST
@requires_for_record("decide_concerns", also=access_given)
def meeting_keep(request: Request, part_id: UUID) -> JsonResponse:
    """Save the minutes as they stand on a page, every few seconds (`drafts.js`)."""
    found = read_one(request, Meeting, verb=ConcernVerb.DRAFT, pk=part_id)
    if not may_decide(request.user, found):
        raise NotAllowed(LEADS)
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return JsonResponse(
            {"problem": "Not saved: this page is damaged. Copy your text, then open it again."}, status=422
        )
    given = form.cleaned_data
    try:
        now = meetings.save_minutes(
            meeting=found, seen=given["revision"], page=given["page"], minutes=given["minutes"], by=request.user
        )
    except HarbourError as refusal:
        problem = f"Not saved: {refusal.sentence} Press Save minutes to see both."
        return JsonResponse({"problem": problem}, status=refusal.status)
    return JsonResponse({"saved": f"Minutes saved {moment(now.saved_at)}." if now.saved_at else "Nothing to save yet."})


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("decided_form")
def meeting_decide(request: Request, found: Meeting, form: DecidedForm) -> HttpResponse:
    """Something that the meeting decided, and who does it where somebody has to."""
    given = form.cleaned_data
    made = meetings.note_decision(meeting=found, token=given["token"], text=given["text"], by=request.user)
    if owner := given["owner"]:
        meetings.give_decision(decision=made, owner=owner, due_on=given["due_on"], by=request.user)
    messages.success(request, "Decision saved. Whoever has to do it has been told." if owner else "Decision saved.")
    return redirect(f"{reverse('meeting', args=[found.pk])}#decided")


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("give_form")
def meeting_give(request: Request, found: Meeting, form: GiveForm) -> HttpResponse:
    """Make an action of something that was decided before."""
    meetings.give_decision(decision=form.cleaned_data["decision"], by=request.user, **form.facts())
    messages.success(request, "Action saved. Whoever has to do it has been told that it is there.")
    return redirect(f"{reverse('meeting', args=[found.pk])}#decided")


@requires_for_record("decide_concerns", also=access_given)
@MEETING.takes("addition_form")
def meeting_add(request: Request, found: Meeting, form: AdditionForm) -> HttpResponse:
    """Add to finished minutes."""
    meetings.add_to_minutes(meeting=found, by=request.user, **form.cleaned_data)
    messages.success(request, "Added. The minutes stand as they were.")
    return redirect("meeting", found.pk)


@takes_files
@requires_for_record("decide_concerns", also=access_given)
def meeting_attach(request: Request, part_id: UUID) -> HttpResponse:
    """Attach files to a meeting."""
    found = _meeting(request, part_id)
    return files.attach(request, reverse("meeting", args=[part_id]), partial(meetings.attach_to_meeting, meeting=found))


@requires_for_record("view_concerns", also=access_given)
def meeting_paper(request: Request, part_id: UUID) -> HttpResponse:
    """The minutes on paper. Those that are still being written say so."""
    found = _meeting(request, part_id, Verb.PRINT)
    titles = Titles(found.school_id)
    shown = _context(request, found, timezone.now())
    context = {
        "meeting": found,
        "people": [titles.of(one, found.held_at) for one in shown["people"]],
        "decided": shown["decided"],
        "additions": [(one, titles.signed(one.author, one.added_at)) for one in shown["additions"]],
        "files": [(one, titles.signed(one.author, one.attached_at)) for one in shown["files"]],
        "finished": titles.signed(found.finished_by, found.finished_at),
    }
    title = f"Minutes, {found.concern.reference}"
    own = story_of(request, found.concern_id)
    return paper(request, "pdf/minutes.html", context, title=title, school_id=found.school_id, own=own)
