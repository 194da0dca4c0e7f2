"""Which copies does somebody review, how do they stand, and who in them is still open?"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.forms.items import ListForm
from sharing.requests.models import RequestItem
from sharing.requests.permissions import works_on_requests
from sharing.requests.services import documents

from .reading import ItemCounts, case_of_items, number_asked

PAGE = 50
# Of an item that is not decided, so many of those who are open are named; the rest is counted.
NAMED = 3


@require_GET
@requires_for_record(C.REVIEW_REQUESTS, also=works_on_requests)
def request_items(request: Request, case_id: UUID) -> HttpResponse:
    """The items of a case that the person reads, by their numbers: a reviewer's own, or all for the approver."""
    form = ListForm(request.GET)
    chosen, after = form.chosen(), number_asked(request.GET.get("after", ""))
    rows = visible(request, RequestItem).filter(case=case_id, number__gt=after)
    if chosen:
        rows = rows.filter(decided="")
    found = list(rows.select_related("case__child", "reviewer").order_by("number")[: PAGE + 1])
    case, shown, more = case_of_items(request, case_id, found), found[:PAGE], len(found) > PAGE
    read_many(request, shown, purpose="items of a request", about=case)
    here, kept = reverse("request_items", args=[case.pk]), {"show": chosen} if chosen else {}
    context = {
        "case": case,
        "form": form,
        "rows": _lines(request, shown),
        "counts": ItemCounts(request, case.pk),
        "narrowed": bool(chosen),
        "here": here,
        "older": f"{here}?{urlencode(kept | {'after': shown[-1].number})}" if more else "",
        "newest": f"{here}?{urlencode(kept)}" if after else "",
    }
    return render(request, "requests/items.html", context)


def _lines(request: Request, items: list[RequestItem]) -> list[dict[str, Any]]:
    """Each item with the names of who is open in it."""
    marked = documents.marked_of_each(items)
    return [
        {
            "item": item,
            "is_mine": item.reviewer_id == request.user.pk,
            "open": names[:NAMED],
            "more": len(names[NAMED:]),
        }
        for item in items
        for names in [documents.open_in(item, marked[item.pk])]
    ]
