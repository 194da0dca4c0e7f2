"""Raise a concern about an adult, and see one's own words again."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.models import School
from safeguarding.accounts.permissions import anyone_signed_in, never_waits, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school, staff_of
from safeguarding.adults.forms.raising import AddWordsForm, RaiseForm
from safeguarding.adults.models import Raised
from safeguarding.adults.services import raising, routing
from safeguarding.adults.services.reading import own_words
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.paging import newest_first
from safeguarding.unsaved import waits_unsent

_waits = partial(waits_unsent, template="unsaved/adults.html", title="Not sent", again="Try to send it again")
_ASKED = "Whoever gives roles has been told that somebody must be named, and not why."


@_waits(RaiseForm)
@requires(Capability.LOG_CONCERN)
@never_waits
def raise_staff_concern(request: Request) -> HttpResponse:
    """One short form for any doubt about an adult, small or grave, oneself included."""
    school = get_school(request.held.school_id)
    people = staff_of(school.pk, on=timezone.localdate())
    form = RaiseForm(request.POST or None, people=people, by=request.user, initial={"token": uuid7()})
    if form.is_valid():
        request.again = partial(_refused, request, form)
        try:
            words = raising.raise_staff_concern(
                token=form.cleaned_data["token"], school=school, telling=form.telling(), by=request.user
            )
        except raising.NobodyReads as refusal:
            return _not_taken(request, school, form, refusal)
        messages.success(request, f"Sent. Its reference is {words.reference}.")
        return redirect("own_staff_concern", words.pk)
    return _form_page(request, form, status=422 if form.errors else 200)


def _not_taken(request: Request, school: School, form: RaiseForm, refusal: raising.NobodyReads) -> HttpResponse:
    """Nobody could read it. Those who give roles are told that somebody must be named; the page keeps every word."""
    asked = routing.ask_to_name(school.pk, about=refusal.about, at=timezone.now())
    record(Verb.DENY, object_type="adults.staffconcern", outcome=Outcome.REFUSED, purpose="nobody reads")
    said = f"{refusal.sentence} {_ASKED if asked else ''}".strip()
    return _form_page(request, form, status=refusal.status, refusal=said)


def _refused(request: Request, form: RaiseForm, refusal: HarbourError) -> HttpResponse:
    return _form_page(request, form, status=refusal.status, refusal=refusal.sentence)


def _form_page(request: Request, form: RaiseForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    request.nav = "raise_staff_concern"
    context = {"form": form, "refusal": refusal}
    return render(request, "adults/raise.html", context, status=status)


@require_GET
@anyone_signed_in
def own_staff_concerns(request: Request) -> HttpResponse:
    """What one has raised about adults, newest first: reference and day, without a name."""
    request.nav = "raise_staff_concern"
    mine = own_words(visible(request, Raised, "author"))
    page = newest_first(mine, "written_at", request.GET.get("before", ""))
    context = {
        "rows": read_many(request, page.rows),
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
    }
    return render(request, "adults/own_list.html", context)


@_waits(AddWordsForm)
@anyone_signed_in
def own_staff_concern(request: Request, words_id: UUID) -> HttpResponse:
    """One's own words, that they were received and read, and how to add to them. Nothing that anybody else wrote."""
    request.nav = "raise_staff_concern"
    first = read_one(request, visible(request, Raised).filter(author=request.user, is_addition=False), pk=words_id)
    request.of_school = first.school_id
    form = AddWordsForm(request.POST or None, initial={"token": uuid7()})
    if form.is_valid():
        raising.add_words(first=first, by=request.user, **form.cleaned_data)
        messages.success(request, "Added. Whoever reads it has been told.")
        return redirect("own_staff_concern", words_id)
    all_of_it = visible(request, Raised).filter(author=request.user, staff_concern=first.staff_concern_id)
    context = {
        "first": first,
        "additions": list(all_of_it.filter(is_addition=True).order_by("written_at", "pk")),
        "form": form,
    }
    return render(request, "adults/own.html", context, status=422 if form.errors else 200)
