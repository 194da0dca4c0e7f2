"""The pack of a decision: which names it holds, its pages, what stands in its way, and the hand-over."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from children.panels import record_frame
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import fresh_factor, requires_for_record
from safeguarding.accounts.services import open_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, HarbourError
from safeguarding.http import Request
from safeguarding.pdf import encrypted, passphrase
from safeguarding.plans.permissions import stands_in_for_plans
from safeguarding.plans.views.deeds import Deed, asked, ensure_open, lost, offered
from safeguarding.printing.gathering import For
from safeguarding.printing.paper import paper
from safeguarding.refused_forms import on_top
from safeguarding.secret_text import conceal, reveal
from safeguarding.unsaved import waits_unsent
from sharing.events.capabilities import SharingCapability as C
from sharing.events.forms.following import PlainForm
from sharing.events.forms.packs import AskLiftForm, HandOverForm, NamesForm
from sharing.events.models import SHARED, SharedItem, SharingEvent
from sharing.events.services import choosing, enclosing, handing_over, lifting, naming_adults, packing
from sharing.events.services.bars import standing_bars

from .deciding import read_share

S = SharingEvent.Status
_PEOPLE = ("packed_by", "lift_asked_by", "lifted_by", "sent_by")
# As long as it takes to fetch the file, and no longer.
_MINUTES = 15
_SALT = "harbour.pack"
_AGAIN = (
    "This page is older than a quarter of an hour, or is not yours. Ask for the file again on the page of the pack."
)


def _names(event: SharingEvent, form: Any, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("seen", "named", "named_why", "take_out")}
    return packing.say_names(event=event, asks=For(by), by=by, **given)


def _make(event: SharingEvent, form: Any, by: User) -> object:
    return packing.make_pack(event=event, seen=form.cleaned_data["seen"], asks=For(by), by=by)


def _ask(event: SharingEvent, form: Any, by: User) -> object:
    given = form.cleaned_data
    return lifting.ask_to_lift(event=event, seen=given["seen"], why=given["why"], asks=For(by), by=by)


def _lift(event: SharingEvent, form: Any, by: User) -> object:
    return lifting.lift_bar(event=event, seen=form.cleaned_data["seen"], by=by)


def _plain(form: Callable[..., Any]) -> Callable[..., Any]:
    """A form that asks nothing of the other children."""
    return lambda *args, others, **kwargs: form(*args, **kwargs)


NAMES: Deed[SharingEvent] = Deed(
    "names",
    NamesForm,
    "Names and words",
    "Save",
    "Saved. Look at the pages before you decide.",
    _names,
    lambda event: event.status == S.DRAFT,
)
MAKE: Deed[SharingEvent] = Deed(
    "make",
    _plain(PlainForm),
    "Make the pack",
    "Make the pack",
    "The pack is made. Look at its pages before you hand it over.",
    _make,
    lambda event: event.status == S.TO_SEND,
)
ASK: Deed[SharingEvent] = Deed(
    "ask",
    _plain(AskLiftForm),
    "It has to go all the same",
    "Ask a second person",
    "A second person is asked. Nothing has gone out.",
    _ask,
    lambda event: event.status == S.TO_SEND,
)
DEEDS = {deed.key: deed for deed in (NAMES, MAKE, ASK)}
# These two ask for a fresh factor, at an address of their own.
HAND_OVER: Deed[SharingEvent] = Deed(
    "hand_over",
    _plain(HandOverForm),
    "Hand it over",
    "Hand it over",
    "",
    lambda event, form, by: None,
    lambda event: event.status == S.TO_SEND and event.has_pack,
)
LIFT: Deed[SharingEvent] = Deed(
    "lift",
    _plain(PlainForm),
    "Let it go",
    "Let it go, as the second person",
    "It may go. Its pack can be made and handed over.",
    _lift,
    lambda event: event.status == S.TO_SEND and event.lift_asked_at is not None and event.lifted_at is None,
)


@waits_unsent(NamesForm, AskLiftForm)
@requires_for_record(C.SHARE, also=stands_in_for_plans)
def share_pack(request: Request, event_id: UUID) -> HttpResponse:
    """What goes out: names, pages, what stands in the way. Forms without a fresh factor are sent here."""
    event = read_share(request, event_id, *_PEOPLE)
    if not (event.status in (S.DRAFT, S.TO_SEND) or event.has_pack):
        return redirect("share", event.pk)
    if request.method != "POST":
        open_notices(user=request.user, object_id=event.pk, object_type="sharing_event")
        return _page(request, event)
    deed = asked(request, DEEDS)
    if deed is None:
        return _page(request, event, status=422)
    form = _bound(request, event, deed)
    request.again = partial(_refused, request, event_id, {deed.key: form})
    if not form.is_valid():
        ensure_open(deed, event)
        return _page(request, event, {deed.key: form}, status=422)
    deed.do(event, form, request.user)
    messages.success(request, deed.after)
    return redirect("share_pack", event.pk)


def _bound(request: Request, event: SharingEvent, deed: Deed[SharingEvent]) -> Any:
    others = packing.put_together(request, event).others if deed is NAMES else ()
    return deed.made(request.POST, event=event, others=others)


def _refused(request: Request, event_id: UUID, bound: dict[str, Any], refusal: HarbourError) -> HttpResponse:
    """The pack as it stands now, and what was typed, to be saved on top of it."""
    event = read_share(request, event_id, *_PEOPLE)
    for form in bound.values():
        on_top(form, event.revision)
    return _page(request, event, bound, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    event: SharingEvent,
    bound: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound = bound or {}
    pack = packing.put_together(request, event)
    there = choosing.there_now(request, event)
    items = read_many(request, _items(request, event), purpose="records of a pack", about=event)
    is_open = event.status in (S.DRAFT, S.TO_SEND)
    barred = standing_bars(event, pack.bars) if is_open else []
    about = {"event": event, "others": pack.others}
    deeds = offered(event, (NAMES, MAKE, ASK), bound, **about)
    hands_over = offered(event, (LIFT, HAND_OVER), bound, **about)
    asked_by = event.lift_asked_by if event.lifted_at is None else None
    lifters = lifting.may_lift(event, first=asked_by, on=timezone.now()) if asked_by else []
    if not barred or asked_by:
        deeds.pop("ask", None)
    if request.user not in lifters:
        hands_over.pop("lift", None)
    is_as_made = event.has_pack and event.pack_of == pack.digest
    if barred or pack.unnamed or not is_as_made:
        hands_over.pop("hand_over", None)
    if barred or pack.unnamed or is_as_made or not (pack.records or pack.content):
        deeds.pop("make", None)
    context = record_frame(request, event.child, "sharing") | {
        "event": event,
        "pack": pack,
        "items": items,
        "is_open": is_open,
        "is_shared": event.status in SHARED,
        "is_given_again": event.status in (S.SENT, S.RECEIVED),
        "changed": choosing.changed_items(items, there) if is_open else [],
        "barred": barred,
        "unnamed": naming_adults.UNNAMED if is_open and pack.unnamed else "",
        "is_asked": asked_by is not None,
        "lifters": lifters,
        "is_as_made": is_as_made,
        "may_read": _reads_all(items, there),
        "deeds": deeds,
        "hands_over": hands_over,
        "goes_as_file": event.method in handing_over.AS_FILE,
        "has_errors": not refusal and any(form.errors for form in bound.values()),
        "bound": [] if refusal else list(bound.values()),
        "refusal": refusal,
        "lost": lost(bound, deeds | hands_over) if refusal else [],
        "here": request.path,
    }
    return render(request, "sharing/pack.html", context, status=status)


def _items(request: Request, event: SharingEvent) -> Any:
    return visible(request, SharedItem).filter(event=event, taken_out_at=None).order_by("-moment", "pk")


def _reads_all(items: list[SharedItem], there: dict[str, Any]) -> bool:
    """A pack opens to who may read every record in it."""
    return all(choosing.name_of_item(one) in there for one in items)


def _ensure_reads_all(request: Request, event: SharingEvent) -> None:
    items = list(_items(request, event))
    if items and not _reads_all(items, choosing.there_now(request, event)):
        raise Http404


@require_safe
@requires_for_record(C.SHARE, also=stands_in_for_plans)
def share_pages(request: Request, event_id: UUID) -> HttpResponse:
    """The pages: the pack as it was made; before that, how they would be now."""
    event = read_share(request, event_id)
    if not (event.status in (S.DRAFT, S.TO_SEND) or event.has_pack):
        raise Http404
    _ensure_reads_all(request, event)
    record(Verb.PRINT, event, purpose="pack" if event.has_pack else "preview of a pack")
    if event.has_pack:
        return _given(packing.content_of(event), event, as_file=False)
    shown = packing.on_paper(packing.put_together(request, event), is_preview=True)
    return paper(request, packing.TEMPLATE, shown, title=event.reference, school_id=event.school_id)


@require_POST
@requires_for_record(C.SHARE, also=stands_in_for_plans)
@fresh_factor
def hand_over_share(request: Request, event_id: UUID) -> HttpResponseBase:
    """The pack is handed over, fetched, or let go by the second person. The page that answers says once how the file
    opens.
    """
    event = read_share(request, event_id, *_PEOPLE)
    _ensure_reads_all(request, event)
    if "proof" in request.POST:
        return _fetched(request, event)
    if request.POST.get("deed") == "again":
        return _handed(request, event)
    deed = asked(request, {deed.key: deed for deed in (HAND_OVER, LIFT)})
    if deed is None:
        return _page(request, event, status=422)
    form = deed.made(request.POST, event=event, others=())
    request.again = partial(_refused, request, event_id, {deed.key: form})
    if not form.is_valid():
        ensure_open(deed, event)
        return _page(request, event, {deed.key: form}, status=422)
    if deed is LIFT:
        _lift(event, form, request.user)
        messages.success(request, deed.after)
        return redirect("share_pack", event.pk)
    given = {"token": form.cleaned_data["token"], "seen": form.cleaned_data["seen"], "happened": form.happened()}
    sent = handing_over.hand_over(event=event, asks=request, by=request.user, **given)
    return _handed(request, sent)


def _handed(request: Request, event: SharingEvent) -> HttpResponse:
    handing_over.ensure_given_again(request, event, at=timezone.now())
    words, by = passphrase() if event.method in handing_over.AS_FILE else "", str(request.user.pk)
    proof = signing.dumps({"event": str(event.pk), "by": by, "words": conceal(words, _SALT, by)}, salt=_SALT)
    context = record_frame(request, event.child, "sharing")
    documents = enclosing.documents_of(request, _items(request, event))
    context |= {"event": event, "words": words, "proof": proof, "minutes": _MINUTES, "documents": documents}
    return render(request, "sharing/handed.html", context)


def _fetched(request: Request, event: SharingEvent) -> HttpResponse:
    """The pack itself, for who has just handed it over: encrypted with the words of that page, or to be printed."""
    try:
        said = signing.loads(request.POST.get("proof", ""), salt=_SALT, max_age=60 * _MINUTES)
    except signing.BadSignature:
        raise BadInput(_AGAIN) from None
    if (said["event"], said["by"]) != (str(event.pk), str(request.user.pk)):
        raise BadInput(_AGAIN)
    handing_over.ensure_given_again(request, event, at=timezone.now())
    record(Verb.EXPORT, event, purpose="pack")
    pdf = packing.content_of(event)
    words = reveal(said["words"], _SALT, said["by"])
    return _given(encrypted(pdf, words) if words else pdf, event, as_file=bool(words))


def _given(pdf: bytes, event: SharingEvent, *, as_file: bool) -> HttpResponse:
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(as_file, f"{event.reference}.pdf") or ""
    return answer
