"""A child's plans on paper: the areas to choose from, and the areas that were ticked as one PDF.

What somebody may read is asked when it is printed, not when the boxes were drawn.
"""

from collections.abc import Collection
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_one, read_out, visible
from safeguarding.http import Request
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.forms.printing import AreasForm, ticked
from safeguarding.plans.models import Episode
from safeguarding.plans.permissions import areas_read, stands_in_for_plans
from safeguarding.plans.sections import Section, sections
from safeguarding.printing.paper import made_before, paper

PURPOSE = "plans on paper"


@require_GET
@requires_for_record(PlanCapability.VIEW_PLAN_BADGES, also=stands_in_for_plans)
def plans_print(request: Request, child_id: UUID) -> HttpResponse:
    """A box for each area of the child's plans that the reader may have."""
    child = read_one(request, Child, purpose="plans, before printing", pk=child_id)
    there = _offered(request, child)
    return _boxes(request, child, AreasForm(there=there))


@require_GET
@requires_for_record(PlanCapability.VIEW_PLAN_BADGES, also=stands_in_for_plans)
def plans_paper(request: Request, child_id: UUID) -> HttpResponse:
    """The areas that were ticked, as a PDF; where nothing was asked, those that are ticked beforehand."""
    child = read_one(request, Child, purpose="plans, before printing", pk=child_id)
    there, asked = _offered(request, child), request.GET.getlist("area")
    # An area that is not theirs, or is theirs no more, is answered as one that there is not.
    if not {*asked} <= {str(one.area) for one in there}:
        raise Http404
    if "chosen" in request.GET and not asked:
        return _boxes(request, child, AreasForm(request.GET, there=there), status=422)
    chosen = asked or ticked(there)
    if before := made_before(request, lambda keys: _sees(request, keys)):
        read_out(request, [child], purpose=PURPOSE)
        return before
    now = timezone.now()
    parts = [(one, one.read(request, child, timezone.localdate(now))) for one in sections(chosen)]
    printed = [record for _, it in parts for record in it.get("printed", ())]
    read_out(request, [child, *printed], purpose=PURPOSE)
    context = record_frame(request, child, "plans") | {"sections": parts}
    return paper(
        request,
        "pdf/plans.html",
        context,
        title=f"Plans of record {child.number}",
        school_id=child.school_id,
        at=now,
        own=[child.pk],
        records=[one.pk for one in printed if isinstance(one, Episode)],
    )


def _offered(request: Request, child: Child) -> dict[Section, bool]:
    """The sections that the reader may have, and whether there is anything in each. Raises `Http404` for none."""
    found = {one: one.there(request, child) for one in sections(areas_read(request.user, child))}
    if not found:
        raise Http404
    return found


def _boxes(request: Request, child: Child, form: AreasForm, *, status: int = 200) -> HttpResponse:
    request.nav = "children"
    return render(request, "plans/print.html", record_frame(request, child, "plans") | {"form": form}, status=status)


def _sees(request: Request, keys: Collection[UUID]) -> bool:
    return visible(request, Episode).filter(pk__in=keys).count() == len({*keys})
