"""The page of one copy: read it, decide what is taken out of it, and what becomes of the whole."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import visible
from safeguarding.exceptions import BadInput, HarbourError, NotAllowed
from safeguarding.front.limits import takes_text
from safeguarding.http import Request
from safeguarding.keys import entry_token, number_of, uuid7
from safeguarding.rendering import Showing
from safeguarding.unsaved import waits_unsent
from sharing.requests import sentences
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.forms.items import ItemForm, MarkForm
from sharing.requests.models import Exemption, Redaction, RequestItem, RequestPerson, RightsRequest
from sharing.requests.permissions import NAMED, may_approve, works_on_requests
from sharing.requests.redacting.marks import Document, Span
from sharing.requests.services import approving, deciding, documents
from sharing.requests.services.deciding import Place
from sharing.requests.services.documents import Marked
from sharing.requests.services.earlier_reasons import earlier_reasons
from sharing.requests.services.law import exemptions_for
from sharing.requests.services.reasons import Reason

from .item_shown import details_of, given_of, page_of, texts_of
from .reading import ItemCounts, beside, key_asked, number_asked, read_item

S = RightsRequest.Status
Law = tuple[Sequence[Exemption], Mapping[str, Reason]]
_UNKNOWN = "This form was not understood. Open the item again, and do it there."


@takes_text
@waits_unsent(MarkForm, ItemForm)
@requires_for_record(C.REVIEW_REQUESTS, also=works_on_requests)
def request_item(request: Request, item_id: UUID) -> HttpResponse:
    """One item. Each form of the page is sent here, with `do` saying which it is."""
    found = read_item(request, item_id)
    if request.method != "POST":
        if found.case.status == S.PREPARED and may_approve(request.user, found.case):
            # Opened is looked at, before it is approved.
            approving.look(found, by=request.user)
        return _page(request, found)
    if found.reviewer_id != request.user.pk:
        raise NotAllowed(NAMED)
    do = _DEEDS.get(request.POST.get("do", ""))
    if do is None:
        raise BadInput(_UNKNOWN)
    return do(request, found)


def _mark(request: Request, item: RequestItem) -> HttpResponse:
    """Places and people: what was ticked, selected, drawn or typed."""
    document, marked = documents.document_of(item), documents.marked_of_each([item])[item.pk]
    form = _mark_form(item, document, _law(request, item), request.POST)
    if not form.is_valid():
        return _page(request, item, mark=form, status=422)
    if form.is_to_look:
        return _look(request, item, form)
    said, token = form.said(), form.cleaned_data["token"]
    request.again = partial(_again, request, item.pk, "mark")
    people = [one for one in marked.people if one.pk in form.people]
    places = _but(document, form.places) if "turn" in request.POST else form.places
    if form.is_here:
        for one in people:
            here, mine = _places_of(one, marked), entry_token(token, one.pk)
            deciding.redact_all(item, by=request.user, places=here, said=deciding.named(said, one), token=mine)
    elif people:
        deciding.decide_people(people, by=request.user, said=said, token=token)
    if places or not people:
        deciding.redact_all(item, by=request.user, places=places, said=said, token=token)
    messages.success(request, "Decided. Below the text stands how it is given.")
    return redirect(_here(request, item))


def _places_of(person: RequestPerson, marked: Marked) -> list[Place]:
    """Where somebody stands in this item."""
    here = [place for place in marked.marks.found if place.person == str(person.pk)]
    return [
        Place(place.block, place.start, place.end)
        if isinstance(place, Span)
        else Place(page=place.page, area=tuple(place.area))
        for place in here
    ]


def _but(document: Document, places: Sequence[Place]) -> list[Place]:
    """Every text but these places: what is left of an item about others."""
    found = []
    for block in document.blocks:
        kept = sorted((one.start or 0, one.end or 0) for one in places if one.block == block.key)
        edges = [(0, 0), *kept, (len(block.text), len(block.text))]
        for (_, start), (end, _) in pairwise(edges):
            if block.text[start:end].strip():
                found.append(Place(block.key, start, end))
    return found


def _look(request: Request, item: RequestItem, form: MarkForm) -> HttpResponse:
    """The places where typed words stand, ticked, to be looked at before anything happens."""
    words = " ".join(form.cleaned_data["words"].split())
    hits = sentences.hits_of(form.document, words)
    if not hits:
        form.add_error("words", "These words do not stand in this item: check how they are spelt there")
        return _page(request, item, mark=form, status=422)
    data = request.POST.copy()
    data["looked_for"] = words
    again = _mark_form(item, form.document, (list(form.exemptions.values()), form.earlier), data)
    return _page(request, item, mark=again, hits=hits)


def _undo(request: Request, item: RequestItem) -> HttpResponse:
    key, token = key_asked(request.POST.get("redaction", "")), key_asked(request.POST.get("token", ""))
    rows = visible(request, Redaction).select_related("item", "person")
    row = rows.filter(pk=key, case=item.case_id).first() if key and token else None
    if row is None or token is None or not (row.item_id == item.pk or (row.person and item.pk in row.person.items)):
        raise BadInput(_UNKNOWN)
    request.again = partial(_again, request, item.pk, "")
    # Each button of the page with the same token: what is undone is another row each time.
    deciding.undo(row, by=request.user, token=entry_token(token, row.pk))
    messages.success(request, "Undone.")
    return redirect(_here(request, item))


def _decide(request: Request, item: RequestItem) -> HttpResponse:
    exemptions, earlier = _law(request, item)
    form = ItemForm(request.POST, item=item, exemptions=exemptions, earlier=earlier)
    if form.is_valid():
        given, reason = form.cleaned_data, form.reason
        form.blame(deciding.decide_problems(item.case, item, given["decided"], reason, on=timezone.localdate()))
    if not form.is_valid():
        return _page(request, item, whole=form, status=422)
    request.again = partial(_again, request, item.pk, "whole")
    deciding.decide(
        item,
        by=request.user,
        decided=given["decided"],
        revision=given["revision"],
        exemption=reason.exemption,
        answers=reason.answers,
        why=reason.why,
        is_record=given["is_record"] == "yes",
    )
    return _go_on(request, item)


def _go_on(request: Request, item: RequestItem) -> HttpResponse:
    """To the next item that nobody has decided, in a circle; to the list where none is left."""
    rows = visible(request, RequestItem).filter(case=item.case_id, reviewer=request.user, decided="")
    left = rows.exclude(pk=item.pk).order_by("number").only("pk", "number")
    following = left.filter(number__gt=item.number).first() or left.first()
    if following is not None:
        messages.success(request, f"Item {item.number} is decided. This is the next.")
        return redirect("request_item", following.pk)
    messages.success(request, f"Item {item.number} is decided. No item of yours is left.")
    return redirect("request_items", item.case_id)


def _tick_page(request: Request, item: RequestItem) -> HttpResponse:
    page = request.POST.get("page", "")
    request.again = partial(_again, request, item.pk, "")
    deciding.tick_page(item, by=request.user, page=number_asked(page))
    messages.success(request, f"Page {page} is ticked as read.")
    return redirect(_here(request, item))


_DEEDS = {"mark": _mark, "undo": _undo, "decide": _decide, "tick_page": _tick_page}


def _again(request: Request, item_id: UUID, name: str, refusal: HarbourError) -> HttpResponse:
    """The item as it stands now, with what was typed and why it was not taken."""
    item = read_item(request, item_id)
    forms: dict[str, Any] = {}
    if name == "mark":
        forms["mark"] = _mark_form(item, documents.document_of(item), _law(request, item), request.POST)
    elif name == "whole":
        data = request.POST.copy()
        data["revision"] = str(item.revision)
        exemptions, earlier = _law(request, item)
        forms["whole"] = ItemForm(data, item=item, exemptions=exemptions, earlier=earlier)
    return _page(request, item, status=refusal.status, refusal=refusal, **forms)


def _page(
    request: Request,
    item: RequestItem,
    *,
    mark: MarkForm | None = None,
    whole: ItemForm | None = None,
    hits: Sequence[sentences.Hit] = (),
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    document, marked = documents.document_of(item), documents.marked_of_each([item])[item.pk]
    given = given_of(item, document, marked)
    details, decides = details_of(document, marked), item.reviewer_id == request.user.pk
    if item.case.child_id:
        request.showing = Showing(own=frozenset({item.case.child_id}))
    context: dict[str, Any] = {
        "item": item,
        "case": item.case,
        "counts": ItemCounts(request, item.case_id),
        **beside(request, item),
        "details": details,
        "left": sum(one.state == sentences.OPEN for one in details),
        "given": given,
        # Where nothing is cut it is not told twice.
        "is_cut": any("hb-cut" in words for _, words in given),
        "page": page_of(item, document, marked.marks, _page_asked(request)),
        "decides": decides,
        "refusal": refusal,
        "here": reverse("request_item", args=[item.pk]),
        "has_errors": bool(status == 422),
        "undo_token": uuid7(),
    }
    if decides:
        law = _law(request, item) if mark is None or whole is None else ([], {})
        mark = mark or _mark_form(item, document, law)
        whole = whole or ItemForm(item=item, exemptions=law[0], earlier=law[1])
        context |= {"mark": mark, "whole": whole, "hits": hits, "ticked": _ticked(mark, document)}
    ticked = mark.ticked("at") if mark else []
    if mark and not mark.is_bound and item.is_passage and not item.decided:
        ticked = sentences.about(document, documents.named_in(item))
    context["texts"] = texts_of(document, marked, details, ticked, may_tick=decides)
    return render(request, "requests/item.html", context, status=status)


def _ticked(form: MarkForm, document: Document) -> dict[str, Any]:
    """What was ticked, to be ticked again on a page that came back; what has no tick box of its own stands apart."""
    boxes = {
        f"{at}:{start}:{end}"
        for at, block in enumerate(document.blocks)
        for start, end in sentences.sentences_of(block.text)
    }
    selected = [one for one in form.ticked("at") if one not in boxes]
    return {
        "words": set(form.ticked("word")),
        "people": set(form.ticked("person")),
        "selected": [(one, _said(document, one)) for one in selected],
        "areas": form.ticked("area"),
    }


def _said(document: Document, value: str) -> str:
    """The words of a place that was selected; nothing for one that is none."""
    try:
        number, start, end = map(int, value.split(":"))
        return document.blocks[number].text[max(0, start) : end]
    except (ValueError, IndexError):
        return ""


def _mark_form(item: RequestItem, document: Document, law: Law, data: Any = None) -> MarkForm:
    return MarkForm(data, document=document, exemptions=law[0], earlier=law[1], auto_id="mark_%s")


def _law(request: Request, item: RequestItem) -> Law:
    """By what something can be left out, and the reasons that were given in this case already."""
    return exemptions_for(item.case, timezone.localdate()), earlier_reasons(item.case, request.user)


def _page_asked(request: Request) -> str:
    return request.GET.get("page", "") or request.POST.get("shown_page", "")


def _here(request: Request, item: RequestItem) -> str:
    """The item, at the page of it that was shown."""
    page = number_of(_page_asked(request))
    asked = "" if page is None else f"?page={page}#pages"
    return reverse("request_item", args=[item.pk]) + asked
