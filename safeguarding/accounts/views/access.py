"""Who works here and in which roles, which teams are there, who stands in; and the first page of roles without a
record.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts import fresh, services
from safeguarding.accounts.forms.access import BeyondNoticeForm, LookedForm, MemberForm, RoleForm, TeamForm
from safeguarding.accounts.models import School, Team
from safeguarding.accounts.notices import address_about
from safeguarding.accounts.permissions import anyone_signed_in, fresh_factor, may, requires, requires_for_record
from safeguarding.accounts.role_words import differences, in_words, never
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.accounts.services import bulk, looked
from safeguarding.accounts.services.classes import classes_at
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.panels import fill


def _here(request: Request) -> tuple[School, date]:
    request.nav = "access"
    return services.get_school(request.held.school_id), timezone.localdate()


@require_GET
@requires(Capability.MANAGE_ACCESS)
def access_home(request: Request) -> HttpResponse:
    """What needs a look and what was given, of access to this school's records; and who works here, in which roles."""
    school, today = _here(request)
    record(Verb.VIEW, school, purpose="access")
    staff, taught = services.staff_of(school.pk, on=today), classes_at(school.pk, on=today)
    gives = may(request.user, Capability.GIVE_ROLES, school.pk)
    context = {
        "school": school,
        "staff": [(one, taught.get(one.user.pk, [])) for one in staff],
        "new": [one.user for one in staff if one.user.is_new],
        "roles": services.roles_lately(school.pk, on=today),
        "today": today,
        "blocks": fill("access", request, school),
        "review_due": services.review_is_due(school.pk, on=today),
        "last_review": services.last_review(school.pk),
        "stands_in": services.somebody_stands_in(school.pk, on=today),
        "gives_roles": gives,
    }
    return render(request, "access/home.html", context)


@require_GET
@anyone_signed_in
def stand_in(request: Request, school_id: UUID) -> HttpResponseBase:
    """Some record may be read by nobody: who must be named, and where. Says neither which record nor about whom.

    For those who give roles, and for those who stand in already: whoever was told of it.
    """
    school, today = _here(request)
    gives = may(request.user, Capability.MANAGE_ACCESS, school.pk)
    if not (gives or may(request.user, Capability.STAND_IN, school.pk)):
        raise NotAllowed("Only those who give roles, and those who stand in, see who stands in. Ask the Headteacher.")
    if school.pk != school_id:
        raise Http404
    services.open_notices(user=request.user, object_id=school.pk)
    staff = services.staff_of(school.pk, on=today)
    stand_ins = [one for one in staff if any(held.role.may(Capability.STAND_IN) for held in one.roles)]
    return render(request, "access/stand_in.html", {"school": school, "stand_ins": stand_ins, "gives": gives})


@requires(Capability.GIVE_ROLES)
@fresh_factor
def give_role(request: Request, user_id: UUID) -> HttpResponseBase:
    """A role for somebody: first what they gain by it, then it is given."""
    school, today = _here(request)
    one = _colleague(user_id, school, today)
    form = RoleForm(request.POST or None, initial={"starts_on": today})
    context: dict[str, Any] = {"one": one, "form": form}
    if not form.is_valid():
        return render(request, "access/role.html", context, status=422 if form.errors else 200)
    given = dict(form.cleaned_data)
    held, new = [assignment.role_key for assignment in one.roles], given.pop("new_role")
    if "confirmed" not in request.POST:
        gain, _ = differences(held, [*held, new])
        return render(request, "access/role_confirm.html", context | {"gain": gain, "title": ROLES[new].title})
    services.assign_role(user=one.user, school=school, role_key=new, by=request.user, **given)
    messages.success(request, "Role given.")
    return redirect(address_about("colleague", user_id) or "access_home")


