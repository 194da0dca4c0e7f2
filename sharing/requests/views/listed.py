"""Which requests were made, how does each stand, and what is due? The register."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.paging import newest_first
from sharing.requests.forms.cases import ALL_OPEN, ListForm
from sharing.requests.models import RightsRequest
from sharing.requests.permissions import works_on_requests

from .first_pages import waiting_for
from .standing import HANDLES, handles, standing

NAV = "requests"


@require_GET
@requires_for_record(HANDLES, also=works_on_requests)
def requests(request: Request) -> HttpResponse:
    """The requests of the school that the reader may know of, that which came in last first."""
    request.nav = NAV
    form = ListForm(request.GET)
    chosen = form.chosen()
    rows = visible(request, RightsRequest).filter(school=request.held.school_id).select_related("child")
    if "state" in chosen:
        rows = rows.filter(status__in=form.states(chosen["state"]))
    if "right" in chosen:
        rows = rows.filter(right=chosen["right"])
    page = newest_first(rows, "handed_in_at", request.GET.get("before", ""))
    found = read_many(request, page.rows, purpose="requests about data")
    here, asked = reverse("requests"), waiting_for(request)
    # Of those whom one may know of: who is only asked reads it on the page of the question.
    known = visible(request, RightsRequest).filter(pk__in=[place.case_id for place in asked])
    references = dict(known.values_list("pk", "reference")) if asked else {}
    context = {
        "form": form,
        "rows": standing(found),
        "asked": [(place, references.get(place.case_id, "")) for place in asked],
        "narrowed": bool(chosen),
        "handles": handles(request.user, request.held.school_id),
        "older": f"{here}?{urlencode(chosen | {'before': page.older})}" if page.older else "",
        "newest": "" if page.is_first else f"{here}?{urlencode(chosen)}",
        "open_url": f"{here}?state={ALL_OPEN}",
    }
    return render(request, "requests/list.html", context)
