"""The page of one request: how it stands and until when, what happened, who does what, and what can be done now."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from children.capabilities import ChildCapability
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.accounts.services import open_notices, staff_of
from safeguarding.audit.reading import read_one, visible
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.front.limits import takes_text
from safeguarding.glance import seen
from safeguarding.http import Request
from safeguarding.panels import fill
from safeguarding.plans.views.deeds import Deed, lost, offered
from safeguarding.refused_forms import on_top
from safeguarding.unsaved import waits_unsent
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.models import (
    RequestCorrection,
    RequestItem,
    RequestLetter,
    RequestRecipient,
    RequestRole,
    RequestStep,
    Right,
    RightsRequest,
    SearchPlace,
)
from sharing.requests.permissions import works_on_requests
from sharing.requests.services import recipients, statements, unfinished
from sharing.requests.services.locking import OBJECT

from .case_deeds import RECIPIENT, STATEMENT, TAKEN, UNSTEP, is_to_correct, theirs
from .next_step import NextStep, Reader
from .reading import ItemCounts
from .standing import HANDLES, REVIEWS, handles, named, standing

NAV = "requests"
P = RequestRole.Part
# Whom everybody who sees the case may know of. Reviewers are not: that there is one says that something is hidden.
_TOLD = (P.HANDLER, P.PREPARER, P.APPROVER)
# Who prepares also handles: a deputy reviews what is given to them, and no more.
_MAY = {
    P.HANDLER: (C.HANDLE_REQUESTS,),
    P.PREPARER: (C.REVIEW_REQUESTS, C.HANDLE_REQUESTS),
    P.APPROVER: (C.APPROVE_REQUESTS,),
}
# Files are made once an answer is approved.
_WITH_FILES = (RightsRequest.Status.APPROVED, RightsRequest.Status.ANSWERED)
_REVIEWING = (P.PREPARER, P.REVIEWER, P.APPROVER)
_PEOPLE = ("handed_in_by", "opened_by", "prepared_by", "approved_by", "answered_by", "withdrawn_by")


def read_case(request: Request, case_id: UUID) -> RightsRequest:
    """The case with this key, recorded as seen. Raises `Http404`."""
    rows = visible(request, RightsRequest).select_related("child", *_PEOPLE)
    found = read_one(request, rows, pk=case_id)
    request.nav, request.of_school = NAV, found.school_id
    return found


@takes_text
@waits_unsent(*TAKEN)
@requires_for_record(HANDLES, also=works_on_requests)
def request_case(request: Request, case_id: UUID) -> HttpResponse:
    """One request. Each of its forms is sent here, and says which it is.

    Who is asked to search, and sees no case, is led to what they are asked.
    """
    if _is_only_asked(request, case_id):
        return redirect("request_places", case_id)
    case = read_case(request, case_id)
    if request.method != "POST":
        return _page(request, case)
    parts = _roles(request, case)
    mine = _theirs(request, case, parts)
    deed = mine.get(request.POST.get("deed", ""))
    if deed is None:
        raise NotAllowed("You cannot do this with the request as it stands. Open it again to see what is yours to do.")
    form = deed.made(request.POST, case=case, **_about(request, case, parts, deed))
    if not form.is_valid():
        return _page(request, case, {deed.key: form}, status=422)
    request.again = partial(_refused, request, case_id, {deed.key: form})
    done = deed.do(case, form, request.user)
    messages.success(request, deed.after)
    if isinstance(done, RequestLetter):
        return redirect("request_letter", case.pk, done.pk)
    if not visible(request, RightsRequest).filter(pk=case.pk).exists():
        return redirect("requests")
    return redirect("request", case.pk)


def _is_only_asked(request: Request, case_id: UUID) -> bool:
    [asked] = seen(request.user, "requests_asked")
    return case_id in asked and not visible(request, RightsRequest).filter(pk=case_id).exists()


def _refused(request: Request, case_id: UUID, bound: dict[str, Any], refusal: HarbourError) -> HttpResponse:
    """The case as it stands now, and what was typed: to be saved on top."""
    case = read_case(request, case_id)
    for form in bound.values():
        on_top(form, case.revision)
    return _page(request, case, bound, status=refusal.status, refusal=refusal)


def _roles(request: Request, case: RightsRequest) -> list[RequestRole]:
    """Who is named in it now, as far as the reader may know."""
    rows = visible(request, RequestRole).filter(case=case, ended_at=None).select_related("user")
    return list(rows.order_by("named_at", "pk"))


def _parts_of(request: Request, parts: Sequence[RequestRole]) -> set[str]:
    return {one.part for one in parts if one.user_id == request.user.pk}


def _reviews(request: Request, case: RightsRequest, parts: Sequence[RequestRole]) -> bool:
    """Whether they may know what those who review know: by their role, or as the approver."""
    by_role = may(request.user, REVIEWS, case.school_id)
    return by_role or named(_parts_of(request, parts), *_REVIEWING)


def _theirs(request: Request, case: RightsRequest, parts: Sequence[RequestRole]) -> dict[str, Deed[RightsRequest]]:
    """What the reader may do with it now."""
    own = _parts_of(request, parts)
    return theirs(
        case,
        handles=handles(request.user, case.school_id),
        checks=may(request.user, REVIEWS, case.school_id) or named(own, P.PREPARER, P.REVIEWER),
        reviews=named(own, *_REVIEWING),
        prepares=named(own, P.PREPARER),
    )


def _about(
    request: Request, case: RightsRequest, parts: Sequence[RequestRole], deed: Deed[RightsRequest]
) -> dict[str, Any]:
    """What the form of a deed takes besides."""
    match deed.key:
        case "step":
            reviews = named(_parts_of(request, parts), *_REVIEWING)
            return {"handles": handles(request.user, case.school_id), "reviews": reviews}
        case "name":
            return {"people": _people(case), "taken": {one.part for one in parts}}
        case UNSTEP.key:
            return {"steps": list(visible(request, RequestStep).filter(case=case, withdrawn_at=None))}
        case RECIPIENT.key:
            return {"received": recipients.received(case, request.user)}
        case STATEMENT.key:
            return {"concerns": statements.concerns_of(case, request.user)}
        case "place":
            return {"people": [one.user for one in staff_of(case.school_id, on=timezone.localdate())]}
    return {}


def _people(case: RightsRequest) -> dict[str, Sequence[User]]:
    """Who may have each part by their roles. Whether they may have it in this case, the service says."""
    staff = staff_of(case.school_id, on=timezone.localdate())
    return {
        part.value: [one.user for one in staff if all(any(held.role.may(c) for held in one.roles) for c in _MAY[part])]
        for part in _TOLD
    }


def _page(
    request: Request,
    case: RightsRequest,
    bound: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound = bound or {}
    open_notices(user=request.user, object_id=case.pk, object_type=OBJECT)
    parts = _roles(request, case)
    own, reviews = _parts_of(request, parts), _reviews(request, case, parts)
    handling = handles(request.user, case.school_id)
    deeds: dict[str, Any] = {}
    for key, deed in _theirs(request, case, parts).items():
        if key != UNSTEP.key:
            deeds |= offered(case, [deed], bound, case=case, **_about(request, case, parts, deed))
    counts, ways = ItemCounts(request, case.pk), _ways(case, own, handles=handling)
    waits = _waits(request, case, own, handles=handling)
    context = {
        "case": case,
        "standing": standing([case])[0],
        "bound": list(bound.values()),
        "has_errors": any(form.errors for form in bound.values()),
        "refusal": refusal,
        "lost": lost(bound, deeds) if refusal else [],
        "here": request.path,
        "handles": handling,
        "reviews": reviews,
        "own": own,
        "shows_outcome": reviews or not case.is_copy,
        "unsteps": (handling or reviews) and UNSTEP.is_open(case),
        "parts": [one for one in parts if one.part in _TOLD],
        "deeds": deeds,
        **_happened(request, case),
        **_corrected(request, case, deeds),
        **ways,
        **waits,
        "counts": counts,
        "next": NextStep(
            case,
            Reader(own, handling, reviews),
            parts={one.part for one in parts},
            finished=waits.get("parts_finished", True),
            deeds=deeds,
            counts=counts,
            to_items=ways["to_items"],
        ),
        "actions": fill("hold_actions", request, case),
        "checks_kind": "alert" if _binds(case) else "",
    }
    return render(request, "requests/case.html", context, status=status)


def _happened(request: Request, case: RightsRequest) -> dict[str, Any]:
    """What was done so far, as far as the reader may know of it, the newest first."""
    steps = visible(request, RequestStep).filter(case=case).select_related("by", "withdrawn_by")
    letters = visible(request, RequestLetter).filter(case=case).select_related("by", "sent_by")
    places = visible(request, SearchPlace).filter(case=case).select_related("asked", "answered_by")
    first = case.came_with_id or case.pk
    beside = visible(request, RightsRequest).filter(Q(pk=first) | Q(came_with=first)).exclude(pk=case.pk)
    return {
        "steps": list(steps.order_by("-happened_on", "-pk")),
        "letters": list(letters.order_by("-made_at", "-pk")),
        "places": list(places.order_by("made_at", "pk")),
        "beside": list(beside.only("reference").order_by("reference")),
    }


def _corrected(request: Request, case: RightsRequest, deeds: Mapping[str, Any]) -> dict[str, Any]:
    """What was corrected, who was told, and, for who says it, of whom nobody has said it yet; and where the reader may
    correct the child's record now.
    """
    if case.right != Right.RECTIFY:
        return {}
    corrections = visible(request, RequestCorrection).filter(case=case).select_related("by")
    told = list(visible(request, RequestRecipient).filter(case=case).select_related("by").order_by("-last_on", "pk"))
    received = deeds[RECIPIENT.key]["form"].received if RECIPIENT.key in deeds else ()
    return {
        "corrections": list(corrections.order_by("-made_at", "-pk")),
        "told": told,
        "untold": [one for one in received if one.key not in {row.key for row in told}],
        "correct_url": _correct_url(request, case),
    }


def _correct_url(request: Request, case: RightsRequest) -> str:
    """Where the child's record is changed for this case; empty for who does not, or not now."""
    keeps = handles(request.user, case.school_id) and may(request.user, ChildCapability.KEEP_CHILDREN, case.school_id)
    return f"{reverse('keep_child', args=[case.child_id])}?request={case.pk}" if keeps and is_to_correct(case) else ""


