"""Put it on paper: a concern for who may see it, a report for who wrote it, and the form for when Harbour cannot be
reached.

What is printed is read through the read gate and recorded as printed; the page it came from records that it was seen.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from safeguarding.accounts.permissions import anyone_signed_in, requires_for_record
from safeguarding.accounts.titles import Titles
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.models import Account, Concern, ConcernChild, Duty, HowSoon, PaperForm, PoliceNotice
from safeguarding.concerns.permissions import access_given, may_read
from safeguarding.concerns.services.apart import others_in
from safeguarding.concerns.services.deciding import open_concern
from safeguarding.concerns.services.progress import as_reporter
from safeguarding.concerns.services.reading import for_page
from safeguarding.concerns.services.whole import Whole, whole, whole_report
from safeguarding.concerns.services.work import kinds_there, say_steps, steps_of, work_of
from safeguarding.concerns.views.earlier_marks import of_concern
from safeguarding.http import Request
from safeguarding.printing.paper import paper


@requires_for_record("view_concerns", also=access_given)
def concern_paper(request: Request, concern_id: UUID) -> HttpResponse:
    """The whole concern: account, the child's words, marks, additions, decisions with reasons, actions, notes.

    Who reads it on paper has read it, as on the page.
    """
    concern = read_one(request, for_page(), verb=Verb.PRINT, purpose="concern", pk=concern_id)
    concern = open_concern(concern=concern, by=request.user)
    it = whole(concern, partial(visible, request), today=timezone.localdate(), on_paper=True)
    say_steps(it.decisions)
    titles = Titles(concern.school_id)
    context = {
        **_words(it, titles),
        "earlier": of_concern(request, concern, it.children, verb=Verb.PRINT) if it.marks else None,
        "typed_from": visible(request, PaperForm)
        .filter(concern=concern)
        .select_related("written_by", "typed_by")
        .first(),
        **_work(request, concern, titles),
        **_by_law(request, concern, titles),
        "concern": concern,
        "children": it.children,
        "others": [] if may_read(request.user, concern) else others_in(concern, it.children),
        "logged": titles.signed(concern.logged_by, concern.logged_at),
        "read": titles.signed(concern.acknowledged_by, concern.acknowledged_at),
        "closed": titles.signed(concern.closed_by, concern.closed_at),
        # Paper is read from the first to the last.
        "decisions": [(d, titles.signed(d.decided_by, d.decided_at)) for d in reversed(it.decisions)],
        "closings": [(c, titles.signed(c.closed_by, c.closed_at)) for c in reversed(it.earlier_closings)],
        "actions": [
            (
                row.action,
                titles.of(row.action.owner, row.action.created_at),
                titles.signed(row.action.ended_by, row.action.ended_at),
            )
            for row in reversed(it.actions)
        ],
        "notes": [(n, titles.signed(n.author, n.added_at)) for n in it.notes],
    }
    return paper(
        request,
        "pdf/concern.html",
        context,
        title=f"Concern {concern.reference}",
        school_id=concern.school_id,
        own=it.story_of,
    )


def _work(request: Request, concern: Concern, titles: Titles) -> dict[str, Any]:
    """What went outside the school, with whom leads spoke, and who met: from the first to the last."""
    see = partial(visible, request)
    work = work_of(concern, see, today=timezone.localdate())
    since = steps_of(concern, see) if work.referrals else {}
    sent = sorted((row.referral for row in work.referrals), key=lambda one: (one.sent_at, one.pk))
    return {
        "referrals": [
            (
                r,
                titles.signed(r.sent_by, r.sent_at),
                [(s, titles.signed(s.by, s.happened_at)) for s in since.get(r.pk, ())],
            )
            for r in sent
        ],
        "contacts": [(c, titles.signed(c.author, c.made_at)) for c in reversed(work.contacts)],
        "meetings": [(m, titles.signed(m.finished_by, m.finished_at)) for m in reversed(work.meetings)],
        "adults": work.adults,
    }


def _by_law(request: Request, concern: Concern, titles: Titles) -> dict[str, Any]:
    """What the law asked of its reporter in person, and the police notice with which it began."""
    there = kinds_there(concern, partial(visible, request))
    if not there & {Duty, PoliceNotice}:
        return {}
    duties = visible(request, Duty).filter(concern=concern).select_related("owner", "ended_by")
    notice = visible(request, PoliceNotice).filter(concern=concern).select_related("key_adult", "named_by").first()
    return {
        "duties": [
            (d, titles.of(d.owner, d.created_at), titles.signed(d.ended_by, d.ended_at))
            for d in duties.order_by("created_at", "pk")
        ],
        "police_notice": notice,
        "key_adult": titles.signed(notice.key_adult, notice.named_at) if notice else "",
    }


@anyone_signed_in
def report_paper(request: Request, concern_id: UUID) -> HttpResponse:
    """A reporter's own words: the account and what was added to it. Nothing that anybody else wrote."""
    with as_reporter():
        return _report_on_paper(request, concern_id)


def _report_on_paper(request: Request, concern_id: UUID) -> HttpResponse:
    account = read_one(
        request,
        visible(request, Account).select_related("author"),
        verb=Verb.PRINT,
        purpose="report",
        concern_id=concern_id,
        author=request.user,
    )
    it = whole_report(account, partial(visible, request), today=timezone.localdate())
    titles = Titles(account.school_id)
    context = {
        **_words(it, titles),
        "children": [_as_reported(named) for named in it.children if named.added_by_id == request.user.pk],
        "logged": titles.signed(account.author, it.concern.logged_at),
    }
    return paper(
        request,
        "pdf/report.html",
        context,
        title=f"Report {it.concern.reference}",
        school_id=account.school_id,
        # Whom a lead has taken a description to mean is not the reporter's to know.
        own=[named.child_id for named in context["children"] if named.child and named.child_id in it.story_of],
    )


@anyone_signed_in
def paper_form(request: Request) -> HttpResponse:
    """The log form to fill in by hand when Harbour cannot be reached.

    Printed beforehand: it holds nothing about a child.
    """
    context = {"how_soon": HowSoon.labels, "roles": ConcernChild.Role.labels, "told": Account.Told.labels}
    return paper(request, "pdf/form.html", context, title="Paper log form", school_id=request.held.school_id)


def _as_reported(named: ConcernChild) -> ConcernChild:
    """The child as its reporter knows it: not whom a lead took the description to mean."""
    if named.kind != ConcernChild.Kind.ON_RECORD:
        named.child = None
    return named


def _words(it: Whole, titles: Titles) -> dict[str, Any]:
    """The account with what stands beside it. None while a lead has only been called."""
    if (account := it.account) is None:
        return {"account": None}
    return {
        "account": account,
        "written": titles.signed(account.author, account.recorded_at),
        "told": titles.of(account.told_person, account.recorded_at) or account.told_other,
        "late": it.days_late,
        "marks": it.marks,
        "amendments": [(a, titles.signed(a.author, a.added_at)) for a in it.amendments],
        "files": [(f, titles.signed(f.author, f.attached_at)) for f in it.files],
    }
