"""What of requests about data stands on the first pages? What is late or due, and what somebody is asked."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from children.models import Child
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted
from safeguarding.first_pages import Task, Thing, Waiting
from safeguarding.glance import seen
from safeguarding.http import Request
from sharing.requests.forms.cases import ALL_OPEN
from sharing.requests.models import OPEN, RightsRequest, SearchPlace

from .standing import Standing, at_hand_of, handles

# As many as stand beside Today, and on the home page of the office.
SHOWN, AT_HOME = 1, 5
S = RightsRequest.Status


def late(request: Request) -> dict[str, Any] | None:
    """What should have been answered by now."""
    return _lines([one for one in at_hand(request) if one.is_late], request, hot=True)


def due(request: Request) -> dict[str, Any] | None:
    """What is due soon, and what nobody has taken up."""
    waits = [one for one in at_hand(request) if not one.is_late]
    return _lines([one for one in waits if one.is_soon or one.case.status == S.HANDED_IN], request)


def to_approve(request: Request) -> dict[str, Any] | None:
    """What waits to be approved by the reader, as the second person."""
    waits = [one for one in at_hand(request) if one.case.status == S.PREPARED]
    return _lines([one for one in waits if one.case.is_approver], request)  # type: ignore[attr-defined]


def at_hand(request: Request) -> list[Standing]:
    """Every request that is not over, of the school where the reader works now."""
    return at_hand_of(request, request.held.school_id)


def _lines(found: Sequence[Standing], request: Request, *, hot: bool = False) -> dict[str, Any] | None:
    if not found:
        return None
    read_many(request, [one.case for one in found[:SHOWN]], purpose="requests about data")
    whole = ("Requests", f"{reverse('requests')}?state={ALL_OPEN}")
    return {"requests": found[:SHOWN], "number": len(found), "hot": hot, "all": whole}


def of_office(request: Request, record: Any) -> dict[str, Any] | None:
    """On the home page of who handles requests and has no Today: those that are open, what is due first on top."""
    if not handles(request.user, request.held.school_id):
        return None
    found = at_hand(request)
    if not found:
        return None
    read_many(request, [one.case for one in found[:AT_HOME]], purpose="requests about data")
    return {"rows": found[:AT_HOME], "number": len(found)}


def asked(request: Request, record: Any = None) -> dict[str, Any] | None:
    """What somebody is asked to look for, until they have answered."""
    found = waiting_for(request)
    return {"asked": found} if found else None


def asked_lines(request: Request) -> dict[str, Any] | None:
    """The same beside Today."""
    found = waiting_for(request)
    return {"asked": found, "number": len(found), "hot": False} if found else None


def waiting_for(request: Request) -> list[SearchPlace]:
    """The places that the reader was asked to search and has not answered."""
    if not seen(request.user, "requests_asked")[0]:
        return []
    rows = visible(request, SearchPlace).filter(asked=request.user, answered_at=None).order_by("made_at", "pk")
    return read_many(request, rows[:AT_HOME], purpose="search for a request")


def of_child(request: Request, child: Child) -> dict[str, Any] | None:
    """On the record of a child: that a request about it is not answered, for who may know of it."""
    rows = visible(request, RightsRequest).filter(child=child, status__in=OPEN).order_by("received_on", "pk")
    found = list(rows.only("reference"))
    return {"requests": found} if found else None


def _of_task(request: Request) -> Waiting:
    """What is late, what nobody has taken up, and what the reader approves; each request once."""
    found = at_hand(request)
    # Also that nothing of them is late is known from them.
    read_many(request, [one.case for one in found[:AT_HOME]], purpose="requests about data")
    late = [one for one in found if one.is_late]
    new = [one for one in found if one.case.status == S.HANDED_IN and not one.is_late]
    approve = (to_approve(request) or {"number": 0})["number"]
    page = reverse("requests")
    things = [
        Thing(says, f"{page}?state={state}", stands, tone)
        for number, says, state, stands, tone in (
            (len(late), f"{counted(len(late), 'request is', 'requests are')} late", ALL_OPEN, "Late", "bad"),
            (
                len(new),
                f"{counted(len(new), 'request waits', 'requests wait')} to be taken up",
                S.HANDED_IN,
                "",
                "",
            ),
            (approve, f"{counted(approve, 'answer waits', 'answers wait')} for your approval", S.PREPARED, "", ""),
        )
        if number
    ]
    return Waiting(tuple(things), len(things))


TASKS = (
    Task(
        "requests",
        "Requests about data",
        "No request is late, and each has been taken up.",
        may=lambda request: handles(request.user, request.held.school_id),
        waits=_of_task,
        ways=(("All requests", "requests"), ("Hand in a request that you were given", "request_hand_in")),
        order=50,
    ),
)
