"""Put it on paper: a concern for who may see it, a report for who wrote it, and the form for when Harbour cannot be reached.

What is printed is read through the read gate and recorded as printed; the page it came from records that it was seen.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse

from safeguarding.accounts.permissions import anyone_signed_in, requires
from safeguarding.accounts.titles import Titles
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    BodyMapMark,
    Concern,
    ConcernChild,
    ConcernNote,
    Decision,
    HowSoon,
)
from safeguarding.dates import as_day
from safeguarding.http import Request
from safeguarding.pdf import paper


@requires("view_concerns")
def concern_paper(request: Request, concern_id: UUID) -> HttpResponse:
    """The whole concern: account, the child's words, marks, additions, decisions with reasons, actions, notes."""
    concern = read_one(
        request,
        visible(request, Concern).select_related(
            "school", "category", "subcategory", "logged_by", "acknowledged_by", "closed_by"
        ),
        verb=Verb.PRINT,
        purpose="concern",
        pk=concern_id,
    )
    titles = Titles(concern.school_id)
    account = visible(request, Account).select_related("author", "told_person").filter(concern=concern).first()
    decisions = visible(request, Decision).filter(concern=concern).select_related("decided_by").order_by("decided_at")
    notes = visible(request, ConcernNote).filter(concern=concern).select_related("author").order_by("added_at")
    context = {
        "concern": concern,
        "children": _children(request, concern),
        "logged": titles.signed(concern.logged_by, concern.logged_at),
        "read": titles.signed(concern.acknowledged_by, concern.acknowledged_at),
        "closed": titles.signed(concern.closed_by, concern.closed_at),
        "decisions": [(d, titles.signed(d.decided_by, d.decided_at)) for d in decisions],
        "actions": _actions(request, concern, titles),
        "notes": [(n, titles.signed(n.author, n.added_at)) for n in notes],
        **_account(request, account, titles),
    }
    return paper(request, "pdf/concern.html", context, title=f"Concern {concern.reference}")


@anyone_signed_in
def report_paper(request: Request, concern_id: UUID) -> HttpResponse:
    """A reporter's own words: the account and what was added to it. Nothing that anybody else wrote."""
    account = read_one(
        request,
        visible(request, Account).select_related("author", "told_person", "concern"),
        verb=Verb.PRINT,
        purpose="report",
        concern_id=concern_id,
        author=request.user,
    )
    titles = Titles(account.school_id)
    context = {
        "children": _children(request, account.concern).filter(added_by=request.user),
        "logged": titles.signed(account.author, account.recorded_at),
        **_account(request, account, titles),
    }
    return paper(request, "pdf/report.html", context, title=f"Report {account.concern.reference}")


@anyone_signed_in
def paper_form(request: Request) -> HttpResponse:
    """The log form to fill in by hand when Harbour cannot be reached. Printed beforehand: it holds nothing about a child."""
    context = {"how_soon": HowSoon.labels, "roles": ConcernChild.Role.labels, "told": Account.Told.labels}
    return paper(request, "pdf/form.html", context, title="Paper log form")


def _children(request: Request, concern: Concern) -> QuerySet[ConcernChild]:
    return visible(request, ConcernChild).filter(concern=concern).select_related("child").order_by("added_at", "pk")


def _account(request: Request, account: Account | None, titles: Titles) -> dict[str, Any]:
    """The account with what stands beside it: who wrote it, marks, additions. None while a lead has only been called."""
    if account is None:
        return {"account": None}
    added = visible(request, Amendment).filter(account=account).select_related("author").order_by("added_at")
    written_on = as_day(account.recorded_at)
    return {
        "account": account,
        "written": titles.signed(account.author, account.recorded_at),
        "told": titles.of(account.told_person, account.recorded_at) or account.told_other,
        "late": account.observed_on is not None and account.observed_on < written_on,
        "marks": dict(visible(request, BodyMapMark).filter(account=account).values_list("region", "note")),
        "amendments": [(a, titles.signed(a.author, a.added_at)) for a in added],
    }


def _actions(request: Request, concern: Concern, titles: Titles) -> list[dict[str, Any]]:
    rows = visible(request, Action).filter(concern=concern).select_related("owner", "created_by", "ended_by")
    return [
        {
            "action": action,
            "owner": titles.of(action.owner, action.created_at),
            "given": titles.signed(action.created_by, action.created_at),
            "ended": titles.signed(action.ended_by, action.ended_at),
        }
        for action in rows.order_by("created_at", "pk")
    ]
