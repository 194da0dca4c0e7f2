"""The law and guidance as a school has read it, the time of a file, and the wordings of consents."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import School
from safeguarding.accounts.permissions import requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn
from safeguarding.http import Request
from sharing.events.forms.law import ConfirmForm, TransferTimeForm, WordingForm
from sharing.events.services import law, wordings


@requires(Capability.MANAGE_SCHOOL)
def sharing_law(request: Request) -> HttpResponse:
    """Which legal reasons and editions hold, what is to be confirmed, and how long a file may take."""
    school, today = get_school(request.held.school_id), timezone.localdate()
    move = request.POST.get("move", "")
    confirm = ConfirmForm(request.POST if move == "confirm" else None, open_law=law.to_confirm().items())
    time = TransferTimeForm(request.POST if move == "time" else None)
    if confirm.is_valid():
        law.confirm_law(school=school, token=confirm.cleaned_data["token"], by=request.user, **confirm.facts())
        return _done(request, "Confirmed. It stands here with where you read it.")
    if time.is_valid():
        law.set_transfer_time(school=school, token=time.cleaned_data["token"], by=request.user, **time.facts())
        return _done(request, "Set. It holds for children who leave from today on.")
    if move == "take_back":
        law.take_law_back(school=school, code=request.POST.get("code", ""), by=request.user)
        return _done(request, "Taken back: it is to be confirmed again.")
    if move == "end_time":
        law.end_transfer_time(school=school, by=request.user)
        return _done(request, "Ended: what Harbour brings holds again.")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="law of sharing")
    context = _shown(school, today) | {"confirm": confirm, "time_form": time}
    errors = confirm.errors or time.errors
    return render(request, "sharing/law.html", context, status=422 if errors else 200)


def _shown(school: School, today: date) -> dict[str, Any]:
    held = law.transfer_time(school.pk, today)
    warned, due = law.due_by(held, today, SchoolCalendar.of(school.pk))
    return {
        "reasons": law.reasons_at(school.pk, today),
        "editions": law.editions_at(school.pk, today),
        "time": held,
        "warned": warned,
        "due": due,
    }


def _done(request: Request, says: str) -> HttpResponse:
    messages.success(request, says)
    return redirect("sharing_law")


@requires(Capability.MANAGE_SCHOOL)
def consent_wordings(request: Request) -> HttpResponse:
    """The words under which the school asks for consent, and those under which it has asked."""
    school = get_school(request.held.school_id)
    move = request.POST.get("move", "")
    live = wordings.live_wordings(school.pk)
    form = WordingForm(request.POST if move == "save" else None, live=live)
    if form.is_valid():
        wordings.save_wording(school=school, by=request.user, **form.facts())
        messages.success(request, "Saved. Answers are recorded under it from now on.")
        return redirect("consent_wordings")
    if move == "end":
        one = next((row for row in live if str(row.pk) == request.POST.get("wording")), None)
        if one is None:
            raise OutOfTurn("This wording has ended already. Open the wordings again to see which there are.")
        wordings.end_wording(wording=one, by=request.user)
        messages.success(request, "Ended. Consents that were given under it stand.")
        return redirect("consent_wordings")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="wordings of consents")
    context = {"form": form, "live": live, "earlier": wordings.earlier_wordings(school.pk)}
    return render(request, "sharing/wordings.html", context, status=422 if form.errors else 200)
