"""The safeguarding lead is away: name who acts, in three steps; and what the lead reads on return."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts import fresh
from safeguarding.accounts.forms.acting import ActingForm
from safeguarding.accounts.forms.factors import AgainForm
from safeguarding.accounts.models import ActingPeriod
from safeguarding.accounts.permissions import anyone_signed_in, may, requires
from safeguarding.accounts.role_words import differences
from safeguarding.accounts.roles import ACTING_LEAD, Capability
from safeguarding.accounts.services import acting, factors, get_school, unanswered
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.http import Request
from safeguarding.panels import fill


@requires(Capability.GIVE_ROLES)
def name_acting(request: Request) -> HttpResponseBase:
    """Who is away, who acts, until when; then what that person gains, with the code beside it; then it is so."""
    request.nav = "cover"
    school, today = get_school(request.held.school_id), timezone.localdate()
    form = ActingForm(
        request.POST or None,
        leads=acting.can_be_away(school.pk, on=today),
        people=acting.who_may_act(school.pk, by=request.user, on=today),
        away_today=acting.away_today(school.pk, on=today),
        today=today,
    )
    if not form.is_valid():
        return render(request, "accounts/acting.html", {"form": form}, status=422 if form.errors else 200)
    away, one = form.chosen()
    if "confirmed" not in request.POST:
        held = [role.role_key for role in one.roles]
        context = {
            "form": form,
            "away": away,
            "one": one,
            "gain": differences(held, [*held, ACTING_LEAD])[0],
            "unanswered": one in unanswered(school.pk, on=today),
            # The code stands on this page: asked for on one of its own, it would be a step more.
            "again": None if factors.is_fresh(request, request.user) else AgainForm(user=request.user),
        }
        return render(request, "accounts/acting_confirm.html", context)
    if (page := fresh.asked(request)) is not None:
        return page
    people = [each.user for each in away]
    [period, *_] = acting.name_acting(
        school=school, away=people, acting=one.user, ends_on=form.cleaned_data["ends_on"], by=request.user
    )
    messages.success(request, "Done. Calls, concerns, actions and unread notices go to the acting lead from now on.")
    return redirect("acting_period", period.pk)


@require_GET
@anyone_signed_in
def period(request: Request, period_id: UUID) -> HttpResponseBase:
    """One time away: what moved to who acts, and what was decided meanwhile, with its reasons."""
    found = _found(request, period_id)
    acting.open_word(found, user=request.user)
    record(Verb.VIEW, found, purpose="while away")
    context: dict[str, Any] = {
        "period": found,
        "is_live": found.is_live(timezone.localdate()),
        "own": found.away_id == request.user.pk,
        "may_end": found.away_id == request.user.pk or may(request.user, Capability.GIVE_ROLES, found.school_id),
        "blocks": fill("while_away", request, found),
        "aside": fill("while_away_aside", request, found),
    }
    return render(request, "accounts/acting_period.html", context)


@require_POST
@anyone_signed_in
def end_acting(request: Request, period_id: UUID) -> HttpResponseBase:
    """The lead is back, or somebody else is to act."""
    ended = acting.end_acting(period=_found(request, period_id), by=request.user)
    messages.success(request, "Ended. From now on nothing more of this person’s goes to the acting lead.")
    if ended.away_id in acting.away_today(ended.school_id, on=timezone.localdate()):
        name = ended.away.full_name
        messages.info(request, f"{name} is still recorded as away. If they are back, say so on the page “Cover”.")
    return redirect("acting_period", period_id)


@require_POST
@anyone_signed_in
def note_read(request: Request, period_id: UUID) -> HttpResponseBase:
    """The lead has read what happened meanwhile: their first page does not point here any more."""
    acting.note_read(period=_found(request, period_id), by=request.user)
    messages.success(request, "Noted that you have read it.")
    return redirect("acting_period", period_id)


def _found(request: Request, period_id: UUID) -> ActingPeriod:
    request.nav = "cover"
    if (found := acting.find_period(period_id, request.user)) is None:
        raise Http404
    request.of_school = found.school_id
    return found
