"""The page of the self-check: every line, what good is, how it stands, and where it is put right."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import requires
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.checks import State
from safeguarding.http import Request
from safeguarding.self_check.capabilities import CheckCapability as C
from safeguarding.self_check.panels import entry
from safeguarding.self_check.services.looking import look_for

# The parts of the page, the gravest first: their heading, and whether they are urgent.
_PARTS = (
    (State.FIX, "Fix now", True),
    (State.LOOK, "Look", False),
    (State.NOT_SET_UP, "Not set up", False),
    (State.GOOD, "Good", False),
)


@require_GET
@requires(C.VIEW_CHECKS)
def self_check(request: Request) -> HttpResponse:
    """All that Harbour looks at, as far as the reader sees it. One event about the school: no record is named."""
    request.nav, school_id = entry(request), request.held.school_id
    found = look_for(request.user, school_id, at=timezone.now())
    record(Verb.VIEW, object_type="accounts.school", object_id=school_id, school_id=school_id, purpose="self-check")
    parts = [(title, lines, hot) for state, title, hot in _PARTS if (lines := found.of(state))]
    return render(request, "self_check/page.html", {"found": found, "parts": parts})
