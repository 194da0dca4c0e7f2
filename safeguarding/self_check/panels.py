"""What does the self-check put into the pages that every app shares? A panel of the overview, and its entries.

And it registers the checks of the installation itself.
"""

from typing import Any

from django.utils import timezone

from safeguarding import checks
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.dates import clock, full_moment
from safeguarding.http import Request
from safeguarding.panels import SCHOOL, NavItem, Panel, register

from .capabilities import CheckCapability as C
from .machine import CHECKS
from .services.looking import look_for
from .services.work import work_standing

UNDER_OVERVIEW, UNDER_SCHOOL = "self_check", "self_check_of_machine"
# As many lines as stand on the overview; the page shows all.
SHOWN = 8


def _sees(request: Request) -> bool:
    return may(request.user, C.VIEW_CHECKS, request.held.school_id)


def _reads(request: Request) -> bool:
    return _sees(request) and may(request.user, Capability.VIEW_CONCERNS, request.held.school_id)


def entry(request: Request) -> str:
    """The entry below which the pages of the self-check stand for this person."""
    return UNDER_OVERVIEW if _reads(request) else UNDER_SCHOOL


def _keeps_running(request: Request) -> bool:
    """Who sees what is of the machine alone, and has no overview to find the page on."""
    return _sees(request) and not _reads(request)


def _on_overview(request: Request, record: Any) -> dict[str, Any]:
    """What is to be put right and what needs a look, the gravest first, as far as it is known at a glance."""
    found = look_for(request.user, request.held.school_id, at=timezone.now(), at_a_glance=True)
    return {"found": found, "shown": found.amiss[:SHOWN], "more": max(len(found.amiss) - SHOWN, 0)}


def _stopped(request: Request, record: Any) -> dict[str, Any] | None:
    """Since when calls are not passed on; nothing where they are."""
    now = work_standing()
    if now.stopped_since is None:
        return None
    since, is_today = now.stopped_since, timezone.localdate(now.stopped_since) == timezone.localdate(now.at)
    return {"since": clock(since) if is_today else full_moment(since), "work": now}


def _for_leads(request: Request, record: Any) -> dict[str, Any] | None:
    """The same, with the way to the self-check for who may open it."""
    found = _stopped(request, record)
    return found and found | {"opens_check": _sees(request)}


register(
    # Below the overview: whichever of its two entries the reader has.
    *(
        NavItem(UNDER_OVERVIEW, "Self-check", "self_check", may=_reads, order=20, place=place)
        for place in ("overview", "reports")
    ),
    NavItem(
        UNDER_SCHOOL,
        "Self-check",
        "self_check",
        may=_keeps_running,
        order=50,
        place=SCHOOL,
        says="What Harbour looks at by itself every night: backups, keys, mail, the disk.",
    ),
    # Whoever leads: the first page of each, and the other one. And whoever calls a lead.
    *(
        Panel(slot, "work", "self_check/part_stopped.html", data=_for_leads, order=1)
        for slot in ("today_above", "overview_above")
    ),
    Panel("call_above", "work", "self_check/part_stopped_for_caller.html", data=_stopped, order=1),
    Panel("overview_aside", "self_check", "self_check/panel.html", data=_on_overview, may=_reads, order=20),
)
checks.register(*CHECKS)
