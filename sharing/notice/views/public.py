"""The notice, for everybody: the published version of a school and nothing else. Nobody signs in to read it."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import never_waits, public
from safeguarding.http import Request
from sharing.notice.services import papers, publishing
from sharing.notice.services.drafting import shown


@require_GET
@public
@never_waits
def privacy_notice(request: Request, school_id: UUID) -> HttpResponse:
    """The notice of the school with this key. It knows nobody, also where somebody is signed in."""
    school = publishing.school_of(school_id)
    if school is None:
        raise Http404
    frame = {"demo": settings.DEMO, "school_name": school.name}
    notice = publishing.newest(school.pk)
    context = {
        "school": school,
        "notice": notice,
        "sections": shown(notice.sections) if notice else [],
        "has_paper": bool(notice and papers.has_paper(notice)),
        "harbour": frame,
    }
    return render(request, "notice/public.html", context)


@require_GET
@public
@never_waits
def privacy_notice_paper(request: Request, school_id: UUID) -> HttpResponse:
    """The same on paper, once it lies there: nobody has it laid out by asking for it."""
    notice = publishing.newest(school_id)
    content = papers.paper_of(notice) if notice else None
    if notice is None or content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"privacy-notice-{notice.version}.pdf") or ""
    return response
