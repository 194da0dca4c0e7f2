"""Who can see a child's record, and who has looked; access to it given, withdrawn, and opened in an emergency."""

from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.capabilities import ChildCapability
from children.forms.access import ChosenForm, EmergencyForm, GiveForm, ReasonForm
from children.models import Child, ChildGrant, ChildTeamGrant
from children.panels import record_frame
from children.permissions import may_see_record
from children.services import access, find_children
from children.services.sight import about_child, live_grants, record_behind, who_sees_child
from safeguarding.accounts import services as accounts
from safeguarding.accounts.forms.access import LookedForm
from safeguarding.accounts.models import Team, User
from safeguarding.accounts.permissions import anyone_signed_in, fresh_factor, may, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import looked, sight
from safeguarding.accounts.views.access import looked_context, looked_file
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.dates import clock
from safeguarding.http import Request
from safeguarding.paging import newest_first

G = TypeVar("G", ChildGrant, ChildTeamGrant)


def _child(request: Request, pk: UUID, purpose: str) -> Child:
    """The child, where the person may open the record and not the card alone."""
    request.nav = "children"
    found = visible(request, Child).filter(pk=pk).first()
    if found is None or not may_see_record(request.user, found):
        raise Http404
    return read_one(request, Child, pk=pk, purpose=purpose)


@require_GET
@anyone_signed_in
def child_access(request: Request, pk: UUID) -> HttpResponse:
    """Who can see this record, and why; for those who manage access, what was given and the form to give more."""
    return _page(request, _child(request, pk, "who can see"))


def _page(request: Request, child: Child, *, form: GiveForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    may_manage = may(request.user, Capability.MANAGE_ACCESS, child.school_id)
    see = partial(visible, request)
    mine = (see(ChildGrant).filter(content_object=child), see(ChildTeamGrant).filter(content_object=child))
    context = record_frame(request, child, "access") | {
        "sees": who_sees_child(child, see, on=today),
        "may_manage": may_manage,
        "grants": [grant for some in mine for grant in live_grants(some, today)] if may_manage else [],
        "form": form or _give_form(child.school_id, None) if may_manage else None,
        "may_audit": may(request.user, Capability.VIEW_AUDIT, child.school_id),
    }
    return render(request, "access/child.html", context, status=422 if form and form.errors else 200)


def _give_form(school_id: UUID, data: Any) -> GiveForm:
    today = timezone.localdate()
    people = accounts.who_may_be_given(accounts.get_school(school_id), on=today)
    return GiveForm(data, people=people, teams=list(accounts.teams_of(school_id, on=today)), today=today)


@require_POST
@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def child_access_give(request: Request, pk: UUID) -> HttpResponseBase:
    """Access for a person or a team: first who would see what, then it is given."""
    child = _child(request, pk, "give access")
    form = _give_form(child.school_id, request.POST)
    if not form.is_valid():
        return _page(request, child, form=form)
    give = partial(_give, child, form, request.user)
    if "confirmed" not in request.POST:
        change = sight.tried(record_behind(child), give, on=timezone.localdate())
        context = record_frame(request, child, "access") | {"form": form, "change": change, "sent": request.POST}
        return render(request, "access/child_confirm.html", context)
    give()
    messages.success(request, "Access given. It ends by itself on the last day.")
    return redirect("child_access", pk)


def _give(child: Child, form: GiveForm, by: User) -> None:
    (kind, key), given = form.cleaned_data["holder"], form.cleaned_data
    rest = {"child": child, "reason": given["reason"], "last_day": given["last_day"], "by": by}
    if kind == "team":
        access.grant_child_to_team(team=_team(key, child.school_id), **rest)
    else:
        access.grant_child(user=accounts.get_person(key), **rest)


def _team(key: UUID, school_id: UUID) -> Team:
    if (team := accounts.find_team(key, school_id, on=timezone.localdate())) is None:
        raise Http404
    return team


@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def child_access_withdraw(request: Request, pk: UUID, grant_id: UUID) -> HttpResponseBase:
    """Access is withdrawn: the page says who would lose sight of the record, and asks why."""
    child = _child(request, pk, "withdraw access")
    grant = _grant(request, ChildGrant, child, grant_id) or _grant(request, ChildTeamGrant, child, grant_id)
    if grant is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        access.withdraw_child_grant(grant=grant, by=request.user, **form.cleaned_data)
        messages.success(request, "Access withdrawn.")
        return redirect("child_access", pk)
    withdraw = partial(access.withdraw_child_grant, grant=grant, reason="tried", by=request.user)
    change = sight.tried(record_behind(child), withdraw, on=timezone.localdate())
    context = record_frame(request, child, "access") | {"form": form, "grant": grant, "change": change}
    return render(request, "access/child_withdraw.html", context, status=422 if form.errors else 200)


def _grant(request: Request, kind: type[G], child: Child, grant_id: UUID) -> G | None:
    rows: QuerySet[G] = visible(request, kind).filter(content_object=child, pk=grant_id, ended_at=None)
    return rows.select_related("content_object").first()


@require_GET
@requires_for_record(Capability.VIEW_AUDIT)
def child_looked(request: Request, pk: UUID) -> HttpResponseBase:
    """Who has looked at this record; `?as=csv` as a file, which is an event of its own."""
    child, today = _child(request, pk, "who has looked"), timezone.localdate()
    if not may(request.user, Capability.VIEW_AUDIT, child.school_id):
        raise Http404
    keys = about_child(child, partial(visible, request))
    form = LookedForm(request.GET, people=looked.people_in(keys))
    events = looked.events_about(keys, form.asked(), today=today)
    if request.GET.get("as") == "csv":
        return looked_file(request, child, events, form.asked())
    page = newest_first(events, "at", request.GET.get("before", ""))
    context = record_frame(request, child, "access") | looked_context(request, page, form)
    return render(request, "access/child_looked.html", context)


@requires(ChildCapability.EMERGENCY_ACCESS)
def emergency_find(request: Request) -> HttpResponseBase:
    """Find the child whose record must be opened now."""
    request.nav, today, found = "home", timezone.localdate(), None
    words = request.POST.get("q", "").strip()
    chosen = ChosenForm(request.POST)
    if chosen.is_valid():
        return redirect("child_emergency", chosen.cleaned_data["add"])
    if words:
        found = find_children(by=request.user, school=request.held.school_id, words=words, today=today)
        read_many(request, [each.child for each in found], verb=Verb.SEARCH, purpose="emergency")
    return render(request, "access/emergency_find.html", {"words": words, "found": found, "asked": bool(words)})


@requires_for_record(ChildCapability.EMERGENCY_ACCESS)
@fresh_factor
def child_emergency(request: Request, pk: UUID) -> HttpResponseBase:
    """Open this child's record for an hour, with a reason. Leads and the Headteacher are told at once."""
    request.nav = "home"
    child, now = read_one(request, Child, pk=pk, purpose="emergency"), timezone.now()
    request.of_school = child.school_id
    form = EmergencyForm(request.POST or None)
    if form.is_valid():
        opened = access.open_emergency_access(child=child, by=request.user, **form.cleaned_data)
        messages.success(
            request, f"The record is open until {clock(opened.ends_at)}. The safeguarding leads have been told."
        )
        return redirect("child", pk)
    problem = access.emergency_problem(child, by=request.user, on=timezone.localdate(now))
    context = {"form": form, "child": child, "problem": problem}
    return render(request, "access/emergency_open.html", context, status=422 if form.errors else 200)
