"""Who can see a concern, and who has looked; access to it, whom it is about; what a colleague can see; the termly
review.
"""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.forms.access import GiveForm, ReasonForm
from safeguarding.accounts import services as accounts
from safeguarding.accounts.forms.access import LookedForm, MemberForm
from safeguarding.accounts.permissions import anyone_signed_in, fresh_factor, may, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import looked, sight
from safeguarding.accounts.views.access import looked_context, looked_file
from safeguarding.audit.context import with_errors
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernGrant, ConcernSubject, EnteredInError, UndoneLink
from safeguarding.concerns.permissions import access_given, may_manage_access, may_restrict, stands_in
from safeguarding.concerns.services import access
from safeguarding.concerns.services.apart import undone_links
from safeguarding.concerns.services.sight import about_concern, everything, subjects_of, to_review, who_sees_concern
from safeguarding.concerns.views.error import also_in_error
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.panels import fill


def _concern(request: Request, concern_id: UUID, purpose: str) -> Concern:
    request.nav = "concerns"
    found = read_one(request, Concern, pk=concern_id, purpose=purpose)
    request.of_school = found.school_id
    return found


@require_GET
@requires_for_record("view_concerns", also=access_given)
def concern_access(request: Request, concern_id: UUID) -> HttpResponse:
    """Who can see this concern, and why; for those who manage access, what was given, and the forms to change it."""
    return _page(request, _concern(request, concern_id, "who can see"))


def _page(
    request: Request, found: Concern, *, form: GiveForm | None = None, subject_form: MemberForm | None = None
) -> HttpResponse:
    today, see = timezone.localdate(), partial(visible, request)
    manages = may_manage_access(request.user, found)
    names = manages or stands_in(request.user, found.pk, found.school_id)
    context = {
        "concern": found,
        "sees": who_sees_concern(found, see, on=today),
        "may_manage": manages,
        "may_restrict": may_restrict(request.user, found),
        "may_audit": may(request.user, Capability.VIEW_AUDIT, found.school_id),
        "names": names,
        "grants": list(
            see(ConcernGrant).filter(content_object=found, ended_at=None).select_related("user", "granted_by")
        )
        if manages
        else [],
        "form": (form or _give_form(found, None)) if manages else None,
        "subjects": list(subjects_of(found, see)) if names else [],
        "subject_form": (subject_form or _subject_form(found, None)) if names else None,
        "has_errors": any(one is not None and one.errors for one in (form, subject_form)),
    }
    return render(request, "access/concern.html", context, status=422 if context["has_errors"] else 200)


def _give_form(found: Concern, data: object) -> GiveForm:
    today = timezone.localdate()
    people = accounts.who_may_be_given(accounts.get_school(found.school_id), on=today)
    return GiveForm(data, people=people, today=today)


def _subject_form(found: Concern, data: object) -> MemberForm:
    return MemberForm(data, people=accounts.staff_of(found.school_id, on=timezone.localdate()), prefix="about")


@require_POST
@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def concern_access_give(request: Request, concern_id: UUID) -> HttpResponseBase:
    """Access to this one concern, restricted or not: first who would see it, then it is given."""
    found = _concern(request, concern_id, "give access")
    form = _give_form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    given = form.cleaned_data
    give = partial(
        access.grant_concern,
        concern=found,
        user=accounts.get_person(given["holder"][1]),
        reason=given["reason"],
        last_day=given["last_day"],
        by=request.user,
    )
    if "confirmed" not in request.POST:
        change = sight.tried(found, give, on=timezone.localdate())
        return render(request, "access/concern_confirm.html", {"concern": found, "form": form, "change": change})
    give()
    messages.success(request, "Access given. It ends by itself on the last day.")
    return redirect("concern_access", concern_id)


@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def concern_access_withdraw(request: Request, concern_id: UUID, grant_id: UUID) -> HttpResponseBase:
    """Access is withdrawn: the page says who would lose sight of the concern, and asks why."""
    found = _concern(request, concern_id, "withdraw access")
    grants = visible(request, ConcernGrant).filter(content_object=found, pk=grant_id, ended_at=None)
    grant = grants.select_related("content_object", "user").first()
    if grant is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        access.withdraw_concern_grant(grant=grant, by=request.user, **form.cleaned_data)
        messages.success(request, "Access withdrawn.")
        return redirect("concern_access", concern_id)
    withdraw = partial(access.withdraw_concern_grant, grant=grant, reason="tried", by=request.user)
    change = sight.tried(found, withdraw, on=timezone.localdate())
    context = {"concern": found, "grant": grant, "form": form, "change": change}
    return render(request, "access/concern_withdraw.html", context, status=422 if form.errors else 200)


