"""The inbox, who takes calls, the school's settings, and whether the record is whole."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts import services
from safeguarding.accounts.forms.school import AbsenceForm, ClosureForm, SchoolForm, TermForm
from safeguarding.accounts.models import School
from safeguarding.accounts.notices import address_of, name_records
from safeguarding.accounts.permissions import anyone_signed_in, may, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services.decided import decided
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.audit.seals.standing import MOST_COUNTED, standing
from safeguarding.audit.services import record
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.paging import MANY, in_words, newest_first
from safeguarding.panels import SCHOOL, fill, of_school, settings


@require_GET
@anyone_signed_in
def inbox(request: Request) -> HttpResponse:
    """What this person has been told: not opened yet, then earlier. It says what kind of thing, never what is in it."""
    request.nav = "inbox"
    earlier = newest_first(services.inbox(request.user, opened=True), "created_at", request.GET.get("before", ""))
    # The unopened ones stand above every page of the earlier ones; more than a page of them is read from the top.
    unopened = newest_first(services.inbox(request.user, opened=False), "created_at")
    shown = read_many(request, [*unopened.rows, *earlier.rows], purpose="inbox")
    name_records(request, shown)
    lines = services.joined(unopened.rows)
    context = {
        "lines": lines,
        # As many as the bell says, also where not all of them stand here.
        "count": in_words(services.number_unopened(request.user), MANY),
        "full": bool(unopened.older),
        "shown": len(unopened.rows),
        "to_read": [told for told in unopened.rows if not told.opens_by_itself],
        "earlier": earlier,
        # One school goes without saying.
        "several_schools": len({told.school_id for told in shown}) > 1,
    }
    return render(request, "accounts/inbox.html", context)


@require_POST
@anyone_signed_in
def inbox_read(request: Request) -> HttpResponse:
    """Mark the lines that the page showed as read. What came since, and what somebody waits for, stays."""
    keys = [key for told in request.POST.getlist("told") if (key := record_of(told))]
    services.open_shown(user=request.user, notices=keys)
    messages.success(request, "Marked as read. What somebody waits for stays until you open it.")
    return redirect("inbox")


@require_GET
@anyone_signed_in
def notice(request: Request, notice_id: UUID) -> HttpResponseBase:
    """Follow a notice: it is opened, and the page of what it is about comes next. That page records who saw it."""
    opened = services.open_notice(notice_id=notice_id, user=request.user)
    if opened is None or (address := address_of(opened)) is None:
        raise Http404
    return redirect(address)


@requires(Capability.RECEIVE_CALLS)
def cover(request: Request) -> HttpResponseBase:
    """Who is called in which order, and who is away. Sending the form records an absence."""
    at, school = timezone.now(), services.get_school(request.held.school_id)
    today, people = timezone.localdate(at), services.duty(school.pk, at)
    form = AbsenceForm(request.POST or None, people=people)
    if form.is_valid() and (person := services.find_caller(form.cleaned_data["person"], school.pk, on=today)):
        services.record_absence(
            user=person,
            starts_on=form.cleaned_data["starts_on"],
            ends_on=form.cleaned_data["ends_on"],
            by=request.user,
        )
        messages.success(request, "Days away recorded. Until then calls go to the next person.")
        return redirect("cover")
    request.nav = "cover"
    record(Verb.VIEW, school, purpose="cover")
    context = {
        "form": form,
        "school": school,
        "people": people,
        "absences": services.absences_from(school.pk, on=today),
        "line": services.cover_line(school.pk, at=at, reader=request.user),
        "blocks": fill("cover", request),
        "may_change_school": may(request.user, Capability.MANAGE_SCHOOL, school.pk),
    }
    return render(request, "accounts/cover.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Capability.RECEIVE_CALLS)
def call_sooner(request: Request, user_id: UUID) -> HttpResponseBase:
    """Put somebody one place up in the order of calling."""
    services.call_sooner(school=services.get_school(request.held.school_id), user_id=user_id, by=request.user)
    messages.success(request, "Order of calling changed.")
    return redirect("cover")


@require_POST
@requires(Capability.RECEIVE_CALLS)
def withdraw_absence(request: Request, absence_id: UUID) -> HttpResponseBase:
    """Somebody is in after all."""
    absence = services.find_absence(absence_id, request.held.school_id, on=timezone.localdate())
    if absence is None:
        raise Http404
    services.withdraw_absence(absence=absence, by=request.user)
    messages.success(request, "Back in the order of calling.")
    return redirect("cover")


@require_GET
@anyone_signed_in
def school_home(request: Request) -> HttpResponse:
    """The pages about the school that are this person's, those that need a look first."""
    request.nav, pages = SCHOOL, of_school(request)
    if not pages:
        raise NotAllowed("Those who lead safeguarding, and those who keep accounts, keys or the log, have this page.")
    school = services.get_school(request.held.school_id)
    record(Verb.VIEW, school, purpose="school")
    return render(request, "accounts/school.html", {"school": school, "pages": pages})


