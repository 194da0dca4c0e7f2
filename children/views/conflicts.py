"""The yearly question, the declaration that follows a yes, and what those who manage access do with it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from children.forms.access import ChosenForm, ConnectionForm, EmergencyReviewForm, QuestionForm, ReasonForm
from children.models import Child, ConflictOfInterest, EmergencyAccess
from children.people import beside, siblings
from children.services import access, find_children
from children.services.sight import conflicts_to_see, emergencies_to_see, named_no_child
from safeguarding.accounts import services as accounts
from safeguarding.accounts.permissions import (
    anyone_signed_in,
    fresh_factor,
    may,
    never_waits,
    requires,
    requires_for_record,
)
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.second_person import somebody_else
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.http import Request


@anyone_signed_in
@never_waits
def conflict_question(request: Request) -> HttpResponseBase:
    """Are you related or close to any child or family here? Asked once a school year, before any other page."""
    form = QuestionForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "school": accounts.get_school(request.held.school_id)}
        return render(request, "access/question.html", context, status=422 if form.errors else 200)
    yes = form.cleaned_data["answer"] == "yes"
    accounts.answer_conflict_question(user=request.user, school_id=request.held.school_id, has_connection=yes)
    if yes:
        return redirect("declare_conflict")
    return _onwards(request)


def _onwards(request: Request) -> HttpResponseBase:
    """To the page that was asked for before the question."""
    target = request.session.pop("after_question", "")
    return redirect(target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "home")


@anyone_signed_in
@never_waits
def declare_conflict(request: Request) -> HttpResponseBase:
    """Say to which child one is related or close. It holds at once."""
    return _declare(request, of_others=False)


@requires(Capability.MANAGE_ACCESS)
@fresh_factor
def declare_for_colleague(request: Request) -> HttpResponseBase:
    """The same, said of a colleague by somebody who manages access."""
    return _declare(request, of_others=True)


def _declare(request: Request, *, of_others: bool) -> HttpResponseBase:
    """Find the child, say what the connection is, choose the child: one form, of which the last button saves."""
    school_id, today = request.held.school_id, timezone.localdate()
    people = accounts.staff_of(school_id, on=today) if of_others else ()
    chosen = ChosenForm(request.POST)
    form = ConnectionForm(request.POST if chosen.is_valid() else None, people=people)
    if chosen.is_valid() and form.is_valid():
        child = read_one(request, Child, pk=chosen.cleaned_data["add"], purpose="conflict", school=school_id)
        user = accounts.get_person(form.cleaned_data["person"]) if of_others else request.user
        access.declare_conflict(user=user, child=child, kind=form.cleaned_data["kind"], by=request.user)
        messages.success(request, "Recorded. It holds from now on, and the safeguarding leads have been told.")
        return redirect("conflicts" if of_others else "declare_conflict")
    words, found = request.POST.get("q", "").strip(), None
    if words:
        find = partial(find_children, by=request.user, school=school_id, today=today)
        found = find(words=words)
        read_many(request, [each.child for each in found], verb=Verb.SEARCH, purpose="conflict")
    context = {
        "form": form if form.is_bound else ConnectionForm(initial=request.POST.dict(), people=people),
        "words": words,
        "found": found,
        "of_others": of_others,
        "finds": may(request.user, Capability.FIND_CHILDREN, school_id),
    }
    return render(request, "access/declare.html", context, status=422 if form.errors else 200)


@require_GET
@anyone_signed_in
@never_waits
def question_done(request: Request) -> HttpResponseBase:
    """Nothing more to declare: on to the page that was asked for."""
    return _onwards(request)


@require_GET
@requires(Capability.MANAGE_ACCESS)
def conflicts(request: Request) -> HttpResponse:
    """Who is related or close to which child, as far as its reader may see the child; who has not answered."""
    request.nav, school_id, today = "access", request.held.school_id, timezone.localdate()
    rows = conflicts_to_see(visible(request, ConflictOfInterest).filter(school=school_id))
    context = {
        "conflicts": read_many(request, rows[:200], purpose="conflicts"),
        "no_child": named_no_child(school_id, on=today),
        "unanswered": accounts.unanswered(school_id, on=today),
    }
    return render(request, "access/conflicts.html", context)


@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def conflict(request: Request, conflict_id: UUID) -> HttpResponseBase:
    """One of them: confirm it, or lift it with a reason."""
    request.nav = "access"
    rows = visible(request, ConflictOfInterest).select_related("user", "child", "confirmed_by", "lifted_by")
    found = read_one(request, rows, pk=conflict_id)
    request.of_school = found.school_id
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        access.lift_conflict(conflict=found, by=request.user, **form.cleaned_data)
        messages.success(request, "Lifted. The person sees the child again, as far as their role goes.")
        return redirect("conflicts")
    accounts.open_notices(user=request.user, object_id=found.pk)
    others = somebody_else("conflict", found.school_id, than=found.user, on=timezone.localdate())
    own = found.user_id == request.user.pk
    context = {"conflict": found, "form": form, "own": own, "others": others}
    context["family"] = [] if own or found.lifted_at else _family(request, found)
    return render(request, "access/conflict.html", context, status=422 if form.errors else 200)


def _family(request: Request, found: ConflictOfInterest) -> list[tuple[str, bool]]:
    """The brothers and sisters of the child and who lives with it or shares an adult, as far as the reader sees them:
    each in words, and whether a conflict of the same person about them stands.
    """
    named = {other.pk: f"{other.full_name}: {how.lower()}" for other, how in siblings(request, found.child)}
    named |= {key: one.named for key, one in beside(request, found.child).items()}
    stands = visible(request, ConflictOfInterest).filter(user=found.user, child__in=named, lifted_at=None)
    declared = set(stands.values_list("child_id", flat=True))
    return sorted((says, key in declared) for key, says in named.items())


@require_POST
@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def confirm_conflict(request: Request, conflict_id: UUID) -> HttpResponseBase:
    """Somebody has looked at it."""
    access.confirm_conflict(conflict=read_one(request, ConflictOfInterest, pk=conflict_id), by=request.user)
    messages.success(request, "Confirmed.")
    return redirect("conflicts")


@require_GET
@requires(Capability.MANAGE_ACCESS)
def emergencies(request: Request) -> HttpResponse:
    """Emergency access that waits to be reviewed, and what was."""
    request.nav = "access"
    mine = visible(request, EmergencyAccess).filter(school=request.held.school_id)
    waiting = read_many(request, emergencies_to_see(mine, reviewed=False)[:200], purpose="emergencies")
    earlier = emergencies_to_see(mine, reviewed=True)[:50]
    return render(request, "access/emergencies.html", {"waiting": waiting, "earlier": list(earlier)})


@requires_for_record(Capability.MANAGE_ACCESS)
def emergency(request: Request, access_id: UUID) -> HttpResponseBase:
    """One of them: what was given as a reason, and what somebody else finds."""
    request.nav = "access"
    rows = visible(request, EmergencyAccess).select_related("user", "child", "reviewed_by")
    found = read_one(request, rows, pk=access_id)
    request.of_school = found.school_id
    form = EmergencyReviewForm(request.POST or None)
    if form.is_valid():
        access.review_emergency_access(access=found, by=request.user, **form.cleaned_data)
        messages.success(request, "Reviewed. If it was still open, it has ended.")
        return redirect("emergencies")
    accounts.open_notices(user=request.user, object_id=found.pk)
    others = somebody_else("emergency", found.school_id, than=found.user, on=timezone.localdate())
    context = {"access": found, "form": form, "own": found.user_id == request.user.pk, "others": others}
    return render(request, "access/emergency.html", context, status=422 if form.errors else 200)