@requires(Capability.GIVE_ROLES)
@fresh_factor
def end_role(request: Request, user_id: UUID, assignment_id: UUID) -> HttpResponseBase:
    """A role ends, today being its last day: first what is lost by it, then it ends."""
    school, today = _here(request)
    one = _colleague(user_id, school, today)
    ended = next((held for held in one.roles if held.pk == assignment_id), None)
    if ended is None:
        raise Http404
    if request.method == "POST":
        services.end_role(assignment=ended, last_day=today, by=request.user)
        messages.success(request, "Today is the last day of that role.")
        return redirect(address_about("colleague", user_id) or "access_home")
    held = [assignment.role_key for assignment in one.roles]
    _, lose = differences(held, [key for key in held if key != ended.role_key])
    return render(request, "access/role_end.html", {"one": one, "ended": ended, "lose": lose})


def _colleague(user_id: UUID, school: School, today: date) -> services.Colleague:
    staff = services.staff_of(school.pk, on=today)
    if (found := next((one for one in staff if one.user.pk == user_id), None)) is None:
        raise Http404
    return found


@requires(Capability.MANAGE_ACCESS)
def teams(request: Request) -> HttpResponseBase:
    """The school's teams, with who is in them. Sending the form makes one."""
    school, today = _here(request)
    form = TeamForm(request.POST or None)
    if form.is_valid():
        made = services.make_team(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, "Team made. Add its members.")
        return redirect("team", made.key)
    record(Verb.VIEW, school, purpose="teams")
    context = {"form": form, "teams": list(services.teams_of(school.pk, on=today))}
    return render(request, "access/teams.html", context, status=422 if form.errors else 200)


@requires(Capability.MANAGE_ACCESS)
@fresh_factor
def team(request: Request, key: UUID) -> HttpResponseBase:
    """One team. Sending the form adds a member, after the page has said what that opens."""
    school, today = _here(request)
    found = _team(key, school, today)
    there = {member.user_id for member in found.members_now}  # type: ignore[attr-defined]
    people = [p for p in services.who_may_be_given(school, on=today) if p.user.pk not in there | {request.user.pk}]
    form = MemberForm(request.POST or None, people=people)
    opens = fill("team", request, found)
    if form.is_valid():
        one = _colleague(form.cleaned_data["person"], school, today)
        if "confirmed" not in request.POST:
            _record_team(found)
            return render(request, "access/team_confirm.html", {"team": found, "one": one, "opens": opens})
        services.add_member(team=found, user=one.user, by=request.user)
        messages.success(request, "Added to the team.")
        return redirect("team", key)
    _record_team(found)
    context = {"team": found, "form": form, "opens": opens}
    return render(request, "access/team.html", context, status=422 if form.errors else 200)


def _record_team(team: Team) -> None:
    """That its page was seen: it names children. A team's own key is a UUID, that of its row a number."""
    record(Verb.VIEW, object_type="accounts.team", object_id=team.key, school_id=team.school_id)


def _team(key: UUID, school: School, today: date) -> Team:
    if (found := services.find_team(key, school.pk, on=today)) is None:
        raise Http404
    return found


@requires(Capability.MANAGE_ACCESS)
@fresh_factor
def remove_member(request: Request, key: UUID, member_id: UUID) -> HttpResponseBase:
    """Somebody leaves a team: first what they see no longer, then they are taken out."""
    found = _team(key, *_here(request))
    member = next((m for m in found.members_now if m.pk == member_id), None)  # type: ignore[attr-defined]
    if member is None:
        raise Http404
    if request.method == "POST":
        services.remove_member(member=member, by=request.user)
        messages.success(request, "Taken out of the team.")
        return redirect("team", key)
    _record_team(found)
    context = {"team": found, "member": member, "opens": fill("team", request, found)}
    return render(request, "access/team_remove.html", context)


@requires(Capability.MANAGE_ACCESS)
@fresh_factor
def end_team(request: Request, key: UUID) -> HttpResponseBase:
    """What a team was given opens nothing any more: first who sees what no longer, then it ends."""
    found = _team(key, *_here(request))
    if request.method == "POST":
        services.end_team(team=found, by=request.user)
        messages.success(request, "The team has ended.")
        return redirect("teams")
    _record_team(found)
    return render(request, "access/team_end.html", {"team": found, "opens": fill("team", request, found)})


