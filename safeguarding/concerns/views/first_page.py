"""What of concerns waits for somebody who has no Today? Actions given to them, and support plans to look at again."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import Action, SupportPlan
from safeguarding.concerns.services import reading
from safeguarding.dates import counted
from safeguarding.first_pages import Task, Thing, Waiting, due
from safeguarding.http import Request
from safeguarding.once import once

# As many as are named one by one; more than anybody has.
SHOWN, MOST = 3, 100
# Days before it is due in which a support plan waits.
SOON = timedelta(days=7)


def own_actions(request: Request) -> reading.Given:
    """Whether somebody has, or had, something to do, and how much. Once a page."""
    return once(("actions given", request.user.pk), lambda: reading.given(visible(request, Action), request.user))


def _has_actions(request: Request) -> bool:
    return may(request.user, "own_actions", request.held.school_id)


def _actions(request: Request) -> Waiting:
    number = own_actions(request).to_do
    if not number:
        return Waiting()
    return Waiting((Thing(f"{counted(number, 'action')} to do", reverse("my_actions")),), number)


def _writes_pastoral(request: Request) -> bool:
    return may(request.user, "write_pastoral", request.held.school_id)


def _to_review(request: Request) -> Waiting:
    """Support plans whose review is due within days or was, of children they were given access to."""
    today = timezone.localdate()
    rows = visible(request, SupportPlan).filter(
        school=request.held.school_id, ended_at=None, review_on__lte=today + SOON
    )
    found = list(rows.select_related("child").order_by("review_on", "pk")[:MOST])
    if found:
        read_many(request, found[:SHOWN], purpose="first page")
    things = [
        Thing(
            "Look at a support plan again",
            reverse("support_plan", args=[one.pk]),
            *due(one.review_on, today),
            about=one.child.class_name or "No class",
        )
        for one in found[:SHOWN]
    ]
    return Waiting(tuple(things), len(found))


TASKS = (
    Task(
        "actions",
        "Actions given to you",
        "You have no action to do.",
        may=_has_actions,
        waits=_actions,
        ways=(("All actions", "my_actions"),),
        order=10,
    ),
    Task(
        "support_plans",
        "Support plans of children you have access to",
        f"No support plan is to be looked at again in the next {SOON.days} days.",
        may=_writes_pastoral,
        waits=_to_review,
        ways=(("My pastoral notes", "my_pastoral"),),
        order=30,
    ),
)