@require_GET
@requires(Capability.MANAGE_SCHOOL)
def settings_home(request: Request) -> HttpResponse:
    """Everything that the school decides for itself, each with its page, as far as this person may change it."""
    request.nav, school = "settings", services.get_school(request.held.school_id)
    mine = [setting for setting in settings() if setting.may(request)]
    record(Verb.VIEW, school, purpose="settings")
    found = decided(mine, school.pk, partial(visible, request))
    context = {"school": school, "decided": [replace(one, look=one.setting.look(request)) for one in found]}
    return render(request, "accounts/settings_home.html", context)


@requires(Capability.MANAGE_SCHOOL)
def school_settings(request: Request) -> HttpResponseBase:
    """Hours, numbers and minutes of the school, and the days on which children come.

    Sending the form saves the first.
    """
    school = services.get_school(request.held.school_id)
    form = SchoolForm(request.POST or None, school=school)
    if form.is_valid():
        services.change_school(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, "School settings saved.")
        return redirect("school_settings")
    return _settings_page(request, school, form=form)


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def add_term(request: Request) -> HttpResponseBase:
    """A term is added to the calendar."""
    school = services.get_school(request.held.school_id)
    form = TermForm(request.POST, school=school)
    if form.is_valid():
        services.add_term(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, "Term added.")
        return redirect("school_settings")
    return _settings_page(request, school, term_form=form)


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def add_closure(request: Request) -> HttpResponseBase:
    """A day on which no children come is added to the calendar."""
    school = services.get_school(request.held.school_id)
    form = ClosureForm(request.POST, school=school)
    if form.is_valid():
        services.add_closure(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, "Day closed added.")
        return redirect("school_settings")
    return _settings_page(request, school, closure_form=form)


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def withdraw_day(request: Request, entry_id: UUID) -> HttpResponseBase:
    """A term or a day closed that was entered by mistake is taken out."""
    entry = services.find_day(services.get_school(request.held.school_id), entry_id)
    if entry is None:
        raise Http404
    services.withdraw_day(entry=entry, by=request.user)
    messages.success(request, "Taken out of the calendar.")
    return redirect("school_settings")


@require_GET
@requires(Capability.VIEW_AUDIT)
def wholeness(request: Request) -> HttpResponse:
    """Is the record whole?

    The newest seal, where it is kept besides, what the last verification said, and what that proves.
    """
    request.nav = "wholeness"
    record(Verb.VIEW, object_type="audit.checkpoint", purpose="wholeness")
    return render(request, "accounts/wholeness.html", {"standing": standing(), "most_counted": MOST_COUNTED})


def _settings_page(request: Request, school: School, **given: Any) -> HttpResponse:
    """The page with its three forms; `given` is the one that was sent and could not be saved."""
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="settings")
    terms, closures = services.coming_days(school, on=timezone.localdate())
    forms = {
        "form": SchoolForm(school=school),
        "term_form": TermForm(school=school),
        "closure_form": ClosureForm(school=school),
    } | given
    wrong = any(form.errors for form in forms.values())
    context = forms | {"school": school, "terms": terms, "closures": closures, "has_errors": wrong}
    context["blocks"] = fill("school_settings", request, school)
    return render(request, "accounts/school_settings.html", context, status=422 if wrong else 200)