@requires(Capability.MANAGE_ACCESS)
@fresh_factor
def beyond_notice(request: Request) -> HttpResponseBase:
    """Roles that may be given access though the privacy notice does not name them, and the words that it will show.

    First who gains by it and who loses, then it is saved.
    """
    school, today = _here(request)
    asked = request.method == "POST"
    form = BeyondNoticeForm(request.POST if asked else None, initial={"role_keys": school.roles_beyond_notice})
    if form.is_valid() and "confirmed" not in request.POST:
        gain, lose = services.who_would_change(school, form.cleaned_data["role_keys"], on=today)
        return render(request, "access/beyond_notice_confirm.html", {"form": form, "gain": gain, "lose": lose})
    if form.is_valid():
        services.set_roles_beyond_notice(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved. The privacy notice will show these roles.")
        return redirect("beyond_notice")
    named = [role.title for role in ROLES.values() if role.named_in_notice]
    added = [ROLES[key].title for key in school.roles_beyond_notice]
    context = {"form": form, "named": named, "added": added}
    return render(request, "access/beyond_notice.html", context, status=422 if form.errors else 200)


@require_GET
@anyone_signed_in
def own_role(request: Request) -> HttpResponse:
    """The first page of a role that has neither reports nor a queue: what it is, what it may do, what waits."""
    request.nav = "own_role"
    held = request.held
    context = {
        "role": held.role,
        "may_do": in_words(held.role.capabilities),
        "never": never(held.role),
        "blocks": fill("own_role", request),
        "may_audit": may(request.user, Capability.VIEW_AUDIT, held.school_id),
    }
    return render(request, "access/own_role.html", context)


@require_GET
@requires_for_record(Capability.VIEW_AUDIT)
def event_log(request: Request) -> HttpResponseBase:
    """What was done at the school, by whom and when: never what a record says, nor whose it is. `?as=csv` as a file."""
    request.nav, school, today = "event_log", services.get_school(request.held.school_id), timezone.localdate()
    if not may(request.user, Capability.VIEW_AUDIT, school.pk):
        raise Http404
    people = [(str(one.user.pk), one.user.full_name) for one in services.staff_of(school.pk, on=today)]
    form = LookedForm(request.GET, people=people, children=looked.children_offered(request))
    asked = form.asked()
    about = looked.keys_of_child(request, asked.child) if asked.child else None
    events = looked.events_at(school.pk, asked, today=today, about=about)
    if request.GET.get("as") == "csv":
        return looked_file(request, school, events, asked)
    record(Verb.LIST, school, purpose="event log")
    page = newest_first(events, "at", request.GET.get("before", ""))
    return render(request, "access/event_log.html", looked_context(request, page, form))


def looked_context(request: Request, page: Any, form: LookedForm) -> dict[str, Any]:
    """What a page of events shows, and the addresses of the next page and of the file."""
    asked = request.GET.copy()
    is_first = not asked.pop("before", None)
    asked.pop("as", None)
    here = f"?{asked.urlencode()}"
    return {
        "form": form,
        "lines": looked.in_words(page.rows, in_passing=form.asked().in_passing),
        "newest": "" if is_first else here,
        "older": f"{here}&before={page.older}" if page.older else "",
        "csv_url": f"{here}&as=csv",
        "clear": request.path,
    }


def looked_file(request: Request, about: Any, events: Any, asked: looked.Asked) -> HttpResponseBase:
    """The events as a file, which is an event itself and asks for a fresh factor.

    Its name says nothing of whom it is about.
    """
    if (page := fresh.asked(request)) is not None:
        return page
    newest = events.order_by("-at", "-pk")[: looked.MOST_EXPORTED]
    lines = looked.in_words(newest, in_passing=asked.in_passing)
    record(Verb.EXPORT, about, count=len(lines), purpose="who has looked")
    bulk.had_enough(bulk.FILES, by=request.user, school_id=request.held.school_id)
    response = HttpResponse(looked.as_file(lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="who-has-looked.csv"'
    return response
