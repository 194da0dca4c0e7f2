"""The address book of a school: who is in it, one of them, and what is done with it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.http import Request
from sharing.events.capabilities import SharingCapability as C
from sharing.events.forms.recipients import CheckForm, RecipientForm, SeenForm
from sharing.events.services import recipients as book


@requires(C.SHARE)
def recipients(request: Request) -> HttpResponse:
    """Everybody to whom something may go, and the form that adds one."""
    school = get_school(request.held.school_id)
    form = RecipientForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        book.add_recipient(school=school, token=form.cleaned_data["token"], facts=form.facts(), by=request.user)
        messages.success(request, "Added. Check how it is reached before anything is sent there.")
        return redirect("recipients")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="recipients")
    context = {
        "form": form,
        "rows": book.address_book(school.pk),
        "ended": book.ended_recipients(school.pk),
        "manages": may(request.user, Capability.MANAGE_SCHOOL, school.pk),
    }
    return render(request, "sharing/recipients.html", context, status=422 if form.errors else 200)


@requires(C.SHARE)
def recipient(request: Request, recipient_id: UUID) -> HttpResponse:
    """One of them: corrected, checked, ended."""
    school = get_school(request.held.school_id)
    found = book.find_recipient(recipient_id, school.pk)
    if found is None:
        raise Http404
    move = request.POST.get("move", "")
    seen = SeenForm(request.POST)
    form = RecipientForm(request.POST if move == "correct" else None, recipient=found)
    check = CheckForm(request.POST if move == "check" else None, recipient=found)
    if seen.is_valid():
        whose = {"recipient": found, "school": school, "seen": seen.cleaned_data["seen"], "by": request.user}
        if form.is_valid():
            made = book.correct_recipient(facts=form.facts(), **whose)
            return _done(request, made.pk, "Saved.")
        if check.is_valid():
            given = check.cleaned_data
            made = book.check_recipient(how=given["checked_how"], on=given["checked_on"], **whose)
            return _done(request, made.pk, "Checked.")
        if move == "end":
            book.end_recipient(**whose)
            messages.success(request, "Ended: nothing goes there any more. What was recorded stays.")
            return redirect("recipients")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="recipients")
    errors = form.errors or check.errors
    context = {
        "recipient": found,
        "form": form,
        "check": check,
        "manages": may(request.user, Capability.MANAGE_SCHOOL, school.pk),
    }
    return render(request, "sharing/recipient.html", context, status=422 if errors else 200)


def _done(request: Request, recipient_id: UUID, says: str) -> HttpResponse:
    messages.success(request, says)
    return redirect("recipient", recipient_id)
