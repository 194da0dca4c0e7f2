"""What differs from the school's own system: what Harbour has, and what the list last said."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from children.capabilities import ChildCapability
from children.models import HeldFact
from children.services.differing import differences_of, differing
from safeguarding.accounts.permissions import requires
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.paging import newest_first


@require_GET
@requires(ChildCapability.KEEP_CHILDREN)
def differs(request: Request) -> HttpResponse:
    """Each fact that Harbour keeps otherwise than the list, the newest change first."""
    request.nav = "children"
    rows = differing(visible(request, HeldFact).filter(school=request.held.school_id))
    page = newest_first(rows.select_related("child", "contact", "held_by"), "held_at", request.GET.get("before", ""))
    read_many(request, page.rows)
    return render(request, "children/differs.html", {"page": page, "rows": differences_of(page.rows, by=request.user)})
