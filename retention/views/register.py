"""The register of what was destroyed, and the certificate of one list: on the page and on paper. They name nobody."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from retention.capabilities import RetentionCapability as C
from retention.models import DestructionList
from retention.services.certificate import certificate_of, destroyed_by
from retention.services.progress import progress_of
from safeguarding.accounts.permissions import requires, requires_for_record
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.printing.paper import paper


@require_GET
@requires(C.COUNT_RETENTION)
def destruction_register(request: Request) -> HttpResponse:
    """Every list that destroyed something, the newest first."""
    request.nav = "destruction_register"
    rows = visible(request, DestructionList).filter(school=request.held.school_id, items__run__state="files_gone")
    page = newest_first(rows.distinct(), "made_at", request.GET.get("before", ""))
    lists = read_many(request, page.rows, purpose="destruction lists")
    far = progress_of([one.pk for one in lists])
    lines = destroyed_by([one.pk for one in lists])
    context = {
        "rows": [
            {
                "list": one,
                "far": far[one.pk],
                "lines": lines[one.pk],
                "records": sum(line.records for line in lines[one.pk]),
                "files": sum(line.files for line in lines[one.pk]),
            }
            for one in lists
        ],
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
    }
    return render(request, "retention/register.html", context)


@require_GET
@requires_for_record(C.COUNT_RETENTION)
def destruction_certificate(request: Request, list_id: UUID) -> HttpResponse:
    """The certificate of a list that was carried out."""
    found, context = _read(request, list_id, Verb.VIEW)
    request.nav, request.of_school = "retention", found.school_id
    return render(request, "retention/certificate.html", context)


@require_GET
@requires_for_record(C.COUNT_RETENTION)
def destruction_certificate_paper(request: Request, list_id: UUID) -> HttpResponse:
    """The same on paper."""
    found, context = _read(request, list_id, Verb.PRINT)
    title = f"Certificate of destruction, {found.reference}"
    return paper(request, "pdf/certificate.html", context, title=title, school_id=found.school_id)


def _read(request: Request, list_id: UUID, verb: Verb) -> tuple[DestructionList, dict[str, object]]:
    rows = visible(request, DestructionList).select_related("school", "advised_by")
    found = read_one(request, rows, pk=list_id, verb=verb)
    far = progress_of([found.pk])[found.pk]
    if not far.is_done:
        raise Http404
    return found, {"list": found, "far": far, "cert": certificate_of(found, far)}
