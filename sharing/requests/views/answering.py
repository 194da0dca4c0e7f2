"""Somebody is asked to search a place for a request: what to look for, what is there, and what they add from it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from safeguarding.accounts.permissions import anyone_signed_in
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_many, visible
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.unsaved import waits_unsent
from sharing.requests.forms.case_deeds import AddFileForm, AddTextForm, AnswerPlaceForm
from sharing.requests.models import RightsRequest, SearchPlace
from sharing.requests.permissions import reference_of
from sharing.requests.services import places
from sharing.requests.services.locking import OBJECT

from .case import NAV

FORMS = {"answer": AnswerPlaceForm, "text": AddTextForm, "file": AddFileForm}
_SAID = {
    "answer": "Answered. Thank you.",
    "text": "Added. When all of it is here, say so.",
    "file": "Added. When all of it is here, say so.",
}


@takes_files
@waits_unsent(AnswerPlaceForm, AddTextForm)
@anyone_signed_in
def request_places(request: Request, case_id: UUID) -> HttpResponse:
    """The places of one request that the reader was asked to search, and nobody else's."""
    rows = visible(request, SearchPlace).filter(case_id=case_id, asked=request.user)
    found = read_many(request, rows.select_related("made_by").order_by("made_at", "pk"), purpose="search for a request")
    if not found:
        raise Http404
    request.nav, request.of_school = NAV, found[0].school_id
    open_notices(user=request.user, object_id=case_id, object_type=OBJECT)
    if request.method != "POST":
        return _page(request, case_id, found)
    place = next((one for one in found if str(one.pk) == request.POST.get("place")), None)
    do = request.POST.get("do", "")
    if place is None or do not in FORMS:
        raise NotAllowed("You were not asked to search this place. Open the request from your inbox again.")
    form = _form(place, do, request.POST, request.FILES)
    if form.is_valid():
        try:
            _do(place, do, form, request)
        except (HarbourError, FilesAway) as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _SAID[do])
            return redirect("request_places", case_id)
    return _page(request, case_id, found, {(place.pk, do): form}, status=422)


def _do(place: SearchPlace, do: str, form: Any, request: Request) -> None:
    given = form.cleaned_data
    match do:
        case "answer":
            places.answer(place, by=request.user, found=given["found"], note=given["note"])
        case "text":
            places.add_text(place, by=request.user, title=given["title"], text=given["text"])
        case _:
            places.add_file(place, by=request.user, upload=form.upload())


def _form(place: SearchPlace, do: str, data: Any = None, files: Any = None) -> Any:
    about: dict[str, Any] = {"auto_id": f"{do}_{place.pk}_%s", "initial": {"do": do, "place": place.pk}}
    if data is None and do == "answer":
        about["initial"] |= {"found": place.found, "note": place.note}
    return FORMS[do](data, files, **about)


def _page(
    request: Request,
    case_id: UUID,
    found: list[SearchPlace],
    bound: dict[tuple[UUID, str], Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    bound = bound or {}
    context = {
        "case_id": case_id,
        "reference": reference_of(request.user, case_id),
        "sees_case": visible(request, RightsRequest).filter(pk=case_id).exists(),
        "rows": [(place, {do: bound.get((place.pk, do)) or _form(place, do) for do in FORMS}) for place in found],
        "bound": list(bound.values()),
        "has_errors": bool(bound),
        "here": request.path,
    }
    return render(request, "requests/places.html", context, status=status)
