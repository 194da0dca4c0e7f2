"""The tab "Sharing" of a child's record, the form of a consent, and the page of one."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child, Photograph
from children.panels import record_frame
from children.people import around
from children.services import filing
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import BadInput
from safeguarding.http import Request
from safeguarding.panels import fill
from safeguarding.plans.permissions import stands_in_for_plans
from sharing.events.capabilities import SharingCapability as C
from sharing.events.forms.consents import ConsentForm, WithdrawForm
from sharing.events.models import Consent, SharingEvent
from sharing.events.permissions import may_share
from sharing.events.services.consents import record_consent, withdraw_consent
from sharing.events.services.recipients import address_book
from sharing.events.services.wordings import live_wordings
from sharing.events.withdrawal import waiting_on


@require_GET
@requires_for_record(C.SHARE, also=stands_in_for_plans)
def child_sharing(request: Request, child_id: UUID) -> HttpResponse:
    """What was shared and what was not; who has agreed to what, and who refused; the photographs shown with consent."""
    child = _child(request, child_id, purpose="sharing")
    today = timezone.localdate()
    rows = visible(request, Consent).filter(child=child)
    rows = rows.select_related("wording", "recipient", "recorded_by").order_by("-answered_on", "-pk")
    consents = list(rows)
    decided = visible(request, SharingEvent).filter(child=child).select_related("recipient", "reason")
    shares = list(decided.order_by("-made_at", "-pk"))
    read_many(request, [*consents, *shares], purpose="sharing", about=child)
    shown = visible(request, Photograph).filter(child=child, use=Photograph.Use.PUBLICITY).select_related("child")
    photographs = list(shown.order_by("-consent_on", "-pk"))
    context = record_frame(request, child, "sharing") | {
        "shares": [(one, one.is_late(today), one.is_unanswered(today)) for one in shares],
        "consents": [(one, standing(one, today)) for one in consents],
        "photographs": [(one, filing.is_shown(one, today=today)) for one in photographs],
        "beside": fill("child_sharing", request, child),
    }
    return render(request, "sharing/child_sharing.html", context)


@requires_for_record(C.SHARE, also=stands_in_for_plans)
def record_a_consent(request: Request, child_id: UUID) -> HttpResponse:
    """The answer of one person, given or refused."""
    child = _child(request, child_id, purpose="consent")
    wordings = live_wordings(child.school_id)
    form = ConsentForm(
        request.POST if request.method == "POST" else None,
        wordings=wordings,
        recipients=address_book(child.school_id),
        adults=around(request, child, today=timezone.localdate()).adults,
    )
    if form.is_valid():
        try:
            record_consent(child=child, token=form.cleaned_data["token"], said=form.said(), by=request.user)
        except BadInput as problem:
            form.add_error(None, problem.sentence)
        else:
            messages.success(request, "The answer is on the record.")
            return redirect("child_sharing", child.pk)
    context = record_frame(request, child, "sharing") | {"form": form, "wordings": wordings}
    return render(request, "sharing/consent_form.html", context, status=422 if form.errors else 200)


@requires_for_record(C.SHARE, also=stands_in_for_plans)
def sharing_consent(request: Request, consent_id: UUID) -> HttpResponse:
    """One answer in full, and what was given withdrawn."""
    request.nav = "children"
    rows = visible(request, Consent).select_related(
        "child__school", "wording", "recipient", "recorded_by", "withdrawn_by"
    )
    found = read_one(request, rows, pk=consent_id)
    form = WithdrawForm(request.POST if request.method == "POST" else None, consent=found)
    if form.is_valid():
        withdrawn = withdraw_consent(consent=found, by=request.user, **form.facts())
        messages.success(request, "Withdrawn: nothing goes out on it any more.")
        return redirect("sharing_consent", withdrawn.pk)
    context = record_frame(request, found.child, "sharing") | {
        "consent": found,
        "standing": standing(found, timezone.localdate()),
        "form": form if found.is_live else None,
        "waiting": waiting_on(request, found) if found.is_live else [],
        "actions": fill("hold_actions", request, found),
    }
    return render(request, "sharing/consent.html", context, status=422 if form.errors else 200)


def standing(consent: Consent, today: date) -> tuple[str, str]:
    """How a consent stands, and the tone of its tag."""
    if consent.withdrawn_at:
        return "Withdrawn", "line"
    if consent.answer == Consent.Answer.REFUSED:
        return "Refused", "warn"
    return ("Given", "ok") if consent.in_force(today) else ("Has run out", "line")


def _child(request: Request, child_id: UUID, *, purpose: str) -> Child:
    request.nav = "children"
    child = read_one(request, Child, purpose=purpose, pk=child_id)
    if not may_share(request.user, child):
        raise Http404
    return child
