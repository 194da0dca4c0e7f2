"""Bring in training from a file: read and shown first, with what is wrong in which row, and then noted at once."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.models import School
from safeguarding.accounts.permissions import requires
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import counted
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.spreadsheet import as_csv
from safeguarding.training.capabilities import TrainingCapability as C
from safeguarding.training.checking import Asking
from safeguarding.training.files import EXAMPLE
from safeguarding.training.forms import ConfirmForm, ListForm
from safeguarding.training.services import noting
from safeguarding.training.services.courses import courses_of


def _here(request: Request) -> tuple[School, date]:
    request.nav = "training"
    return get_school(request.held.school_id), timezone.localdate()


@takes_files
@requires(C.KEEP_TRAINING)
def training_file(request: Request) -> HttpResponse:
    """Choose a file; what is in it is shown before anything is written. Nothing of the file is kept."""
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if form.is_bound and form.is_valid():
        return _preview(request, form.cleaned_data["file"])
    return _page(request, form=form)


def _page(request: Request, *, form: ListForm | None = None, broken: ConfirmForm | None = None) -> HttpResponse:
    school, _ = _here(request)
    record(Verb.VIEW, school, purpose="training from a file")
    form = form or ListForm()
    context = {"form": form, "broken": broken, "courses": courses_of(school.pk), "has_errors": bool(broken)}
    return render(request, "training/file.html", context, status=422 if form.errors or broken else 200)


@require_GET
@requires(C.KEEP_TRAINING)
def training_example(request: Request) -> HttpResponse:
    """A file to fill in."""
    response = HttpResponse(as_csv(*EXAMPLE), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="training.csv"'
    return response


@require_POST
@requires(C.KEEP_TRAINING)
def confirm_training(request: Request) -> HttpResponse:
    """What was shown is noted, all of it at once. Rows that are wrong are left out only where that was ticked."""
    school, today = _here(request)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, broken=form)
    given = form.cleaned_data
    checked = Asking(school, today).check(given["rows"])
    good = [one.had for one in checked if one.had]
    if len(good) < len(checked) and (not given["leave_out"] or not good):
        return _preview(request, given["rows"], token=given["token"], asked=True)
    new = noting.note_training(school=school, had=good, token=given["token"], by=request.user, purpose="training")
    says = f"{counted(len(new), 'record')} of training noted."
    if there := len(good) - len(new):
        says += f" {counted(there, 'row was', 'rows were')} in the register already."
    messages.success(request, says)
    return redirect("training")


def _preview(
    request: Request, rows: list[dict[str, str]], *, token: UUID | None = None, asked: bool = False
) -> HttpResponse:
    """What would be noted, what is there already, and which rows are wrong. Nothing is written."""
    school, today = _here(request)
    checked = Asking(school, today).check(rows)
    record(Verb.VIEW, school, purpose="training that would be noted")
    new = [one for one in checked if one.had and not one.is_there]
    context = {
        "form": ConfirmForm.of(rows, token),
        "good": new,
        "there": sum(one.is_there for one in checked),
        "bad": [one for one in checked if one.problems],
        "add_words": f"Note {counted(len(new), 'record')}",
        "asked": asked,
        "has_errors": asked,
    }
    return render(request, "training/preview.html", context, status=422 if asked else 200)
