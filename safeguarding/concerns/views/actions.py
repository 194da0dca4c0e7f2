"""What to do, and who does it: one's own actions, those that are late or that nobody has, and the page of one."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.permissions import anyone_signed_in, colleagues, may, requires, requires_for_record
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.deciding import EndActionForm, HandOverForm
from safeguarding.concerns.lifecycles import action_life
from safeguarding.concerns.models import Action, Attachment
from safeguarding.concerns.permissions import access_given, may_decide, may_hand_over
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.views.kept import keeps_typed, kept_forms
from safeguarding.concerns.views.mentioning import may_be_saved
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.uploads.forms import AttachForm

# More than anybody has to do; beyond it the soonest are the ones to see.
SHOWN = 200


@anyone_signed_in
def my_actions(request: Request) -> HttpResponse:
    """What the person signed in has to do. Of the concern it shows the reference, and more only to who may read it."""
    request.nav = "actions"
    found = read_many(request, reading.actions_of(visible(request, Action), request.user)[:SHOWN])
    context = {"actions": reading.to_do(found, reader=request.user, today=timezone.localdate())}
    return render(request, "concerns/my_actions.html", context)


@requires("view_concerns")
def actions_adrift(request: Request) -> HttpResponse:
    """What others at the school have not done in time, and what nobody has to do any more."""
    request.nav, day = "today", timezone.localdate()
    rows = reading.adrift(visible(request, Action), request.held.school_id, reader=request.user, today=day)
    found = read_many(request, rows[:SHOWN], purpose="late or with nobody")
    context = {"actions": reading.to_do(found, reader=request.user, today=day), "full": len(found) == SHOWN}
    return render(request, "concerns/actions_adrift.html", context)


@anyone_signed_in
@keeps_typed("end_form")
def action(request: Request, action_id: UUID) -> HttpResponse:
    """One thing to do: the task and whom to ask. Marked done, or withdrawn, with what came of it."""
    found = _read(request, action_id)
    if request.method != "POST":
        open_notices(user=request.user, object_id=found.pk)
        return _page(request, found)
    form = EndActionForm(request.POST)
    if not may_be_saved(request, form, found):
        return _page(request, found, status=422 if form.errors else 200, end_form=form)
    request.again = partial(_refused, request, action_id, "end_form", form)
    move = "withdraw" if request.POST.get("do") == "withdraw" else "complete"
    deciding.end_action(action=found, move=move, by=request.user, **form.cleaned_data)
    messages.success(request, "Action withdrawn." if move == "withdraw" else "Action done.")
    reads = may(request.user, "view_concerns", found.school_id)
    return redirect(f"{reverse('concern', args=[found.concern_id])}#actions") if reads else redirect("my_actions")


@requires_for_record("decide_concerns", also=access_given)
@keeps_typed("hand_form")
def hand_over(request: Request, action_id: UUID) -> HttpResponse:
    """Somebody else does it, or by another day. The address opened by itself is the page of the action."""
    found = _read(request, action_id)
    if request.method != "POST":
        return redirect("action", action_id)
    form = _forms(found, timezone.now())["hand_form"](request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, hand_form=form)
    request.again = partial(_refused, request, action_id, "hand_form", form)
    deciding.hand_over(action=found, by=request.user, **form.facts())
    messages.success(request, "Saved. Whoever has to do it has been told that it is there.")
    return redirect("action", action_id)


def _read(request: Request, action_id: UUID) -> Action:
    return read_one(request, reading.with_standing(reading.actions(), today=timezone.localdate()), pk=action_id)


def _refused(request: Request, action_id: UUID, name: str, form: Any, refusal: HarbourError) -> HttpResponse:
    """The action as it stands now, and what was typed."""
    return _page(request, _read(request, action_id), status=refusal.status, refusal=refusal, **{name: form})


def _page(
    request: Request, found: Action, *, status: int = 200, refusal: HarbourError | None = None, **bound: Any
) -> HttpResponse:
    """The page of an action. `bound` are forms with what was typed, in place of the empty ones."""
    request.nav, request.of_school = "actions", found.school_id
    moves = action_life.open_to(found, request.user)
    offered = {"end_form": any(moves.values()), "hand_form": may_hand_over(request.user, found)}
    makers = _forms(found, timezone.now())
    bound = kept_forms(request, found, makers) | bound
    context = {
        "action": found,
        "may": moves,
        "offered": offered,
        "files": list(reading.files_of(visible(request, Attachment), found)),
        "attach_form": AttachForm() if offered["end_form"] else None,
        "may_withhold": may_decide(request.user, found),
        "key": tokens.issue(request.user, school_id=found.school_id),
        "kept": [form for form in bound.values() if form.kept],
        "refusal": refusal,
        "lost": [line for name, form in bound.items() if not offered[name] for line in form.typed()],
        "has_errors": any(form.errors for form in bound.values()),
        "reads_concern": may(request.user, "view_concerns", found.school_id),
    }
    forms = {name: make() for name, make in makers.items() if offered[name] and name not in bound}
    return render(request, "concerns/action.html", context | forms | bound, status=status)


def _forms(found: Action, at: datetime) -> dict[str, Callable[..., Any]]:
    """The forms of the page, each to be made over what was typed, or with what is so now."""
    today = timezone.localdate(at)

    def hand_form(data: Any = None) -> HandOverForm:
        return HandOverForm(
            data,
            people=colleagues(found.school_id, today),
            today=today,
            calendar=SchoolCalendar.of(found.school_id),
            # A day that has passed is not one to go on from.
            initial={"owner": found.owner_id} | ({"due_on": found.due_on} if found.due_on >= today else {}),
        )

    return {"end_form": EndActionForm, "hand_form": hand_form}
