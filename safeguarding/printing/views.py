"""A print that was not ready at once: how it stands, and the way to it."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import anyone_signed_in
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_one, visible
from safeguarding.http import Request

from .models import PrintJob
from .services import is_over, look_after, reason


@require_GET
@anyone_signed_in
def print_job(request: Request, job_id: UUID) -> HttpResponse:
    """How a print of one's own stands. It asks again by itself (`?part=1` for the changing part), and leads to the PDF.

    The PDF is given out by the page that prints it, which asks everything of its reader once more.
    """
    request.nav, at, part = "inbox", timezone.now(), "part" in request.GET
    # The part shows nothing of the print, and is asked for again and again.
    seen = visible(request, PrintJob).filter(pk=job_id).first() if part else read_one(request, PrintJob, pk=job_id)
    if seen is None:
        raise Http404
    job = look_after(job=seen, by=request.user, at=at)
    request.of_school = job.school_id
    over = is_over(job, at)
    if job.status != PrintJob.Status.WAITING:
        open_notices(user=request.user, object_id=job.pk, object_type="print", at=at)
    if job.status == PrintJob.Status.READY and not over:
        return redirect(f"{job.address}{'&' if '?' in job.address else '?'}print={job.pk}")
    context = {
        "job": job,
        "over": over,
        "asks_again": job.status == PrintJob.Status.WAITING and (job.is_long or not job.is_handed_over(at)),
        "reason": reason(job.why) if job.why else "",
    }
    return render(request, "printing/part_state.html" if part else "printing/job.html", context)
