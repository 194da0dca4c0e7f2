"""The targets of the school for its figures: what holds, what held before, and the form that sets another."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn
from safeguarding.http import Request
from safeguarding.reports.capabilities import ReportCapability as C
from safeguarding.reports.forms import EndTargetForm, TargetForm
from safeguarding.reports.services import targets as services


@requires(Capability.MANAGE_SCHOOL)
def targets(request: Request) -> HttpResponse:
    """Each figure that may have a target, and the form. Sending it sets one from now on; “End” takes one away."""
    if request.method == "POST" and request.POST.get("do") == "end":
        return _end(request)
    school = get_school(request.held.school_id)
    form = TargetForm(request.POST if request.method == "POST" else None)
    refusal = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.set_target(
                school=school, token=given["token"], figure=given["figure"], value=given["value"], by=request.user
            )
        except OutOfTurn as error:
            refusal = error
        else:
            messages.success(request, "Target set. The overview shows from now on whether it is met.")
            return redirect("targets")
    return _page(request, form, refusal)


def _end(request: Request) -> HttpResponse:
    """A figure has no target any more. One that is none of them, and one without a target, is told on the page."""
    form = EndTargetForm(request.POST)
    if not form.is_valid():
        return redirect("targets")
    school = get_school(request.held.school_id)
    try:
        services.end_target(school=school, figure=form.cleaned_data["figure"], by=request.user)
    except OutOfTurn as error:
        return _page(request, TargetForm(), error)
    messages.success(request, "Ended. The number is shown without a target from now on.")
    return redirect("targets")


def _page(request: Request, form: TargetForm, refusal: OutOfTurn | None) -> HttpResponse:
    request.nav = "settings"
    school = get_school(request.held.school_id)
    record(Verb.VIEW, school, purpose="targets")
    context = {
        "form": form,
        "school": school,
        "refusal": refusal,
        "has_errors": bool(refusal),
        "lines": services.lines_of(school.pk),
        "earlier": services.earlier_of(school.pk),
        "reads": may(request.user, C.VIEW_REPORTS, school.pk),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "reports/targets.html", context, status=status)
