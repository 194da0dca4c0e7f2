"""Who was found in the copies, how often and where, and what is decided on each once for all of them?"""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_many, visible
from safeguarding.exceptions import BadInput, HarbourError, NotAllowed
from safeguarding.front.limits import takes_text
from safeguarding.http import Request
from safeguarding.keys import entry_token, uuid7
from safeguarding.unsaved import waits_unsent
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.forms.items import PeopleForm
from sharing.requests.models import Redaction, RequestItem, RequestPerson, RightsRequest
from sharing.requests.permissions import NAMED, works_on_requests
from sharing.requests.services import deciding
from sharing.requests.services.earlier_reasons import earlier_reasons
from sharing.requests.services.law import exemptions_for
from sharing.requests.services.shared_names import lines_of, together

from .reading import key_asked, read_case_of_items

PAGE = 50
_UNKNOWN = "This form was not understood. Open the page again, and do it there."


@takes_text
@waits_unsent(PeopleForm)
@requires_for_record(C.REVIEW_REQUESTS, also=works_on_requests)
def request_people(request: Request, case_id: UUID) -> HttpResponse:
    """People found in the items that one reads. `do` of a form says whether people are decided on, all members of
    staff are kept, or a decision is undone.
    """
    case = read_case_of_items(request, case_id)
    if request.method != "POST":
        return _page(request, case)
    if not visible(request, RequestItem).filter(case=case, reviewer=request.user).exists():
        raise NotAllowed(NAMED)
    do = {"people": _decide, "staff": _keep_staff, "undo": _undo}.get(request.POST.get("do", ""))
    if do is None:
        raise BadInput(_UNKNOWN)
    return do(request, case)


def _decide(request: Request, case: RightsRequest) -> HttpResponse:
    form = _form(request, case, request.POST)
    rows = visible(request, RequestPerson).filter(case=case)
    if form.is_valid() and not form.people:
        form.add_error(None, "Tick who you decide on")
    if not form.is_valid():
        return _page(request, case, form, status=422)
    request.again = partial(_again, request, case.pk, form)
    people = list(rows.filter(pk__in=form.people).order_by("pk"))
    deciding.decide_people(people, by=request.user, said=form.said(), token=form.cleaned_data["token"])
    messages.success(request, "Decided. It holds wherever they stand, but where a place was marked by hand.")
    return redirect("request_people", case.pk)


def _keep_staff(request: Request, case: RightsRequest) -> HttpResponse:
    token = key_asked(request.POST.get("token", ""))
    if token is None:
        raise BadInput(_UNKNOWN)
    request.again = partial(_again, request, case.pk, None)
    kept = deciding.keep_staff(case, by=request.user, token=token)
    messages.success(request, f"Kept, as named in their role: {len(kept)}.")
    return redirect("request_people", case.pk)


def _undo(request: Request, case: RightsRequest) -> HttpResponse:
    key, token = key_asked(request.POST.get("redaction", "")), key_asked(request.POST.get("token", ""))
    rows = visible(request, Redaction).filter(case=case, person__isnull=False).select_related("person", "item")
    row = rows.filter(pk=key).first() if key and token else None
    if row is None or token is None:
        raise BadInput(_UNKNOWN)
    request.again = partial(_again, request, case.pk, None)
    deciding.undo(row, by=request.user, token=entry_token(token, row.pk))
    messages.success(request, "Undone.")
    return redirect("request_people", case.pk)


def _again(request: Request, case_id: UUID, form: PeopleForm | None, refusal: HarbourError) -> HttpResponse:
    """The list as it stands now, with what was typed and why it was not taken."""
    case = read_case_of_items(request, case_id)
    return _page(request, case, form, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    case: RightsRequest,
    form: PeopleForm | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    after = key_asked(request.GET.get("after", ""))
    # All of them: who shares a line with somebody may stand on another page by the key.
    found = together(visible(request, RequestPerson).filter(case=case).order_by("pk"))
    found = [some for some in found if after is None or some[0].pk > after]
    shown, more = found[:PAGE], len(found) > PAGE
    read_many(request, [one for some in shown for one in some], purpose="people found for a request", about=case)
    items = visible(request, RequestItem).filter(case=case).defer("content", "title", "answers", "why")
    lines = lines_of(shown, list(items.order_by("number")), request.user)
    here = reverse("request_people", args=[case.pk])
    decides = any(line.may_decide for line in lines)
    context: dict[str, Any] = {
        "case": case,
        "lines": lines,
        "decides": decides,
        "staff_open": any(line.is_open and line.is_staff_alone for line in lines),
        "refusal": refusal,
        "ticked": set(form.ticked("person")) if form else set(),
        "form": form or (_form(request, case) if decides else None),
        "token": uuid7(),
        "here": here,
        "older": f"{here}?after={shown[-1][0].pk}" if more else "",
        "newest": here if after else "",
    }
    return render(request, "requests/people.html", context, status=status)


def _form(request: Request, case: RightsRequest, data: Any = None) -> PeopleForm:
    earlier = earlier_reasons(case, request.user)
    return PeopleForm(data, exemptions=exemptions_for(case, timezone.localdate()), earlier=earlier)
