"""Several concerns at once, a lead's own saved filters, and the notes of her supervision behind their own lock."""

from collections.abc import Mapping
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
from safeguarding.accounts.permissions import colleagues, fresh_factor, requires, requires_for_record
from safeguarding.accounts.services import LEADS, who_ever_worked_at
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.forms.finding import FilterForm
from safeguarding.concerns.forms.own import ChosenForm, GiveAllForm, ReviewAllForm, SaveFilterForm, SupervisionForm
from safeguarding.concerns.models import Concern, SavedFilter, SupervisionNote
from safeguarding.concerns.permissions import has_supervision, in_supervision
from safeguarding.concerns.services import own, reading, several
from safeguarding.concerns.services.kinds import names_on
from safeguarding.concerns.services.waiting_rows import give_waits
from safeguarding.concerns.views.list_filters import NOT_SAVED, asked_of
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.glance import glance
from safeguarding.http import Request
from safeguarding.keys import number_of, record_of, uuid7
from safeguarding.unsaved import waits_unsent

# --- several concerns


def _several(request: Request, seen: Mapping[UUID, int]) -> list[Concern]:
    """The concerns that fit the filter of the address and are not closed, newest first, as many as can be looked over.

    Of a page that was sent those that stood on it, whatever became of them since.
    """
    at, school_id = timezone.now(), request.held.school_id
    day, staff = timezone.localdate(at), who_ever_worked_at(school_id)
    found = visible(request, Concern).filter(pk__in=seen, school_id=school_id)
    if not seen:
        found = asked_of(request, day).found(request, day)
        found = found.exclude(status=Concern.Status.CLOSED)
    rows = reading.listed(found.order_by("-logged_at", "-pk"))[: several.MOST]
    shown = read_many(request, rows, purpose="several at once")
    reading.dress(shown, staff)
    give_waits(shown, partial(visible, request), at=at)
    return shown


def _seen(request: Request) -> dict[UUID, int]:
    """Which concerns stood on the page that was sent, and the revision of each."""
    found = {}
    for one in request.POST.getlist("shown")[: several.MOST]:
        key, _, revision = one.partition(":")
        if (pk := record_of(key)) and (number := number_of(revision)) is not None:
            found[pk] = number
    return found


@requires("decide_concerns")
def many_concerns(request: Request) -> HttpResponse:
    """Set a day of review on several concerns, or give one person the same to do on each."""
    request.nav = "concerns"
    seen, at = _seen(request), timezone.now()
    shown = _several(request, seen)
    day, calendar, new = timezone.localdate(at), SchoolCalendar.of(request.held.school_id), {"token": uuid7()}
    people = colleagues(request.held.school_id, day)
    makers: dict[str, Any] = {
        "review_form": partial(ReviewAllForm, today=day, calendar=calendar, initial=new),
        "give_form": partial(GiveAllForm, people=people, today=day, calendar=calendar, initial=new),
    }
    name = "give_form" if request.POST.get("do") == "give" else "review_form"
    forms = {
        key: make(request.POST) if request.method == "POST" and key == name else make() for key, make in makers.items()
    }
    chosen = ChosenForm(
        request.POST if request.method == "POST" else None, keys=[one.pk for one in shown if one.pk in seen]
    )
    context: dict[str, Any] = {"rows": reading.rows(shown, reader=request.user, at=at), "chosen": chosen, **forms}
    if request.method == "POST" and all([chosen.is_valid(), forms[name].is_valid()]):
        keys = set(chosen.cleaned_data["chosen"])
        wanted, form = [one for one in shown if one.pk in keys], forms[name]
        if name == "give_form":
            outcomes = several.give_all(concerns=wanted, by=request.user, **form.facts())
        else:
            given = {key: form.cleaned_data[key] for key in ("token", "review_on", "reason")}
            outcomes = several.review_all(concerns=wanted, seen=seen, by=request.user, **given)
        return render(request, "concerns/many_done.html", {"outcomes": outcomes})
    context |= {"picked": set(request.POST.getlist("chosen")), "has_errors": request.method == "POST"}
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
    chosen = dict(narrowing.codes(name for name in narrowing.chosen() if name not in NOT_SAVED))
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
    """One's own filters at the school, each with the rest of its address.

    Not asked for where `glance` says there is none.
    """
    if not glance(request.user)["filters"]:
        return []
    mine = visible(request, SavedFilter).filter(user=request.user, school_id=request.held.school_id)
    return [(one, urlencode(one.chosen)) for one in mine.order_by("saved_at", "pk")]


# --- supervision


@waits_unsent(SupervisionForm)
@requires_for_record("decide_concerns", also=has_supervision)
@fresh_factor
def supervision(request: Request) -> HttpResponse:
    """Notes of one's own supervision, and those of others in which one is the other: for nobody else, whatever their
    role.

    Whoever leads no more, nor stands in, reads them and writes none.
    """
    school_id, today = request.held.school_id, timezone.localdate()
    if not in_supervision(request.user, school_id):
        if request.method == "POST":
            raise NotAllowed(LEADS)
        return _supervision_page(request, None)
    make = partial(SupervisionForm, people=own.partners(school_id, request.user, today), today=today)
    if request.method != "POST":
        return _supervision_page(request, make(initial={"token": uuid7(), "held_on": today}))
    form = make(request.POST)
    if not form.is_valid():
        return _supervision_page(request, form, status=422)
    request.again = partial(_supervision_refused, request, form)
    given = {name: form.cleaned_data[name] for name in ("token", "other", "held_on", "text")}
    own.add_supervision(school=school_id, by=request.user, **given)
    messages.success(request, "Note saved. Only you and the other person can read it.")
    return redirect("supervision")


def _supervision_page(request: Request, form: SupervisionForm | None, status: int = 200) -> HttpResponse:
    mine = visible(request, SupervisionNote).filter(school_id=request.held.school_id).select_related("author", "other")
    notes = read_many(request, mine.order_by("-held_on", "-added_at", "-pk")[:200], purpose="supervision")
    return render(request, "concerns/supervision.html", {"notes": notes, "form": form}, status=status)


def _supervision_refused(request: Request, form: SupervisionForm, refusal: HarbourError) -> HttpResponse:
    """What was typed, with why it was not taken: who was chosen may have left meanwhile."""
    form.add_error(None, refusal.sentence)
    return _supervision_page(request, form, refusal.status)