def _waits(request: Request, case: RightsRequest, own: set[str], *, handles: bool) -> dict[str, Any]:
    """What is still to finish: for who handles or prepares it whether anything is; for who approves it whose part."""
    if not unfinished.waits_for_parts(case):
        return {}
    found: dict[str, Any] = {}
    if handles or P.PREPARER in own:
        found["always_asked"] = unfinished.always_asked(case.school_id, timezone.localdate())
        found["parts_finished"] = unfinished.are_finished(case)
    if P.APPROVER in own:
        found["open_parts"] = unfinished.open_parts(
            visible(request, SearchPlace).filter(case=case),
            visible(request, RequestItem).filter(case=case),
            visible(request, RequestRole).filter(case=case),
        )
    return found


def _binds(case: RightsRequest) -> bool:
    """Whether something binds the answer, or nobody has looked yet whether it does."""
    return any(
        one != RightsRequest.Answer.NO for one in (case.order_binds, case.address_is_confidential, case.care_order)
    )


def _ways(case: RightsRequest, own: set[str], *, handles: bool) -> Mapping[str, bool]:
    """To which other pages of the case the reader is led."""
    is_shut = case.status in (RightsRequest.Status.ANSWERED, RightsRequest.Status.WITHDRAWN)
    reads = named(own, *_REVIEWING) and not is_shut and case.is_copy
    return {
        "to_items": reads,
        "to_approval": named(own, P.PREPARER, P.APPROVER) and not is_shut,
        "to_bundle": case.is_handed_over
        and case.status in _WITH_FILES
        and (handles or named(own, P.PREPARER, P.APPROVER)),
    }
