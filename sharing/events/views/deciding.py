"""The forms in which a decision to share is begun, written, and given its records."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.models import Child
from children.panels import record_frame
from children.people import siblings
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.models import Concern, ConcernChild, Referral
from safeguarding.exceptions import BadInput
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.parts import Block, Text
from safeguarding.plans.permissions import stands_in_for_plans
from sharing.events.capabilities import SharingCapability as C
from sharing.events.forms.deciding import BeginForm, DecideForm
from sharing.events.forms.recipients import SeenForm
from sharing.events.models import SharingEvent
from sharing.events.permissions import may_share, may_share_event
from sharing.events.services import choosing, deciding
from sharing.events.services.checking import reasons_offered
from sharing.events.services.recipients import address_book

from .from_referral import filled_in

DECIDES = "decide"


@requires_for_record(C.SHARE, also=stands_in_for_plans)
def begin_share(request: Request, child_id: UUID) -> HttpResponse:
    """Who it goes to, what for, by which law: a draft, to be decided on its own page."""
    request.nav = "children"
    child = read_one(request, Child, purpose="sharing", pk=child_id)
    if not may_share(request.user, child):
        raise Http404
    concern, referral = about(request, child)
    form = BeginForm(
        request.POST if request.method == "POST" else None,
        recipients=address_book(child.school_id),
        reasons=reasons_offered(child.school_id, timezone.localdate()),
        siblings=[(one, how) for one, how in siblings(request, child) if may_share(request.user, one)],
        initial=filled_in(concern, referral),
    )
    if form.is_valid():
        made = deciding.begin_share(
            child=child,
            token=form.cleaned_data["token"],
            said=form.said(),
            also=form.also_about(),
            concern=concern,
            referral=referral,
            by=request.user,
        )
        return redirect("decide_share", made.pk)
    context = record_frame(request, child, "sharing") | {"form": form, "concern": concern, "referral": referral}
    return render(request, "sharing/begin.html", context, status=422 if form.errors else 200)


def about(request: Request, child: Child) -> tuple[Concern | None, Referral | None]:
    """The concern and the referral that the address, or the form, names: of those that the reader sees, about this
    child.
    """
    named = visible(request, ConcernChild).filter(child=child).values("concern")
    referral = _one(request, visible(request, Referral).filter(concern__in=named).select_related("concern"), "referral")
    if referral is not None:
        return referral.concern, referral
    return _one(request, visible(request, Concern).filter(pk__in=named), "concern"), None


def _one(request: Request, rows: Any, name: str) -> Any:
    asked = request.POST if request.method == "POST" else request.GET
    key = record_of(asked.get(name, ""))
    return rows.filter(pk=key).first() if key else None


def read_share(request: Request, event_id: UUID, *beside: str) -> SharingEvent:
    """The decision with this key, recorded as seen."""
    people = ("child__school", "recipient", "reason", "consent__wording", "concern", "referral", *beside)
    found = read_one(request, visible(request, SharingEvent).select_related(*people), pk=event_id)
    if not may_share_event(request.user, found):
        raise Http404
    request.nav = "children"
    request.of_school = found.school_id
    return found


@requires_for_record(C.SHARE, also=stands_in_for_plans)
def decide_share(request: Request, event_id: UUID) -> HttpResponse:
    """Everything that a decision needs: saved as a draft, or decided."""
    event = read_share(request, event_id)
    if event.status != SharingEvent.Status.DRAFT and request.method != "POST":
        return redirect("share", event.pk)
    items = chosen_of(request, event)
    decides = request.POST.get("send") == DECIDES
    form = DecideForm(
        request.POST if request.method == "POST" else None,
        event=event,
        recipients=address_book(event.school_id),
        reasons=reasons_offered(event.school_id, timezone.localdate()),
        items=len(items),
        decides=decides,
    )
    if form.is_valid():
        try:
            return _saved(request, event, form, decides=decides)
        except BadInput as problem:
            form.add_error(None, problem.sentence)
    context = record_frame(request, event.child, "sharing") | {"event": event, "form": form, "items": items}
    return render(request, "sharing/decide.html", context, status=422 if form.errors else 200)


def _saved(request: Request, event: SharingEvent, form: DecideForm, *, decides: bool) -> HttpResponse:
    given = {"event": event, "seen": form.cleaned_data["seen"], "said": form.said(), "by": request.user}
    if not decides:
        deciding.save_share(**given)
        messages.success(request, "The draft is saved. Nothing has gone out.")
        return redirect("decide_share", event.pk)
    done = deciding.decide_share(**given)
    is_refused = done.status == SharingEvent.Status.NOT_SHARED
    messages.success(
        request, "Not shared. The reason is on the record." if is_refused else "Decided: it waits to be sent."
    )
    return redirect("share", event.pk)


def chosen_of(request: Request, event: SharingEvent) -> list[Any]:
    """The records that were chosen, in the order of their moments."""
    rows = visible(request, event.items.model).filter(event=event, taken_out_at=None)
    return list(rows.order_by("-moment", "pk"))


@requires_for_record(C.SHARE, also=stands_in_for_plans)
def share_items(request: Request, event_id: UUID) -> HttpResponse:
    """Which records go out: each is ticked by hand, nothing is ticked beforehand."""
    event = read_share(request, event_id)
    seen = SeenForm(request.POST if request.method == "POST" else None)
    if seen.is_valid():
        choosing.choose_items(
            event=event,
            seen=seen.cleaned_data["seen"],
            chosen=request.POST.getlist("item"),
            asks=request,
            by=request.user,
        )
        messages.success(request, "The records are chosen. Nothing has gone out.")
        return redirect("decide_share", event.pk)
    if event.status != SharingEvent.Status.DRAFT and not seen.is_bound:
        return redirect("share", event.pk)
    standing = {f"{one.record_type}:{one.record_key}" for one in chosen_of(request, event)}
    offered = [
        (offer, [(name := choosing.name_of(one), one, _gist(one), name in standing) for one in offer.blocks])
        for offer in choosing.offers(request, event)
    ]
    context = record_frame(request, event.child, "sharing") | {
        "event": event,
        "offered": [(offer, rows, sum(is_chosen for *_, is_chosen in rows)) for offer, rows in offered],
    }
    return render(request, "sharing/items.html", context, status=422 if seen.errors else 200)


def _gist(block: Block) -> Text | None:
    """What tells one record from the next: the longest of its texts."""
    return max(block.texts, key=lambda text: len(text.text), default=None)
