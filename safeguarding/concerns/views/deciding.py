"""The page of a concern, and what a safeguarding lead does on it: decide, note, act, close, open again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.permissions import colleagues, requires
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.forms.deciding import (
    ActionForm,
    CloseForm,
    DecisionForm,
    NoteForm,
    ReopenForm,
    TitleForm,
    on_top_of,
)
from safeguarding.concerns.lifecycles import concern_life
from safeguarding.concerns.models import Concern, Receipt
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.whole import Whole, steps, whole
from safeguarding.dates import full_day
from safeguarding.http import Request
from safeguarding.keys import uuid7


@requires("view_concerns")
def concern(request: Request, concern_id: UUID) -> HttpResponse:
    """Everything about one concern. Opening it acknowledges it."""
    found = read_one(request, reading.for_page(), pk=concern_id)
    return _page(request, deciding.open_concern(concern=found, by=request.user))


@requires("decide_concerns")
def decide(request: Request, concern_id: UUID) -> HttpResponse:
    """Save a decision; then stay, or open the next concern that waits."""
    found = read_one(request, reading.for_page(), pk=concern_id)
    if request.method != "POST":
        return redirect("concern", concern_id)
    form = DecisionForm(request.POST, today=timezone.localdate(), calendar=SchoolCalendar.of(found.school))
    if not form.is_valid():
        return _page(request, found, status=422, decision_form=form)
    changes = deciding.changed_since(concern=found, seen=form.cleaned_data["revision"], by=request.user)
    found.refresh_from_db()
    if changes or not concern_life.open_to(found, request.user)["decide"]:
        return _page(request, found, status=409, changes=changes, decision_form=on_top_of(form, found.revision))
    ruling = form.ruling()
    deciding.decide(
        concern=found,
        token=form.cleaned_data["token"],
        seen=form.cleaned_data["revision"],
        ruling=ruling,
        by=request.user,
    )
    review = f" The review is on {full_day(ruling.review_on)}." if ruling.review_on else ""
    messages.success(request, f"Decision saved. {_told(request, found, ruling.receipt)}{review}")
    return _onwards(request, found)


@requires("decide_concerns")
def add_note(request: Request, concern_id: UUID) -> HttpResponse:
    found = read_one(request, reading.for_page(), pk=concern_id)
    form = NoteForm(request.POST or None)
    if not form.is_valid():
        return _again(request, found, note_form=form)
    deciding.add_note(concern=found, by=request.user, **form.cleaned_data)
    messages.success(request, "Note saved.")
    return _back(found, "notes")


@requires("decide_concerns")
def add_action(request: Request, concern_id: UUID) -> HttpResponse:
    found = read_one(request, reading.for_page(), pk=concern_id)
    today = timezone.localdate()
    form = ActionForm(
        request.POST or None,
        people=colleagues(found.school_id, today),
        today=today,
        calendar=SchoolCalendar.of(found.school),
    )
    if not form.is_valid():
        return _again(request, found, action_form=form)
    deciding.add_action(concern=found, by=request.user, **form.facts())
    messages.success(request, "Action saved. Whoever has to do it has been told that it is there.")
    return _back(found, "actions")


@requires("decide_concerns")
def close_concern(request: Request, concern_id: UUID) -> HttpResponse:
    """Close with an outcome; refused, with what was typed kept, when somebody else saved first."""
    found = read_one(request, reading.for_page(), pk=concern_id)
    form = CloseForm(request.POST or None)
    if not form.is_valid():
        return _again(request, found, close_form=form)
    changes = deciding.changed_since(concern=found, seen=form.cleaned_data["revision"], by=request.user)
    if changes:
        found.refresh_from_db()
        return _page(request, found, status=409, changes=changes, close_form=on_top_of(form, found.revision))
    given = dict(form.cleaned_data)
    deciding.close_concern(concern=found, seen=given.pop("revision"), by=request.user, **given)
    messages.success(request, f"Concern closed. {_told(request, found, given['receipt'])}")
    return _onwards(request, found)


@requires("decide_concerns")
def reopen_concern(request: Request, concern_id: UUID) -> HttpResponse:
    found = read_one(request, reading.for_page(), pk=concern_id)
    form = ReopenForm(request.POST or None)
    if not form.is_valid():
        return _again(request, found, reopen_form=form)
    deciding.reopen_concern(concern=found, by=request.user, **form.cleaned_data)
    messages.success(request, "Concern opened again. It waits for a decision.")
    return redirect("concern", concern_id)


@requires("decide_concerns")
def rename_concern(request: Request, concern_id: UUID) -> HttpResponse:
    found = read_one(request, reading.for_page(), pk=concern_id)
    form = TitleForm(request.POST or None)
    if not form.is_valid():
        return _again(request, found, title_form=form)
    deciding.rename_concern(concern=found, by=request.user, **form.cleaned_data)
    messages.success(request, "Title saved.")
    return redirect("concern", concern_id)


def _again(request: Request, found: Concern, **form: Form) -> HttpResponse:
    """The page once more with what was typed and what is wrong with it. Asked for without a form: the page itself."""
    if request.method != "POST":
        return redirect("concern", found.pk)
    return _page(request, found, status=422, **form)


def _back(found: Concern, part: str) -> HttpResponse:
    return redirect(f"{reverse('concern', args=[found.pk])}#{part}")


def _onwards(request: Request, found: Concern) -> HttpResponse:
    """To the concern just saved, or with "Save and open next" to the first of the queue that is left, or to the empty queue."""
    if request.POST.get("then") != "next":
        return redirect("concern", found.pk)
    left = reading.queue(visible(request, Concern), request.held.school_id).exclude(pk=found.pk).first()
    return redirect("concern", left.pk) if left else redirect("today")


def _told(request: Request, found: Concern, receipt: str) -> str:
    if found.logged_by_id == request.user.pk:
        return "You logged it yourself, so nobody else is told."
    return f"Whoever logged it will see: “{Receipt(receipt).label}”"


def _page(request: Request, found: Concern, *, status: int = 200, changes: Any = (), **bound: Form) -> HttpResponse:
    """The page of a concern. `bound` are forms with what was typed, in place of the empty ones."""
    request.nav = "concerns"
    at = timezone.now()
    it = whole(found, lambda model: visible(request, model), today=timezone.localdate(at))
    context = {
        "it": it,
        "concern": found,
        "may": concern_life.open_to(found, request.user),
        "steps": steps(it, request.user, at=at),
        "changes": changes,
        "phrases": Receipt.choices,
        "logged_myself": found.logged_by_id == request.user.pk,
        "waits": found.status in reading.OPEN,
        "has_errors": any(form.errors for form in bound.values()),
    }
    return render(request, "concerns/concern.html", context | _empty_forms(it, at) | bound, status=status)


def _empty_forms(it: Whole, at: Any) -> dict[str, Form]:
    """Every form of the page, with defaults for what is usual: never a level, never a reason."""
    found, today = it.concern, timezone.localdate(at)
    calendar = SchoolCalendar.of(found.school)
    return {
        "decision_form": DecisionForm(
            today=today,
            calendar=calendar,
            initial={"token": uuid7(), "revision": found.revision, "title": found.title},
        ),
        "note_form": NoteForm(initial={"token": uuid7()}),
        "action_form": ActionForm(
            people=colleagues(found.school_id, today), today=today, calendar=calendar, initial={"token": uuid7()}
        ),
        "close_form": CloseForm(initial={"revision": found.revision, "receipt": found.receipt}),
        "reopen_form": ReopenForm(initial={"token": uuid7()}),
        "title_form": TitleForm(initial={"title": found.title}),
    }
