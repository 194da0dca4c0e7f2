"""Pages that belong to no app: the way in, the answer when something is refused or broken, and the health check."""

import sys
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from safeguarding.accounts.permissions import anyone_signed_in, public, rights
from safeguarding.accounts.services.sessions import renew
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.http import Request
from safeguarding.middleware import judge
from safeguarding.unsaved import kept_for_author, not_saved

_PROBLEMS: dict[int, tuple[str, str]] = {
    400: ("That did not work", "The page could not read what was sent. Go back and try again."),
    403: ("This is not yours to do", "Your role does not include this. Ask the Headteacher if it should."),
    404: (
        "Page not found",
        "There is nothing at this address, or it is not yours to see. We show the same page for both.",
    ),
    405: (
        "Nothing to see here",
        "This address only takes what a page sends to it. Go back to that page and use its button.",
    ),
    409: (
        "This has already moved on",
        "Somebody did this first. Open the record again to see where it stands.",
    ),
    413: (
        "That is too much at once",
        "What was sent is larger than this page can take. Send it in two or more pieces.",
    ),
    422: ("There is a problem with what was sent", "Go back, mend it and try again."),
    500: (
        "Something went wrong",
        "Nothing was saved. Try again; if it happens again, tell whoever looks after Harbour at your school.",
    ),
    503: (
        "Harbour cannot be used at the moment",
        "Whatever is shown or done must be on record, and the record cannot be written. Nothing was saved. "
        "Tell whoever "
        "looks after Harbour at your school. If a child is at risk, go to a safeguarding lead in person.",
    ),
}
_KEPT = (
    "Nothing has been sent, and what you typed is kept as a draft: go on with it from your home page. If it happens "
    "again, tell whoever looks after Harbour at your school."
)


def problem(request: Request, status: int, sentence: str = "", title: str = "", *, kept: bool = False) -> HttpResponse:
    """The one page for refusals and errors. A 404 always says the same words.

    `kept`: nothing was sent, but what was typed is a draft of its author now.
    """
    if status >= 500 and not kept and (page := not_saved(request)) is not None:
        return page
    usual_title, usual_sentence = _PROBLEMS.get(status, _PROBLEMS[400])
    if kept:
        sentence = f"{sentence} {_KEPT}".strip()
    context: dict[str, Any] = {
        "title": title or usual_title,
        "sentence": sentence or usual_sentence,
        "status": status,
    }
    return render(request, "problem.html", context, status=status)


def csrf_failure(request: Request, reason: str = "") -> HttpResponse:
    """The form's token does not match the browser's: usually a page left open over a sign-in.

    Kept where that can be.
    """
    if (page := request.resolver_match) and (kept := kept_for_author(request, page.func, page.kwargs)) is not None:
        return kept
    return problem(
        request,
        403,
        "This page was open for too long to be sent. Go back, reload the page and send again: drafts are kept.",
        "Please send that again",
    )


def bad_request(request: Request, exception: Exception) -> HttpResponse:
    return problem(request, 400)


def not_found(request: Request, exception: Exception) -> HttpResponse:
    """An address that leads nowhere: the same page as a record that is not yours."""
    return problem(request, 404)


def broken(request: Request) -> HttpResponse:
    """What was raised outside the transaction of the request. Django calls this while it is being handled."""
    return problem(request, max(500, judge(sys.exception())))


@public
def health(request: Request) -> HttpResponse:
    """For the container's health check: the database answers. Says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@anyone_signed_in
def home(request: Request) -> HttpResponse:
    """Send each person to the first page of the role in which they work."""
    return redirect(request.held.role.home)


@require_POST
@anyone_signed_in
def act_as(request: Request) -> HttpResponse:
    """Choose in which of one's own roles to work. A role that is not one's own changes nothing."""
    chosen = request.POST.get("acting", "")
    held = next((h for h in rights(request.user).held if h.choice == chosen), None)
    if held is None:
        record(Verb.DENY, request.user, outcome=Outcome.REFUSED, purpose="role")
    else:
        request.session["acting"] = chosen
        renew(request.session)
        record(Verb.CHANGE, request.user, school_id=held.school_id, purpose=f"role: {held.role.key}")
    target = request.POST.get("next", "")
    return redirect(target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else "home")
