"""Several concerns at once, a lead's own saved filters, and the notes of her supervision behind their own lock."""

from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.permissions import colleagues, fresh_factor, requires
from safeguarding.accounts.services import who_ever_worked_at
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.forms.finding import FilterForm
from safeguarding.concerns.forms.own import ChosenForm, GiveAllForm, ReviewAllForm, SaveFilterForm, SupervisionForm
from safeguarding.concerns.models import Concern, SavedFilter, SupervisionNote
from safeguarding.concerns.services import own, reading, several
from safeguarding.concerns.services.kinds import names_on
from safeguarding.glance import glance
from safeguarding.http import Request
from safeguarding.keys import uuid7

# --- several concerns


def _several(request: Request) -> list[Concern]:
    """The concerns that fit the filter of the address and are not closed, newest first, as many as can be looked over."""
    day = timezone.localdate()
    staff = who_ever_worked_at(request.held.school_id)
    form = FilterForm(
        request.GET,
        categories=names_on(day, request.held.school_id, asks=request.user, retired=True),
        staff=[(one.pk, one.full_name) for one in staff],
    )
    found = reading.narrowed(visible(request, Concern), request.held.school_id, form.chosen(), today=day)
    open_ = found.exclude(status=Concern.Status.CLOSED).order_by("-logged_at", "-pk")
    shown = read_many(request, reading.listed(open_)[: several.MOST], purpose="several at once")
    reading.dress(shown, staff)
    return shown


@requires("decide_concerns")
def many_concerns(request: Request) -> HttpResponse:
    """Set a day of review on several concerns, or give one person the same to do on each."""
    request.nav = "concerns"
    shown, at = _several(request), timezone.now()
    day, calendar, new = timezone.localdate(at), SchoolCalendar.of(request.held.school_id), {"token": uuid7()}
    people = colleagues(request.held.school_id, day)
    makers: dict[str, Any] = {
        "review_form": partial(ReviewAllForm, today=day, calendar=calendar, initial=new),
        "give_form": partial(GiveAllForm, people=people, today=day, calendar=calendar, initial=new),
    }
    name = "give_form" if request.POST.get("do") == "give" else "review_form"
    forms = {key: make(request.POST) if request.method == "POST" and key == name else make() for key, make in makers.items()}  # fmt: skip
    chosen = ChosenForm(request.POST if request.method == "POST" else None, keys=[one.pk for one in shown])
    context: dict[str, Any] = {"rows": reading.rows(shown, reader=request.user, at=at), "chosen": chosen, **forms}
    if request.method == "POST" and all([chosen.is_valid(), forms[name].is_valid()]):
        keys = set(chosen.cleaned_data["chosen"])
        wanted, form = [one for one in shown if one.pk in keys], forms[name]
        if name == "give_form":
            outcomes = several.give_all(concerns=wanted, by=request.user, **form.facts())
        else:
            given = {key: form.cleaned_data[key] for key in ("token", "review_on", "reason")}
            outcomes = several.review_all(concerns=wanted, by=request.user, **given)
        return render(request, "concerns/many_done.html", {"outcomes": outcomes})
    context["picked"] = set(request.POST.getlist("chosen"))
    return render(request, "concerns/many.html", context, status=422 if request.method == "POST" else 200)


# --- saved filters


@require_POST
@requires("view_concerns")
def save_filter(request: Request) -> HttpResponse:
    """Keep the filter that is applied under a name. Its codes come with the form."""
    day, school_id = timezone.localdate(), request.held.school_id
    staff = [(one.pk, one.full_name) for one in who_ever_worked_at(school_id)]
    narrowing = FilterForm(
        request.POST,
        categories=names_on(day, request.held.school_id, asks=request.user, retired=True),
        staff=staff,
        prefix=None,
    )
    chosen = {name: str(value) for name, value in narrowing.chosen().items()}
    form = SaveFilterForm(request.POST)
    if form.is_valid():
        own.save_filter(school_id=school_id, chosen=chosen, by=request.user, **form.cleaned_data)
        messages.success(request, "Filter saved. Only you see it.")
    for error in (error for errors in form.errors.values() for error in errors):
        messages.error(request, str(error))
    return redirect(f"{reverse('concerns')}?{urlencode(chosen)}")


@require_POST
@requires("view_concerns")
def remove_filter(request: Request, filter_id: UUID) -> HttpResponse:
    """Take one's own filter away."""
    own.remove_filter(filter_id=filter_id, by=request.user)
    messages.success(request, "Filter removed.")
    return redirect("concerns")


def saved_filters(request: Request) -> list[tuple[SavedFilter, str]]:
    """One's own filters at the school, each with the rest of its address. Not asked for where `glance` says there is none."""
    if not glance(request.user)["filters"]:
        return []
    mine = visible(request, SavedFilter).filter(user=request.user, school_id=request.held.school_id)
    return [(one, urlencode(one.chosen)) for one in mine.order_by("saved_at", "pk")]


# --- supervision


@requires("decide_concerns")
@fresh_factor
def supervision(request: Request) -> HttpResponse:
    """Notes of one's own supervision, and those of others in which one is the other: for nobody else, whatever their role."""
    request.nav = "today"
    at, school_id = timezone.now(), request.held.school_id
    people = own.partners(school_id, request.user, timezone.localdate(at))
    if request.method == "POST":
        form = SupervisionForm(request.POST, people=people)
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in ("token", "other", "held_on", "text")}
            own.add_supervision(school=school_id, by=request.user, **given)
            messages.success(request, "Note saved. Only you and the other person can read it.")
            return redirect("supervision")
    else:
        form = SupervisionForm(people=people, initial={"token": uuid7(), "held_on": timezone.localdate(at)})
    mine = visible(request, SupervisionNote).filter(school_id=school_id).select_related("author", "other")
    notes = read_many(request, mine.order_by("-held_on", "-added_at", "-pk")[:200], purpose="supervision")
    context = {"notes": notes, "form": form}
    return render(request, "concerns/supervision.html", context, status=422 if form.errors else 200)
