"""The page "Left": children who have left and whose file has no end yet, and what is stated of many at once."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from retention import wording
from retention.capabilities import RetentionCapability as C
from retention.forms.left import LastSchoolsForm, WentForm
from retention.forms.lists import BeginForm
from retention.models import RetentionDate
from retention.services.leavers import MOST, STATED_ON, Show, leavers, state_destination, state_last_school
from retention.services.schedule import periods_at
from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.audit.reading import read_many
from safeguarding.dates import counted
from safeguarding.exceptions import HarbourError
from safeguarding.forms import HarbourForm
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.paging import counts_of_page
from safeguarding.unsaved import waits_unsent

WENT, LAST = "went", "last_school"
_FORMS: dict[str, type[HarbourForm]] = {WENT: WentForm, LAST: LastSchoolsForm}
_MAY = {WENT: Capability.DECIDE_CONCERNS, LAST: C.KEEP_RETENTION}


@waits_unsent(WentForm, LastSchoolsForm)
@requires(C.VIEW_RETENTION)
def retention_left(request: Request) -> HttpResponse:
    """Children who have left. Sent, it states of the chosen ones where they went, or that this was the last school."""
    request.nav = "retention_left"
    if request.method != "POST":
        return _page(request)
    deed = request.POST.get("do", "")
    chosen = BeginForm(request.POST, keys=_chosen(request))
    form = _FORMS.get(deed, HarbourForm)(request.POST)
    given = {"chosen": chosen} | ({deed: form} if deed in _FORMS else {})
    is_whole = all([chosen.is_valid(), form.is_valid()])
    if deed not in _FORMS:
        chosen.add_error(None, "Choose what to save: press one of the two buttons")
    if not is_whole or deed not in _FORMS:
        return _page(request, given, status=422)
    request.again = partial(_refused, request, given)
    facts = {"school": get_school(request.held.school_id), "by": request.user, **form.cleaned_data}
    facts["children"] = chosen.cleaned_data["records"]
    if deed == WENT:
        number, then = state_destination(**facts), f"They are listed under “{Show.CONFIRMED.label}”."
    else:
        number = state_last_school(token=chosen.cleaned_data["token"], **facts)
        then = "Retention dates are updated tonight."
    messages.success(request, f"Saved for {counted(number, 'child', 'children')}. {then}")
    return redirect(f"{reverse('retention_left')}?show={_show(request)}")


def _chosen(request: Request) -> list[UUID]:
    """Whatever was sent that is a key: whether it is on the list, the service says."""
    return [key for text in request.POST.getlist("records") if (key := record_of(text))]


def _show(request: Request) -> str:
    """Which list: of the address, or of the form that was sent."""
    asked = request.POST.get("show") or request.GET.get("show", "")
    return asked if asked in Show.values else str(Show.UNSTATED.value)


def _refused(request: Request, given: dict[str, Any], refusal: HarbourError) -> HttpResponse:
    return _page(request, given, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    given: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    given, school_id, show = given or {}, request.held.school_id, _show(request)
    counts = counts_of_page()
    for one in Show:
        counts.ask(f"left {one.value}", leavers(request, school_id, one))
    found = list(leavers(request, school_id, show).select_related("child", "rule")[: MOST + 1])
    rows: list[RetentionDate] = read_many(request, found[:MOST], purpose="children who have left")
    mine = {deed: may(request.user, capability, school_id) for deed, capability in _MAY.items()}
    context = {
        "show": show,
        "title": Show(show).label,
        "lists": lambda: [(one.value, one.label, counts[f"left {one.value}"]) for one in Show],
        "rows": rows,
        "more": len(found) > MOST,
        "most": MOST,
        "states": show in STATED_ON and any(mine.values()),
        "waits": wording.waits_for(periods_at(school_id)) if show == Show.CONFIRMED else "",
        "may_went": mine[WENT],
        "may_last": mine[LAST],
        "chosen": given.get("chosen") or BeginForm(),
        # What was typed into the other of the two stays too.
        "went": given.get(WENT) or WentForm(initial=request.POST.dict()),
        "last": given.get(LAST) or LastSchoolsForm(initial=request.POST.dict()),
        "picked": set(request.POST.getlist("records")) if given else set(),
        "refusal": refusal,
        "has_errors": status == 422,
    }
    return render(request, "retention/left.html", context, status=status)
