"""Files of a concern, a report and an action: attach them.

What is done with a file then is the same for all (`uploads/views.py`).
"""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from safeguarding.accounts.permissions import anyone_signed_in, requires_for_record
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.models import Account, Action
from safeguarding.concerns.permissions import access_given
from safeguarding.concerns.services import attaching, reading
from safeguarding.concerns.services.progress import as_reporter
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.uploads import views as files


@takes_files
@requires_for_record("decide_concerns", also=access_given)
def attach(request: Request, concern_id: UUID) -> HttpResponse:
    """A lead attaches files to a concern."""
    concern = read_one(request, reading.for_page(), pk=concern_id)
    return files.attach(request, reverse("concern", args=[concern_id]), partial(attaching.attach, concern=concern))


@takes_files
@anyone_signed_in
def report_attach(request: Request, concern_id: UUID) -> HttpResponse:
    """Who wrote a report attaches files to it."""
    mine = visible(request, Account).filter(author=request.user)
    with as_reporter():
        account = read_one(request, mine, concern_id=concern_id)
    attach_to = partial(attaching.attach_to_report, account=account)
    return files.attach(request, reverse("report", args=[concern_id]), attach_to)


@takes_files
@anyone_signed_in
def action_attach(request: Request, action_id: UUID) -> HttpResponse:
    """Whoever has to do something attaches what shows that it is done; a lead what is needed for it."""
    action = read_one(request, Action, pk=action_id)
    attach_to = partial(attaching.attach_to_action, action=action)
    return files.attach(request, reverse("action", args=[action_id]), attach_to)
