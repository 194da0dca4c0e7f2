"""What was handed in becomes a case for each child: the office says for whom, what is asked, and by what."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.models import Child
from children.services import Found, find_children
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted
from safeguarding.exceptions import HarbourError, NotAllowed, OutOfTurn
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent
from sharing.requests.forms.cases import TakeUpForm
from sharing.requests.models import RightsRequest
from sharing.requests.permissions import HANDLERS
from sharing.requests.services import intake

from .case import read_case
from .standing import HANDLES, handles

_FIELDS = ("right", "requester_is", "authority", "identity_seen", "scope", "wants_record", "nobody")


@waits_unsent(TakeUpForm)
@requires_for_record(HANDLES)
def take_up(request: Request, case_id: UUID) -> HttpResponse:
    """Find and choose the children, say what is asked; sent, each child has a case. Find, add and remove only show the
    page again.
    """
    case = read_case(request, case_id)
    if not handles(request.user, case.school_id):
        raise NotAllowed(HANDLERS)
    if request.method == "POST" and "part" in request.GET:
        return _part_found(request, case)
    if case.status != RightsRequest.Status.HANDED_IN:
        if request.method == "POST":
            raise OutOfTurn("Somebody has taken it up already. Open the case to see how it stands.")
        return redirect("request", case.pk)
    if request.method != "POST":
        return _page(request, case, TakeUpForm(case=case, children=[]))
    chosen = _chosen(request)
    if "send" not in request.POST:
        return _page(request, case, _as_typed(request, case, chosen), find="find" in request.POST)
    form = TakeUpForm(request.POST, case=case, children=_cards(request, case, chosen))
    if not form.is_valid():
        return _page(request, case, form, find=bool(request.POST.get("q", "").strip()), status=422)
    request.again = partial(_refused, request, case_id, form)
    return _take_up(request, case, form)


def _take_up(request: Request, case: RightsRequest, form: TakeUpForm) -> HttpResponse:
    given = form.cleaned_data
    facts = {name: given[name] for name in ("right", "requester_is", "authority", "wants_record", "scope")}
    cases = intake.take_up(case, by=request.user, children=list(form.children), **facts)
    if given["identity_seen"]:
        for one in cases:
            intake.correct(one, by=request.user, identity_seen=given["identity_seen"])
    said = "Taken up." if len(cases) == 1 else f"Taken up as {counted(len(cases), 'case')}, one for each child."
    messages.success(request, f"{said} See when the answer is due, and acknowledge it by a letter.")
    return redirect("request", case.pk)


def _chosen(request: Request) -> list[UUID]:
    """The keys of the children on the form, with what its buttons add and remove."""
    keys = [*request.POST.getlist("who"), *request.POST.getlist("add")]
    removed = set(request.POST.getlist("remove"))
    return list(dict.fromkeys(key for text in keys if text not in removed and (key := _key(text))))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _cards(request: Request, case: RightsRequest, keys: Sequence[UUID]) -> list[Child]:
    """Those of the children whom the reader may choose, in the order in which they were added."""
    rows = visible(request, Child).filter(school=case.school_id, pk__in=keys)
    found = {card.pk: card for card in (read_many(request, rows, purpose="request about data") if keys else ())}
    return [found[key] for key in keys if key in found]


def _as_typed(request: Request, case: RightsRequest, keys: Sequence[UUID]) -> TakeUpForm:
    """The form with what was typed, not looked at yet."""
    typed = {name: request.POST[name] for name in _FIELDS if name in request.POST}
    if "add" not in request.POST:
        typed["q"] = request.POST.get("q", "")
    return TakeUpForm(case=case, children=_cards(request, case, keys), initial=typed)


def _found(request: Request, case: RightsRequest) -> dict[str, Any]:
    """Children whom the words fit, those who have left among them."""
    if bulk.had_enough(bulk.NAMES, by=request.user, school_id=case.school_id):
        return {"problem": bulk.STOP_NAMES}
    words, today = request.POST.get("q", "")[:200], timezone.localdate()
    found: list[Found] = find_children(by=request.user, school=case.school_id, words=words, today=today, everyone=True)
    read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="request about data")
    taken = set(request.POST.getlist("who"))
    return {"found": [one for one in found if str(one.child.pk) not in taken]}


def _part_found(request: Request, case: RightsRequest) -> HttpResponse:
    """The list under the field while a name is typed."""
    context = _found(request, case)
    return render(request, "children/part_found.html", context, status=429 if "problem" in context else 200)


def _refused(request: Request, case_id: UUID, form: TakeUpForm, refusal: HarbourError) -> HttpResponse:
    form.add_error(None, refusal.sentence)
    return _page(request, read_case(request, case_id), form, status=refusal.status)


def _page(
    request: Request, case: RightsRequest, form: TakeUpForm, *, find: bool = False, status: int = 200
) -> HttpResponse:
    context = {"case": case, "form": form, "here": request.path, "looked": find}
    if find:
        context |= _found(request, case)
    return render(request, "requests/take_up.html", context, status=status)
