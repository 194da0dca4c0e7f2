"""Which copies does somebody review, what do they say, and what becomes of several of them at once?"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted
from safeguarding.exceptions import NotAllowed
from safeguarding.front.limits import takes_text
from safeguarding.http import Request
from safeguarding.rendering import Showing
from safeguarding.unsaved import waits_unsent
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.forms.items import ListForm, SeveralForm
from sharing.requests.models import Decided, RequestItem, RightsRequest
from sharing.requests.permissions import NAMED, works_on_requests
from sharing.requests.services.deciding import decide_problems
from sharing.requests.services.deciding_several import decide_each
from sharing.requests.services.documents import full_name
from sharing.requests.services.earlier_reasons import earlier_reasons
from sharing.requests.services.law import exemptions_for

from .in_groups import Row, grouped, in_order, page_after, rows_of
from .reading import ItemCounts, case_of_items, number_asked

_TICK = "Tick the items, or all that are shown of a concern, a kind or a person"


@takes_text
@waits_unsent(SeveralForm)
@requires_for_record(C.REVIEW_REQUESTS, also=works_on_requests)
def request_items(request: Request, case_id: UUID) -> HttpResponse:
    """The items of a case that the person reads with their words, by concern: a reviewer's own, or all for the
    approver. A form decides those that were ticked.
    """
    if request.method == "POST":
        return _decide(request, case_id)
    return _page(request, case_id)


def _decide(request: Request, case_id: UUID) -> HttpResponse:
    mine = visible(request, RequestItem).filter(case=case_id, reviewer=request.user)
    case = case_of_items(request, case_id, ())
    form = _form(request, case, request.POST)
    shown = list(mine.filter(pk__in=form.seen).select_related("case__child", "exemption").order_by("number"))
    if not shown and not mine.exists():
        raise NotAllowed(NAMED)
    wanted = _chosen(form, rows_of(shown, ticks=[one.pk for one in shown]))
    if not wanted:
        form.add_error(None, _TICK)
    elif form.is_valid() and form.cleaned_data["decided"] != Decided.FULL:
        # The same of each, so it is said once.
        form.blame(decide_problems(case, wanted[0], form.cleaned_data["decided"], form.reason, on=timezone.localdate()))
    if not form.is_valid():
        return _page(request, case_id, form, ticked={one.pk for one in wanted})
    wrong = decide_each(wanted, form.seen, by=request.user, decided=form.cleaned_data["decided"], reason=form.reason)
    if done := len(wanted) - len(wrong):
        messages.success(request, f"Decided: {counted(done, 'item', 'items')}.")
    if wrong:
        return _page(request, case_id, form, ticked=wrong, wrong=wrong)
    return redirect(_after_deciding(request, case_id))


def _chosen(form: SeveralForm, rows: Sequence[Row]) -> list[RequestItem]:
    """The items that were ticked, or are of a concern, a kind or a person of which all are: no files but by a tick."""
    keys, whole = set(form.ticked("item")), set(form.ticked("all"))
    return [row.item for row in rows if str(row.item.pk) in keys or (not row.is_file and whole & _of(row))]


def _of(row: Row) -> set[str]:
    """What a row is of, as the boxes for all of it say it."""
    return {f"group:{row.group}", f"kind:{row.kind}", *(f"person:{one.pk}" for one in row.people)}


def _after_deciding(request: Request, case_id: UUID) -> str:
    """The same page; of those that are not decided the first, since these stand there no more."""
    here, kept = reverse("request_items", args=[case_id]), {"show": ListForm(request.GET).chosen()}
    if not kept["show"]:
        kept = {"after": request.GET.get("after", "")}
    asked = urlencode({name: value for name, value in kept.items() if value})
    return f"{here}?{asked}" if asked else here


def _page(
    request: Request,
    case_id: UUID,
    bound: SeveralForm | None = None,
    *,
    ticked: Collection[UUID] = (),
    wrong: Mapping[UUID, str] | None = None,
) -> HttpResponse:
    narrow = ListForm(request.GET)
    chosen, after = narrow.chosen(), number_asked(request.GET.get("after", ""))
    rows = visible(request, RequestItem).filter(case=case_id)
    keys, more = page_after(in_order(rows.filter(decided="") if chosen else rows), after)
    by_key = {one.pk: one for one in rows.filter(pk__in=keys).select_related("case__child", "reviewer")}
    items = [by_key[key] for key in keys if key in by_key]
    case = case_of_items(request, case_id, items)
    read_many(request, items, purpose="items of a request", about=case)
    if case.child_id:
        request.showing = Showing(own=frozenset({case.child_id}))
    mine = [one.pk for one in items if one.reviewer_id == request.user.pk]
    shown = [replace(row, problem=(wrong or {}).get(row.item.pk, "")) for row in rows_of(items, ticks=mine)]
    here, kept = reverse("request_items", args=[case.pk]), {"show": chosen} if chosen else {}
    decides = any(row.may_tick for row in shown)
    form = bound or (_form(request, case) if decides else None)
    context = {
        "case": case,
        "narrow": narrow,
        "groups": grouped(shown),
        "kinds": _kinds(shown),
        "people": _people(shown),
        "form": form,
        "decides": decides,
        "mine": set(mine),
        "ticked": set(ticked),
        "wrong": sum(bool(row.problem) for row in shown),
        "counts": ItemCounts(request, case.pk),
        "narrowed": bool(chosen),
        "here": here,
        "address": request.get_full_path(),
        "older": f"{here}?{urlencode(kept | {'after': items[-1].number})}" if more else "",
        "newest": f"{here}?{urlencode(kept)}" if after else "",
        "has_errors": bool(bound),
    }
    return render(request, "requests/items.html", context, status=422 if bound else 200)


def _form(request: Request, case: RightsRequest, data: Any = None) -> SeveralForm:
    earlier, exemptions = earlier_reasons(case, request.user), exemptions_for(case, timezone.localdate())
    return SeveralForm(data, exemptions=exemptions, earlier=earlier, auto_id="several_%s")


def _kinds(rows: Sequence[Row]) -> list[tuple[str, str, int]]:
    """Of the kinds of which there are several to tick: value, words and number."""
    found = Counter(row.kind for row in rows if row.may_tick)
    return [(f"kind:{kind}", kind, number) for kind, number in sorted(found.items()) if number > 1]


def _people(rows: Sequence[Row]) -> list[tuple[str, str, int]]:
    """The same of the people who stand in several."""
    there = [one for row in rows if row.may_tick for one in row.people]
    found, names = Counter(one.pk for one in there), {one.pk: full_name(one) for one in there}
    some = [(f"person:{key}", names[key], number) for key, number in found.items() if number > 1]
    return sorted(some, key=lambda one: one[1])
