"""Have Harbour look at itself now, note a backup that was put back on trial; and how is the rest put right?"""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.machine_checks import lacking_factor, without_role
from safeguarding.accounts.permissions import requires
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import counted
from safeguarding.http import Request
from safeguarding.self_check.capabilities import CheckCapability
from safeguarding.self_check.forms import DrillForm
from safeguarding.self_check.panels import entry
from safeguarding.self_check.services.drills import newest_drills, note_drill
from safeguarding.self_check.services.look import look_now


@require_POST
@requires(CheckCapability.VIEW_CHECKS)
def look_again(request: Request) -> HttpResponseBase:
    """Look at everything of the machine now, and not tonight."""
    amiss = look_now(by=request.user, school_id=request.held.school_id)
    found = f"{counted(amiss, 'thing needs', 'things need')} a look" if amiss else "nothing that is set up needs a look"
    messages.success(request, f"Harbour has looked: {found}.")
    return redirect("self_check")


@requires(Capability.KEEP_KEYS)
def restore_drill(request: Request) -> HttpResponseBase:
    """When was a backup last put back on trial? Sending the form notes one."""
    request.nav = entry(request)
    form = DrillForm(request.POST or None)
    if form.is_valid():
        note_drill(by=request.user, school_id=request.held.school_id, **form.cleaned_data)
        look_now(by=request.user, school_id=request.held.school_id)
        messages.success(request, "Noted.")
        return redirect("restore_drill")
    record(Verb.VIEW, object_type="self_check.restoredrill", purpose="restore drills")
    context = {"form": form, "drills": newest_drills()}
    return render(request, "self_check/restore_drill.html", context, status=422 if form.errors else 200)


@require_GET
@requires(Capability.KEEP_KEYS)
def put_right(request: Request) -> HttpResponse:
    """How is that put right which no page of Harbour puts right? And whose accounts need a word."""
    request.nav, school_id, today = entry(request), request.held.school_id, timezone.localdate()
    lacking = list(lacking_factor(school_id, on=today))
    idle = list(without_role(school_id, on=today))
    record(Verb.LIST, object_type="accounts.user", count=len(lacking) + len(idle), purpose="self-check")
    return render(request, "self_check/put_right.html", {"lacking": lacking, "idle": idle})
