"""One record on a list: what goes, what stays, and why."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from retention.capabilities import RetentionCapability as C
from retention.models import DestructionItem
from retention.services.contents import contents_of
from retention.services.progress import run_of
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_one, visible
from safeguarding.http import Request

from .rows import names_records, rows_of


@require_GET
@requires_for_record(C.COUNT_RETENTION)
def destruction_item(request: Request, item_id: UUID) -> HttpResponse:
    """For those who decide and approve. Once it has begun, the page says how far it is and no more."""
    items = visible(request, DestructionItem).select_related("on_list__school", "rule")
    found = read_one(request, items, pk=item_id)
    if not names_records(request.user, found.school_id):
        raise Http404
    request.nav, request.of_school = "retention", found.school_id
    run = run_of(found)
    [row] = rows_of(request, found.on_list, [found])
    context = {
        "row": row,
        "list": found.on_list,
        "run": run,
        "contents": None if run else contents_of(found.record_key, request.user),
    }
    return render(request, "retention/item.html", context)
