"""The overview: whether children wait, dates are missed and the school's promises hold, on one page.

Each number leads to the list behind it. It is recorded as one view of the school's figures; who opens a list has seen
its records, and that is recorded there.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.http import Request
from safeguarding.panels import fill, fill_to_approve
from safeguarding.reports.capabilities import ReportCapability as C
from safeguarding.reports.figures import cohorts, concerns, load, places, timeliness, work
from safeguarding.reports.figures.values import Number, Viewer
from safeguarding.reports.models import Target
from safeguarding.reports.panels import begins_here
from safeguarding.reports.services.targets import judged, of_lines, targets_of

from .asking import asked_of


@require_GET
@requires(C.VIEW_REPORTS)
def overview(request: Request) -> HttpResponse:
    """Every figure of a school, of the time that the address asks for."""
    asked = asked_of(request)
    viewer = asked.viewer
    # Two days of which one is none: the page is shown again with what was typed, and of this school year.
    wrong = bool(asked.form.errors.keys() & {"first", "last"})
    record(
        Verb.VIEW,
        object_type="accounts.school",
        object_id=viewer.school_id,
        school_id=viewer.school_id,
        purpose="overview",
    )
    targets = targets_of([viewer.school_id])[viewer.school_id]
    context = {
        "form": asked.form,
        "has_errors": wrong,
        "viewer": viewer,
        "period": viewer.period,
        "schools": asked.schools,
        "narrowed_to": asked.narrowed_to,
        "numbers": judged(six_numbers(viewer), targets, viewer),
        **_charts(viewer, targets),
        "sets_targets": viewer.school_id == request.held.school_id
        and may(request.user, Capability.MANAGE_SCHOOL, viewer.school_id),
        **_groups(viewer),
        "loads": load.load_of_leads(viewer),
        "take_out": f"{reverse('take_out')}?{urlencode(viewer.codes)}",
        "opens_load": may(request.user, "view_concerns", request.held.school_id),
        **_of_ones_own(request, viewer),
        "above": _above(request, viewer),
    }
    return render(request, "reports/overview.html", context, status=422 if wrong else 200)


def _of_ones_own(request: Request, viewer: Viewer) -> dict[str, Any]:
    """What waits for the reader, at the school where they work now: what waits elsewhere waits there."""
    if viewer.school_id != request.held.school_id:
        return {}
    return {"waiting": fill_to_approve(request), "beside": fill("overview_aside", request)}


def _above(request: Request, viewer: Viewer) -> list[str]:
    """Whose first page this is meets here what others meet above Today; others what everybody who leads must see."""
    is_own = viewer.school_id == request.held.school_id
    return fill("today_above" if is_own and begins_here(request) else "overview_above", request)


def _groups(viewer: Viewer) -> dict[str, Any]:
    """Groups with somebody in them, or who were in a concern; and the names of the others."""
    lines = cohorts.children_who_may_need_more(viewer)
    shown = [line for line in lines if line.children or line.in_concerns or line.waiting or line is lines[-1]]
    return {"cohorts": shown, "nobody": [line.title for line in lines if line not in shown]}


def six_numbers(viewer: Viewer) -> list[Number]:
    """The six of the top row."""
    return [
        concerns.open_concerns(viewer),
        *timeliness.read_and_decided(viewer),
        *work.all_late(viewer),
    ]


def _charts(viewer: Viewer, targets: Sequence[Target]) -> dict[str, Any]:
    read, decided = timeliness.by_week(viewer)
    quickly = [read, decided, work.actions_by_week(viewer), work.chased_by_week(viewer)]
    where, when = places.where_and_when(viewer)
    return {
        "weeks": concerns.by_week(viewer),
        "kinds": concerns.by_category(viewer),
        "quickly": quickly,
        "targets": of_lines(quickly, targets, viewer),
        "where": where,
        "when": when,
    }
