"""Which reports are there? The first page of a governor, and the list of those who write reports."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.services import get_school, open_notices
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import as_day
from safeguarding.exceptions import HarbourError
from safeguarding.governors.capabilities import GovernorCapability as C
from safeguarding.governors.forms import BeginForm
from safeguarding.governors.models import GovernorReport
from safeguarding.governors.panels import nav_of
from safeguarding.governors.services import drafting, publishing, terms
from safeguarding.http import Request

from .showing import context_of

S = GovernorReport.Status
# As many as a list shows: more terms than anybody looks back.
_MOST = 60


def reports_of(request: Request) -> list[GovernorReport]:
    """The reports of the school that the person sees, those of the most recent term first."""
    rows = visible(request, GovernorReport).filter(school=request.held.school_id)
    return list(rows.select_related("published_by", "made_by").order_by("-starts_on", "-version")[:_MOST])


@require_GET
@requires(C.READ_REPORT)
def governor_home(request: Request) -> HttpResponse:
    """The latest published report, the earlier ones behind it; or that there is none yet."""
    request.nav = nav_of(request)
    rows = [one for one in reports_of(request) if one.published_at]
    found = publishing.latest(rows)
    earlier = [one for one in rows if one != found]
    read_many(request, rows, purpose="reports to governors")
    context: dict[str, Any] = {"earlier": earlier, "writes": may(request.user, C.WRITE_REPORT, request.held.school_id)}
    if found is None:
        return render(request, "governors/none.html", context)
    open_notices(user=request.user, object_id=found.pk, object_type=publishing.OBJECT)
    return render(request, "governors/report.html", context | context_of(request, found))


@requires(C.WRITE_REPORT)
def governor_reports(request: Request) -> HttpResponse:
    """Every report of the school, and a form that begins one."""
    school = get_school(request.held.school_id)
    offered = terms.reportable(school.pk, as_day(timezone.now()))
    if request.method != "POST":
        return _page(request, BeginForm(terms=offered))
    form = BeginForm(request.POST, terms=offered)
    if not form.is_valid():
        return _page(request, form, status=422)
    request.again = partial(_refused, request, form)
    given = {"first": form.first(), "token": form.cleaned_data["token"]}
    made = drafting.begin(school=school, by=request.user, **given)
    messages.success(request, "Begun. Its numbers are being counted; you can write already.")
    return redirect("governor_report", made.pk)


def _refused(request: Request, form: BeginForm, refusal: HarbourError) -> HttpResponse:
    return _page(request, form, status=refusal.status, refusal=refusal)


def _page(request: Request, form: BeginForm, *, status: int = 200, refusal: HarbourError | None = None) -> HttpResponse:
    request.nav = nav_of(request)
    rows = read_many(request, _of_list(reports_of(request)), purpose="reports to governors")
    context = {"reports": rows, "form": form, "offers": bool(form.fields["term"].choices), "refusal": refusal}  # type: ignore[attr-defined]
    return render(request, "governors/list.html", context, status=status)


def _of_list(rows: Sequence[GovernorReport]) -> list[GovernorReport]:
    """A draft that was never published and was withdrawn stands in no list."""
    return [one for one in rows if one.status != S.WITHDRAWN or one.published_at]
