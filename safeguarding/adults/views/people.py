"""Who reads a concern about an adult, who has looked, whom it names, which children it touches, and who receives
low-level ones.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.forms.access import ChosenForm, GiveForm, ReasonForm
from children.models import Child
from children.services import asked_about, find_children
from safeguarding.accounts.permissions import fresh_factor, may, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_person, get_school, looked, staff_of
from safeguarding.adults.capabilities import AdultCapability
from safeguarding.adults.forms.working import NameForm, RecipientForm
from safeguarding.adults.models import AdultNamed, StaffConcern, StaffConcernChild, StaffConcernGrant
from safeguarding.adults.permissions import READERS, decides, gives_access, reads_somewhere
from safeguarding.adults.services import access, naming, reading, routing
from safeguarding.adults.views.reading import READS, found_one
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.paging import newest_first


@require_GET
@requires_for_record(READS, also=reads_somewhere)
def staff_concern_people(request: Request, concern_id: UUID) -> HttpResponse:
    """Who reads it and why, who has looked, whom it names; and the forms to change that."""
    return _people(request, found_one(request, concern_id, "who can see it"))


def _people(
    request: Request,
    concern: StaffConcern,
    *,
    give: GiveForm | None = None,
    name: NameForm | None = None,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    today, see = timezone.localdate(), partial(visible, request)
    gives, works = gives_access(request.user, concern), decides(request.user, concern)
    page = newest_first(reading.looked_at(concern, today=today), "at", request.GET.get("before", ""))
    adults = see(AdultNamed).filter(staff_concern=concern).select_related("user", "named_by", "withdrawn_by")
    bound = [form for form in (give, name) if form is not None]
    context = {
        "concern": concern,
        "seers": reading.seers(concern, on=today),
        "lines": looked.in_words(page.rows, reading.DID),
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
        "adults": list(adults.order_by("named_at", "pk")),
        "grants": reading.grants_of(concern, see),
        "give_form": (give or _give_form(request, concern)) if gives else None,
        "name_form": (name or _name_form(request)) if works else None,
        "works": works,
        "gives": gives,
        "bound": bound[0] if bound else None,
        "has_errors": bool(bound),
        "refusal": refusal.sentence if refusal else "",
    }
    return render(request, "adults/people.html", context, status=refusal.status if refusal else 422 if bound else 200)


def _refused(request: Request, concern_id: UUID, refusal: HarbourError, **bound: Any) -> HttpResponse:
    """The page as it stands now, with what was typed."""
    return _people(request, found_one(request, concern_id, "who can see it"), refusal=refusal, **bound)


def _give_form(request: Request, concern: StaffConcern, data: object = None) -> GiveForm:
    today = timezone.localdate()
    return GiveForm(data, people=access.who_may_be_given(concern, by=request.user, on=today), today=today)


def _name_form(request: Request, data: object = None) -> NameForm:
    return NameForm(data, people=staff_of(request.of_school, on=timezone.localdate()))


@require_POST
@requires_for_record(READS, also=reads_somewhere)
@fresh_factor
def staff_concern_name(request: Request, concern_id: UUID) -> HttpResponseBase:
    """It is about another adult too, or involves one: that person sees nothing of it from now on."""
    concern = found_one(request, concern_id, "who can see it")
    if not decides(request.user, concern):
        raise NotAllowed(READERS)
    form = _name_form(request, request.POST)
    if not form.is_valid():
        return _people(request, concern, name=form)
    request.again = partial(_refused, request, concern_id, name=form)
    naming.name_adult(concern=concern, by=request.user, **form.facts())
    messages.success(request, "Recorded. A colleague who is named sees nothing of it from now on.")
    return _onwards(request, concern_id)


def _onwards(request: Request, concern_id: UUID) -> HttpResponse:
    """Back to the page, or home where whoever pressed the button reads the concern no longer."""
    if not visible(request, StaffConcern).filter(pk=concern_id).exists():
        return redirect("home")
    return redirect("staff_concern_people", concern_id)


@require_POST
@requires_for_record(READS, also=reads_somewhere)
@fresh_factor
def staff_concern_unname(request: Request, concern_id: UUID, named_id: UUID) -> HttpResponseBase:
    """Named by mistake."""
    concern = found_one(request, concern_id, "who can see it")
    rows = visible(request, AdultNamed).filter(staff_concern=concern).select_related("staff_concern")
    naming.withdraw_adult(named=read_one(request, rows, pk=named_id), by=request.user)
    messages.success(request, "Withdrawn.")
    return _onwards(request, concern_id)


@require_POST
@requires_for_record(READS, also=reads_somewhere)
@fresh_factor
def staff_concern_give(request: Request, concern_id: UUID) -> HttpResponseBase:
    """Access to this one concern for a safeguarding lead, with a reason and a last day."""
    concern = found_one(request, concern_id, "who can see it")
    if not gives_access(request.user, concern):
        raise NotAllowed(access.GIVERS)
    form = _give_form(request, concern, request.POST)
    if not form.is_valid():
        return _people(request, concern, give=form)
    request.again = partial(_refused, request, concern_id, give=form)
    given = form.cleaned_data
    user = get_person(given["holder"][1])
    access.give_access(concern=concern, user=user, reason=given["reason"], last_day=given["last_day"], by=request.user)
    messages.success(request, "Access given. It ends by itself on the last day.")
    return redirect("staff_concern_people", concern_id)


@requires_for_record(READS, also=reads_somewhere)
@fresh_factor
def staff_concern_withdraw(request: Request, concern_id: UUID, grant_id: UUID) -> HttpResponseBase:
    """Access by name is withdrawn, with the reason."""
    concern = found_one(request, concern_id, "who can see it")
    if not gives_access(request.user, concern):
        raise NotAllowed(access.GIVERS)
    rows = visible(request, StaffConcernGrant).filter(content_object=concern, ended_at=None)
    grant = rows.filter(pk=grant_id).select_related("content_object", "user").first()
    if grant is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        access.withdraw_access(grant=grant, by=request.user, **form.cleaned_data)
        messages.success(request, "Access withdrawn.")
        return redirect("staff_concern_people", concern_id)
    context = {"concern": concern, "grant": grant, "form": form}
    return render(request, "adults/withdraw.html", context, status=422 if form.errors else 200)


@requires_for_record(READS, also=reads_somewhere)
def staff_concern_child(request: Request, concern_id: UUID) -> HttpResponse:
    """Link a child whom it touches: find, then choose; or take one out again.

    The child's record shows nothing of it.
    """
    concern = found_one(request, concern_id, "linking a child")
    if not decides(request.user, concern):
        raise NotAllowed(READERS)
    chosen = ChosenForm(request.POST)
    if request.method == "POST" and request.POST.get("take_out"):
        rows = visible(request, StaffConcernChild).filter(staff_concern=concern).select_related("staff_concern")
        linked = next((row for row in rows if str(row.pk) == request.POST["take_out"]), None)
        if linked is None:
            raise Http404
        naming.unlink_child(linked=linked, by=request.user)
        messages.success(request, "Taken out.")
        return redirect("staff_concern", concern_id)
    if request.method == "POST" and chosen.is_valid():
        child = read_one(request, Child, pk=chosen.cleaned_data["add"], school=concern.school_id)
        naming.link_child(concern=concern, child=child, by=request.user)
        messages.success(request, "Linked. The child’s record shows nothing of it.")
        return redirect("staff_concern", concern_id)
    words, found = request.POST.get("q", "").strip()[:100], None
    finds = may(request.user, Capability.FIND_CHILDREN, concern.school_id)
    if words and finds:
        found = find_children(by=request.user, school=concern.school_id, words=words, today=timezone.localdate())
        # In the words of any search: the event log tells nobody that a concern about an adult was behind it.
        read_many(request, [each.child for each in found], verb=Verb.SEARCH, purpose="name")
    context = {
        "concern": concern,
        "words": words,
        "found": found,
        "finds": finds,
        "confirms": True,
        "sure": asked_about(found or (), request.POST.get("ask")),
    }
    return render(request, "adults/child.html", context)


@requires(AdultCapability.READ_STAFF_CONCERNS)
@fresh_factor
def low_level_recipient(request: Request) -> HttpResponse:
    """Who receives low-level concerns at this school, and how the LADO is reached."""
    request.nav = "staff_concerns"
    school = get_school(request.held.school_id)
    now = routing.current_choice(school.pk)
    initial = {name: getattr(now, name) for name in RecipientForm.base_fields} if now else {"recipient": "headteacher"}
    form = RecipientForm(request.POST or None, initial=initial)
    if form.is_valid():
        access.choose_recipient(school=school, by=request.user, **form.cleaned_data)
        messages.success(
            request, "Saved. It holds from now on, for those that are open too, and not for those closed before."
        )
        return redirect("staff_concerns")
    record(Verb.VIEW, school, purpose="low-level concerns")
    context = {"form": form, "school": school, "now": now}
    return render(request, "adults/recipient.html", context, status=422 if form.errors else 200)
