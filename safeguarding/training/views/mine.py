"""My training: what is asked of the reader, what they had, and “I have read it” for each guidance in force."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.models import School
from safeguarding.accounts.permissions import anyone_signed_in
from safeguarding.accounts.services import Colleague, get_school, open_notices, staff_of
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_out, visible
from safeguarding.dates import full_day
from safeguarding.http import Request
from safeguarding.spreadsheet import as_csv
from safeguarding.training.models import Certificate, GuidanceRead, TrainingRecord
from safeguarding.training.services.reading_guidance import READ_BY_ALL, confirm_read, find_edition

from .keeping import records_of, told_of


def _me(request: Request) -> tuple[School, date, Colleague]:
    """The reader at the school where they work now."""
    request.nav = "my_training"
    school, today = get_school(request.held.school_id), timezone.localdate()
    me = next((one for one in staff_of(school.pk, on=today) if one.user.pk == request.user.pk), None)
    if me is None:
        raise Http404
    return school, today, me


@require_GET
@anyone_signed_in
def my_training(request: Request) -> HttpResponse:
    """How the reader stands, at the school where they work now, and every record of it."""
    school, today, me = _me(request)
    context = {
        "person": told_of(request, me, school.pk, today),
        "records": records_of(request, me, school.pk),
        "school": school,
    }
    return render(request, "training/mine.html", context)


@anyone_signed_in
def read_guidance(request: Request, edition_id: UUID) -> HttpResponse:
    """One edition of guidance, and the button “I have read it”."""
    school, today, me = _me(request)
    edition = find_edition(edition_id, school.pk, today)
    if edition is None:
        raise Http404
    if request.method == "POST":
        confirm_read(school=school, edition=edition, by=request.user)
        messages.success(request, "Thank you. It is in the register of training that you have read it.")
        return redirect("my_training")
    open_notices(user=request.user, object_id=edition.pk)
    rows = visible(request, GuidanceRead).filter(school=school, user=me.user, edition=edition)
    read = next(iter(read_many(request, rows, purpose="own reading")), None)
    context = {"edition": edition, "read": read, "is_asked": edition.guidance in READ_BY_ALL}
    return render(request, "training/guidance.html", context)


@require_GET
@anyone_signed_in
def my_training_file(request: Request) -> HttpResponse:
    """All that the register has of the reader, at every school, as a file to keep. On record."""
    request.nav = "my_training"
    of_me = {"user": request.user}
    records = visible(request, TrainingRecord).filter(**of_me).select_related("course", "noted_by", "school")
    reads = visible(request, GuidanceRead).filter(**of_me).select_related("edition", "school")
    files = visible(request, Certificate).filter(**of_me, removed_at=None, withheld_at=None).select_related("author")
    out: list[_Kept] = [
        *records.order_by("done_on", "pk"),
        *reads.order_by("read_at", "pk"),
        *files.order_by("attached_at", "pk"),
    ]
    read_out(request, out, verb=Verb.EXPORT, purpose="own training")
    response = HttpResponse(as_csv(_HEADINGS, [_line(one) for one in out]), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="my-training.csv"'
    return response


_Kept = TrainingRecord | GuidanceRead | Certificate
_HEADINGS = ("What", "Day", "Holds until", "School", "Noted by", "Withdrawn on")


def _line(row: _Kept) -> tuple[str, ...]:
    match row:
        case TrainingRecord():
            until = full_day(row.valid_until) if row.valid_until else "no end"
            gone = full_day(row.withdrawn_at) if row.withdrawn_at else ""
            return row.course.name, full_day(row.done_on), until, row.school.name, row.noted_by.full_name, gone
        case GuidanceRead():
            return f"Read: {row.edition.named}", full_day(row.read_at), "", row.school.name, "", ""
    return f"Certificate: {row.name}", full_day(row.attached_at), "", "", row.author.full_name, ""
