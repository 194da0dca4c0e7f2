"""A concern that was entered in error: proposed, confirmed or refused by a second person, and put back the same way."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import LEADS, open_notices
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.forms.error import ErrorForm, SecondForm
from safeguarding.concerns.models import Action, Concern, ConcernChild, EnteredInError
from safeguarding.concerns.permissions import access_given, may_confirm_error, may_decide, may_take_error_back
from safeguarding.concerns.services import error, reading
from safeguarding.concerns.services.sight import about_concern
from safeguarding.concerns.views.parts import Page
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.http import Request
from safeguarding.keys import uuid7

View = Callable[..., Any]


def also_in_error(view: View) -> View:
    """A page about one concern that shows it too when it was entered in error: the page itself, and who has looked.

    Asked a second time only where it was not found: of any other concern it costs nothing.
    """

    @wraps(view)
    def shown(request: Request, concern_id: UUID, **more: UUID) -> Any:
        try:
            return view(request, concern_id, **more)
        except Http404:
            with with_errors(concern_id):
                return view(request, concern_id, **more)

    return shown


def _read(request: Request, key: UUID) -> Concern:
    with with_errors(key):
        return read_one(request, reading.for_page(), pk=key, purpose="entered in error")


def _waiting(request: Request, concern: Concern) -> EnteredInError | None:
    with with_errors(concern.pk):
        rows = visible(request, EnteredInError).filter(concern=concern, status=EnteredInError.Status.PROPOSED)
        return rows.select_related("proposed_by").first()


def _offered(request: Request, concern: Concern) -> dict[str, bool]:
    waiting = _waiting(request, concern)
    second = error.second_people(concern, by=request.user, at=timezone.now())
    with with_errors(concern.pk):
        proposes = not error.cannot_propose(concern, second)
    return {"error_form": proposes, "second_form": bool(waiting and may_confirm_error(request.user, waiting))}


def _forms(request: Request, concern: Concern, at: datetime) -> dict[str, Any]:
    seen = {"revision": concern.revision}
    return {
        "error_form": partial(ErrorForm, undoes=concern.is_in_error, initial=seen | {"token": uuid7()}),
        "second_form": partial(SecondForm, initial=seen),
    }


def _context(request: Request, concern: Concern, at: datetime) -> dict[str, Any]:
    """What was proposed and by whom, what became of it, who has opened the concern, and what would happen."""
    waiting, see = _waiting(request, concern), partial(visible, request)
    second = error.second_people(concern, by=request.user, at=at)
    with with_errors(concern.pk):
        rows = see(EnteredInError).filter(concern=concern).exclude(status=EnteredInError.Status.PROPOSED)
        before = list(rows.select_related("proposed_by", "decided_by").order_by("-decided_at", "-pk"))
        people = error.opened_so_far(concern, about_concern(concern, see), until=at)
        children = list(reading.with_cards(see(ConcernChild).filter(concern=concern)))
        to_do = see(Action).filter(concern=concern, status=Action.Status.TO_DO).count()
        problem = "" if waiting else error.cannot_propose(concern, second)
    if request.method == "GET":
        # Not where a refusal shows the page again: that writes nothing.
        open_notices(user=request.user, object_id=concern.pk, object_type="in_error", at=at)
    return {
        "concern": concern,
        "waiting": waiting,
        "mine": bool(waiting and may_take_error_back(request.user, waiting)),
        "problem": problem,
        "before": before,
        "people": people,
        "children": children,
        "to_do": to_do,
        "second": second,
    }


PAGE = Page(
    name="in_error",
    template="concerns/in_error.html",
    read=_read,
    forms=_forms,
    offered=_offered,
    context=_context,
)


@requires_for_record("decide_concerns", also=access_given)
@PAGE.takes("error_form", shows=True)
def in_error(request: Request, found: Concern, form: ErrorForm) -> HttpResponse:
    """Propose that a concern was entered in error, or is to be put back."""
    error.propose(concern=found, by=request.user, **form.said())
    messages.success(request, "Proposed. Nothing changes until a second person confirms it; they have been told.")
    return redirect("in_error", found.pk)


@requires_for_record("decide_concerns", also=access_given)
@PAGE.takes("second_form")
def in_error_answer(request: Request, found: Concern, form: SecondForm) -> HttpResponse:
    """The second person confirms it, or refuses it."""
    given = form.cleaned_data
    confirms = given["does"] == "confirm"
    entry = _latest(request, found)
    entry = error.answer(
        entry=entry, seen=given["revision"], confirms=confirms, reason=given["reason"], by=request.user
    )
    if not confirms:
        messages.success(request, "Refused. Nothing has changed, and who proposed it has been told.")
    elif entry.undoes:
        messages.success(request, "Put back. The concern stands in every file, list and count again.")
    else:
        messages.success(request, "Confirmed. The concern is out of every file, list and count.")
    return redirect("in_error", found.pk)


@require_POST
@requires_for_record("decide_concerns", also=access_given)
def in_error_take_back(request: Request, concern_id: UUID) -> HttpResponse:
    """Who proposed it thinks otherwise."""
    found = _read(request, concern_id)
    if not may_decide(request.user, found):
        raise NotAllowed(LEADS)
    request.again = partial(PAGE.again, request, concern_id)
    error.take_back(entry=_latest(request, found), by=request.user)
    messages.success(request, "Taken back. Nothing has changed.")
    return redirect("in_error", found.pk)


def _latest(request: Request, found: Concern) -> EnteredInError:
    """What was proposed last: the page that was sent is about it, whether or not it still waits."""
    with with_errors(found.pk):
        rows = visible(request, EnteredInError).filter(concern=found).order_by("-proposed_at", "-pk")
        if (entry := rows.first()) is None:
            raise OutOfTurn("Nothing has been proposed about this concern.")
        return entry
