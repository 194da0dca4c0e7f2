"""The times that the school sets for plans where no law does: which there are, set one, end one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from safeguarding.accounts.permissions import requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import change_school, get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.http import Request
from safeguarding.plans.forms.authority import AuthorityForm
from safeguarding.plans.forms.local_times import EndForm, LocalRuleForm
from safeguarding.plans.forms.phases import MovesForm
from safeguarding.plans.services import rules


@requires(Capability.MANAGE_SCHOOL)
def local_times(request: Request) -> HttpResponse:
    """What the school has set, what held before, and the form that sets one."""
    school, today = get_school(request.held.school_id), timezone.localdate()
    form = LocalRuleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        rules.set_local_rule(school=school, token=form.cleaned_data["token"], by=request.user, **form.facts())
        messages.success(request, "Set. Dates that are made from now on go by it; those that were made keep their day.")
        return redirect("local_times")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="times of plans")
    held, usual = rules.local_of(school.pk, today), rules.usual_of(today)
    context = {
        "form": form,
        "authority": AuthorityForm(initial={"authority": school.local_authority}),
        "moves": MovesForm(initial={"years": school.moves_after}),
        "lines": [
            (local, held.get(code), rules.in_words(row) if (row := held.get(code) or usual.get(code)) else "")
            for code, local in rules.LOCAL.items()
        ],
        "ended": [(rules.LOCAL[row.code], row, rules.in_words(row)) for row in rules.ended_local(school.pk, today)],
    }
    return render(request, "plans/local_times.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def moving_years(request: Request) -> HttpResponse:
    """After which years children move on: plans are amended for that."""
    form = MovesForm(request.POST)
    if form.is_valid():
        school = get_school(request.held.school_id)
        change_school(school=school, by=request.user, moves_after=sorted(form.cleaned_data["years"]))
        messages.success(request, "Saved. Dates of plans are counted by it from the next review on.")
    return redirect("local_times")


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def own_authority(request: Request) -> HttpResponse:
    """Which local authority is the school's own: forms of plans begin with it."""
    form = AuthorityForm(request.POST)
    if form.is_valid():
        school = get_school(request.held.school_id)
        change_school(school=school, by=request.user, local_authority=form.cleaned_data["authority"])
        messages.success(request, "Saved. New plans begin with this authority.")
    else:
        messages.error(request, "Nothing was saved. Choose the local authority.")
    return redirect("local_times")


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def end_local_time(request: Request) -> HttpResponse:
    """The school has no such time any more."""
    form = EndForm(request.POST)
    if form.is_valid():
        school = get_school(request.held.school_id)
        rules.end_local_rule(school=school, code=form.cleaned_data["code"], by=request.user)
        messages.success(request, "Ended. Dates that were made keep their day.")
    return redirect("local_times")
