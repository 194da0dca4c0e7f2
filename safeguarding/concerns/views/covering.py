"""A lead who was away takes back what moved."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services.acting import find_period
from safeguarding.concerns.services import covering
from safeguarding.dates import counted
from safeguarding.http import Request


@require_POST
@requires_for_record("decide_concerns")
def give_back(request: Request, period_id: UUID) -> HttpResponseBase:
    """What moved, is still to do and has not gone further is the returning lead's again."""
    if (period := find_period(period_id, request.user)) is None:
        raise Http404
    back = covering.give_back(period=period, by=request.user)
    messages.success(
        request, f"{counted(back, 'action is', 'actions are')} yours again." if back else "Nothing to take back."
    )
    return redirect("acting_period", period_id)