@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def restrict(request: Request, concern_id: UUID) -> HttpResponseBase:
    """Restrict the concern, or lift that: first who loses or gains sight of it, then it is done."""
    found = _concern(request, concern_id, "restrict")
    do = access.restrict_concern if found.restricted_at is None else access.lift_restriction
    if request.method == "POST":
        do(concern=found, by=request.user)
        messages.success(request, "Restricted." if found.restricted_at is None else "No longer restricted.")
        return redirect("concern_access", concern_id)
    change = sight.tried(found, partial(do, concern=found, by=request.user), on=timezone.localdate())
    return render(request, "access/concern_restrict.html", {"concern": found, "change": change})


@require_POST
@requires_for_record(Capability.MANAGE_ACCESS, also=access_given)
@fresh_factor
def name_subject(request: Request, concern_id: UUID) -> HttpResponseBase:
    """The concern is about a colleague: first who would lose and gain sight of it, then it is named."""
    found = _concern(request, concern_id, "about whom")
    form = _subject_form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, subject_form=form)
    user = accounts.get_person(form.cleaned_data["person"])
    name = partial(access.name_subject, concern=found, user=user, by=request.user)
    if "confirmed" not in request.POST:
        change = sight.tried(found, name, on=timezone.localdate())
        context = {"concern": found, "form": form, "person": user, "change": change}
        return render(request, "access/subject_confirm.html", context)
    name()
    messages.success(request, "Recorded. That person sees nothing of it from now on.")
    if not visible(request, Concern).filter(pk=concern_id).exists():
        return redirect("home")
    return redirect("concern_access", concern_id)


@require_POST
@requires_for_record(Capability.MANAGE_ACCESS, also=access_given)
@fresh_factor
def withdraw_subject(request: Request, concern_id: UUID, subject_id: UUID) -> HttpResponseBase:
    """It is not about this person after all."""
    found = _concern(request, concern_id, "about whom")
    subject = read_one(request, ConcernSubject, pk=subject_id, concern=found)
    access.withdraw_subject(subject=subject, by=request.user)
    messages.success(request, "Withdrawn. That person sees it again, as far as their role allows.")
    return redirect("concern_access", concern_id)


@require_GET
@requires_for_record(Capability.VIEW_AUDIT)
@also_in_error
def concern_looked(request: Request, concern_id: UUID) -> HttpResponseBase:
    """Who has looked at this concern; `?as=csv` as a file, which is an event of its own."""
    found, today = _concern(request, concern_id, "who has looked"), timezone.localdate()
    if not may(request.user, Capability.VIEW_AUDIT, found.school_id):
        raise Http404
    keys = about_concern(found, partial(visible, request))
    form = LookedForm(request.GET, people=looked.people_in(keys))
    events = looked.events_about(keys, form.asked(), today=today)
    if request.GET.get("as") == "csv":
        return looked_file(request, found, events, form.asked())
    page = newest_first(events, "at", request.GET.get("before", ""))
    undone = undone_links(visible(request, UndoneLink).filter(concern=found).select_related("undone_by"))
    errors = visible(request, EnteredInError).filter(concern=found).select_related("proposed_by", "decided_by")
    context = {"concern": found, "undone": undone, "errors": list(errors.order_by("-proposed_at", "-pk"))}
    context |= looked_context(request, page, form)
    with with_errors(""):
        return render(request, "access/concern_looked.html", context)


@require_GET
@anyone_signed_in
def person_access(request: Request, user_id: UUID) -> HttpResponseBase:
    """Everything that one person can see at this school: for those who manage access, and for the person."""
    school_id, at = request.held.school_id, timezone.now()
    today, manages = timezone.localdate(at), may(request.user, Capability.MANAGE_ACCESS, school_id)
    request.nav = "access" if manages else "home"
    found = next((one for one in accounts.staff_of(school_id, on=today) if one.user.pk == user_id), None)
    if found is None or not (manages or user_id == request.user.pk):
        raise Http404
    record(Verb.VIEW, found.user, school_id=school_id, purpose="what they can see")
    seen = everything(found, school_id, partial(visible, request), on=today, at=at)
    own = user_id == request.user.pk
    gives = may(request.user, Capability.GIVE_ROLES, school_id)
    context = {
        "seen": seen,
        "manages": manages,
        "own": own,
        "gives_roles": gives,
        "blocks": fill("colleague", request, found.user),
    }
    return render(request, "access/person.html", context)


@requires(Capability.MANAGE_ACCESS)
@fresh_factor
def access_review(request: Request) -> HttpResponseBase:
    """Everybody with their roles, all access given, emergencies and conflicts, to be looked at once a term and signed
    for.
    """
    request.nav, school = "access", accounts.get_school(request.held.school_id)
    if request.method == "POST":
        accounts.sign_access_review(school=school, by=request.user)
        messages.success(request, "Signed. The next review is due when the next term begins.")
        return redirect("access_home")
    record(Verb.VIEW, school, purpose="access review")
    today = timezone.localdate()
    review = to_review(school.pk, partial(visible, request), on=today)
    due = accounts.review_is_due(school.pk, on=today)
    return render(request, "access/review.html", {"school": school, "review": review, "due": due})
