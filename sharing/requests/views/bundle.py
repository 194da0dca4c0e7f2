"""The page of the files of an answer: ask for them, see what came of it, lock them, and record that they went."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from safeguarding.accounts import fresh
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.exceptions import HarbourError, OutOfTurn
from safeguarding.http import Request
from safeguarding.keys import record_of
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.forms.approval import ReleaseForm
from sharing.requests.models import Bundle, BundleVolume, RightsRequest
from sharing.requests.permissions import may_handle, reads_whole, works_on_requests
from sharing.requests.services import building, handing_over

S, B, K = RightsRequest.Status, Bundle.Building, Bundle.Kind
NAV = "requests"
_CHANGED = "These files are not there any more. Open the page again to see how it stands."


@requires_for_record(C.HANDLE_REQUESTS, also=works_on_requests)
def request_bundle(request: Request, case_id: UUID) -> HttpResponseBase:
    """The files of an answer. Each form of the page is sent here, and says what is to be done."""
    case = _read(request, case_id)
    if request.method != "POST":
        return _page(request, case)
    request.again = partial(_refused, request, case_id, None)
    deed = request.POST.get("deed", "")
    if deed == "ask":
        building.ask(case, by=request.user, kind=request.POST.get("kind", ""))
        messages.success(request, "Asked for. The files are made and checked in the background.")
        return redirect("request_bundle", case.pk)
    if deed in ("lock", "again"):
        if (page := fresh.asked(request)) is not None:
            return page
        return _lock(request, case) if deed == "lock" else _again(request, case)
    return _release(request, case) if deed == "release" else _page(request, case, status=422)


def _read(request: Request, case_id: UUID) -> RightsRequest:
    """The case, recorded as seen. Raises `Http404` for one of which nothing is copied."""
    rows = visible(request, RightsRequest).select_related("answered_by")
    found = read_one(request, rows, pk=case_id, also=lambda case: case.is_copy)
    request.nav, request.of_school = NAV, found.school_id
    return found


def _named(request: Request, case: RightsRequest) -> Bundle:
    """The files that a form names. Raises `OutOfTurn`."""
    key = record_of(request.POST.get("bundle", ""))
    found = visible(request, Bundle).filter(case=case, pk=key).select_related("case").first() if key else None
    if found is None:
        raise OutOfTurn(_CHANGED)
    return found


def _lock(request: Request, case: RightsRequest) -> HttpResponse:
    bundle = _named(request, case)
    words = handing_over.lock(bundle, by=request.user)
    return _page(request, case, words=words, of=bundle)


def _again(request: Request, case: RightsRequest) -> HttpResponse:
    handing_over.make_again(_named(request, case), by=request.user)
    messages.success(request, "They are made again, and get new words.")
    return redirect("request_bundle", case.pk)


def _release(request: Request, case: RightsRequest) -> HttpResponse:
    bundle = _named(request, case)
    form = _form(bundle, request.POST)
    if bundle.released_at is None and not form.is_valid():
        return _page(request, case, form, status=422)
    request.again = partial(_refused, request, case.pk, form)
    if bundle.released_at is None:
        given = form.cleaned_data
        done = handing_over.release(bundle, by=request.user, how=given["how"], on=given["on"])
        is_answered = done.status == S.ANSWERED
        messages.success(request, "Handed over. The request is answered." if is_answered else "Handed over.")
    return redirect("request", case.pk)


def _form(bundle: Bundle, data: Any = None) -> ReleaseForm:
    return ReleaseForm(data, auto_id=f"release_{bundle.kind}_%s", initial={"deed": "release"}, file=bundle)


def _refused(request: Request, case_id: UUID, form: ReleaseForm | None, refusal: HarbourError) -> HttpResponse | None:
    try:
        case = _read(request, case_id)
    except Http404:
        return None
    return _page(request, case, form, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    case: RightsRequest,
    form: ReleaseForm | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
    words: str = "",
    of: Bundle | None = None,
) -> HttpResponse:
    reads = reads_whole(request.user, case)
    kinds = [K.ANSWER, K.RECORD] if case.wants_record else [K.ANSWER]
    context = {
        "case": case,
        "reads": reads,
        "sends": reads or may_handle(request.user, case),
        "parts": _parts(request, case, kinds, form, words=words, of=of),
        "words": words,
        "bound": [form] if form else [],
        "has_errors": bool(form and form.errors),
        "refusal": refusal,
        "here": request.path,
    }
    return render(request, "requests/bundle.html", context, status=status)


def _parts(
    request: Request,
    case: RightsRequest,
    kinds: list[Bundle.Kind],
    form: ReleaseForm | None,
    *,
    words: str,
    of: Bundle | None,
) -> list[dict[str, Any]]:
    """Each kind of files, the newest of it, and what can be done with that."""
    rows = list(visible(request, Bundle).filter(case=case).select_related("released_by").order_by("asked_at", "pk"))
    newest = {row.kind: row for row in rows}
    volumes = list(visible(request, BundleVolume).filter(bundle__in=newest.values()).exclude(stored=""))
    found = []
    for kind in kinds:
        bundle = newest.get(kind)
        if bundle is not None:
            bundle.case = case
        is_open = bundle is not None and bundle.building == B.BUILT and bundle.released_at is None
        is_stale = bundle is not None and bundle.released_at is None and handing_over.is_stale(bundle)
        # Handed over before the request was opened again: what goes now is made anew.
        is_gone = bundle is not None and handing_over.went_before(bundle, case)
        bound = form if form and bundle and form.file.pk == bundle.pk else None
        found.append(
            {
                "kind": kind.value,
                "label": kind.label,
                "bundle": bundle,
                "is_stale": is_stale,
                "is_at_work": bundle is not None and bundle.building in building.AT_WORK and not is_stale,
                "volumes": sorted((v for v in volumes if bundle and v.bundle_id == bundle.pk), key=lambda v: v.number),
                "words": words if of is not None and bundle is not None and of.pk == bundle.pk else "",
                "form": (bound or _form(bundle)) if bundle is not None and is_open and not is_stale else None,
                "can_ask": case.status == S.APPROVED
                and case.is_handed_over
                and (bundle is None or is_stale or is_gone or bundle.building in (B.REFUSED, B.FAILED)),
            }
        )
    return found


@require_POST
@requires_for_record(C.HANDLE_REQUESTS, also=works_on_requests)
def request_volume(request: Request, case_id: UUID, volume_id: UUID) -> HttpResponseBase:
    """One file of an answer: locked, for who sends it; before that, for who reads every item, with a fresh factor."""
    rows = visible(request, BundleVolume).filter(case=case_id).exclude(stored="").select_related("bundle__case", "case")
    found = rows.filter(pk=volume_id).first()
    if found is None:
        raise Http404
    if handing_over.is_stale(found.bundle):
        raise OutOfTurn(building.STALE)
    if found.bundle.words_shown_at is None and (page := fresh.asked(request)) is not None:
        return page
    volume = read_one(request, rows, verb=Verb.EXPORT, pk=volume_id)
    request.nav, request.of_school = NAV, volume.school_id
    answer = HttpResponse(building.content_of(volume), content_type="application/pdf")
    kind = "record" if volume.bundle.kind == K.RECORD else "answer"
    name = f"{volume.case.reference}-{kind}-{volume.number}-of-{volume.of}.pdf"
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer
