"""The forms in which a decision to share is begun, written, and given its records."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.models import Child, Contact, ContactLink
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
from sharing.events.services import choosing, deciding, enclosing
from sharing.events.services.checking import reasons_offered
from sharing.events.services.recipients import address_book

from .from_referral import filled_in

DECIDES = "decide"
# The button that chooses every record, not those of one group.
ALL = "all"


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
    people = ("child__school", "recipient", "reason", "consent__wording", "concern", "referral", "for_adult", *beside)
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
        adults=_adults(request, event),
        decides=decides,
    )
    if form.is_valid():
        try:
            return _saved(request, event, form, decides=decides)
        except BadInput as problem:
            form.add_error(None, problem.sentence)
    context = record_frame(request, event.child, "sharing") | {"event": event, "form": form, "items": items}
    return render(request, "sharing/decide.html", context, status=422 if form.errors else 200)


def _adults(request: Request, event: SharingEvent) -> list[Contact]:
    """The adults of the child's record, in their order there."""
    links = visible(request, ContactLink).filter(child=event.child_id, ends_on=None).select_related("contact")
    return [link.contact for link in links.order_by("order", "pk")]


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
        return _chosen(request, event, seen.cleaned_data["seen"])
    if event.status != SharingEvent.Status.DRAFT and not seen.is_bound:
        return redirect("share", event.pk)
    chosen = chosen_of(request, event)
    offered = choosing.offers(request, event)
    there = {choosing.name_of(one): one for offer in offered for one in offer.blocks}
    changed = choosing.changed_items(chosen, there)
    stale = {choosing.name_of_item(one) for one in changed}
    standing = {choosing.name_of_item(one) for one in chosen} - stale
    along = {choosing.name_of_item(one) for one in chosen if one.is_enclosed} - stale
    groups = [
        (offer, [_row(one, standing, stale, along) for one in offer.blocks], _number(offer.blocks, standing))
        for offer in offered
    ]
    context = record_frame(request, event.child, "sharing") | {
        "event": event,
        "offered": groups,
        "changed": [(one, choosing.name_of_item(one) in there) for one in changed],
    }
    return render(request, "sharing/items.html", context, status=422 if seen.errors else 200)


def _chosen(request: Request, event: SharingEvent, seen: int) -> HttpResponse:
    """The records that were ticked are kept. By the button of a group, or of all, its records are ticked too, and the
    page comes again.
    """
    everything, ticked = request.POST.get("all", ""), request.POST.getlist("item")
    if everything:
        there = choosing.offers(request, event)
        some = [offer for offer in there if everything in (ALL, offer.key)]
        ticked = [*ticked, *(choosing.name_of(one) for offer in some for one in offer.blocks)]
    along = request.POST.getlist("enclose")
    choosing.choose_items(event=event, seen=seen, chosen=ticked, enclosed=along, asks=request, by=request.user)
    messages.success(request, "The records are chosen. Nothing has gone out.")
    return redirect("share_items" if everything else "decide_share", event.pk)


@dataclass(frozen=True)
class Row:
    """A record on the page: its name in the form, and what tells it from the next. `is_stale`: it has changed since it
    was chosen. `along` says whether its document goes along, and is None where it has none.
    """

    name: str
    block: Block
    gist: Text | None
    is_chosen: bool
    is_stale: bool
    along: bool | None


def _row(block: Block, standing: Collection[str], stale: Collection[str], along: Collection[str]) -> Row:
    name = choosing.name_of(block)
    goes = name in along if enclosing.has_document(block) else None
    return Row(name, block, _gist(block), name in standing, name in stale, goes)


def _number(blocks: Iterable[Block], standing: Collection[str]) -> int:
    return sum(choosing.name_of(one) in standing for one in blocks)


def _gist(block: Block) -> Text | None:
    """What tells one record from the next: the longest of its texts."""
    return max(block.texts, key=lambda text: len(text.text), default=None)
