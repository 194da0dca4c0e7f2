"""Somebody asks what the school holds, or complains: any member of staff hands it in, and learns what happens next."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from safeguarding.accounts.permissions import requires
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import visible
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent
from sharing.requests.forms.cases import HandInForm
from sharing.requests.models import RightsRequest
from sharing.requests.services import intake

_HANDED_IN = (
    "Handed in as {reference}. The office takes it up, asks for proof of identity where it is needed, and writes to "
    "them. You need do nothing more. If they ask, say that it has been passed on, and give them the number."
)


@waits_unsent(HandInForm, title="Not handed in", again="Try to hand it in again")
@requires(Capability.LOG_CONCERN)
def hand_in(request: Request) -> HttpResponse:
    """One short form: who asks, about whom, their words, how and when."""
    form = HandInForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.errors else 200)
    request.again = partial(_refused, request, form)
    case = intake.hand_in(by=request.user, school_id=request.held.school_id, **form.given())
    messages.success(request, _HANDED_IN.format(reference=case.reference))
    if visible(request, RightsRequest).filter(pk=case.pk).exists():
        return redirect("request", case.pk)
    return redirect("home")


def _refused(request: Request, form: HandInForm, refusal: HarbourError) -> HttpResponse:
    form.add_error(None, refusal.sentence)
    return _page(request, form, status=refusal.status)


def _page(request: Request, form: HandInForm, *, status: int = 200) -> HttpResponse:
    request.nav = "requests"
    return render(request, "requests/hand_in.html", {"form": form}, status=status)
