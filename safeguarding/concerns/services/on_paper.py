"""What a concern, or a report, says on paper: everything that its reader sees of it, from the first to the last.

Asked for somebody, by a page or by the worker; whoever prints it records the reading.
"""

from functools import partial
from typing import Any

from django.utils import timezone

from safeguarding.accounts.titles import Titles
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Account, Concern, ConcernChild, Duty, PaperForm, PoliceNotice
from safeguarding.concerns.permissions import may_read
from safeguarding.concerns.services.apart import others_in
from safeguarding.concerns.services.whole import Whole, whole, whole_report
from safeguarding.concerns.services.work import kinds_there, say_steps, steps_of, work_of
from safeguarding.printing.pages import OnPaper


def concern_on_paper(asks: Asks, concern: Concern, it: Whole, **more: Any) -> OnPaper:
    """The whole concern: account, the child's words, marks, additions, decisions with reasons, actions, notes.

    `it` is the concern as `whole_on_paper` gives it. `more` is what the page adds that it alone knows.
    """
    say_steps(it.decisions)
    titles = Titles(concern.school_id)
    sheet = visible(asks, PaperForm).filter(concern=concern).select_related("written_by", "typed_by")
    context = {
        **_words(it, titles),
        "typed_from": sheet.first(),
        **_work(asks, concern, titles),
        **_by_law(asks, concern, titles),
        "concern": concern,
        "children": it.children,
        "others": [] if may_read(asks.user, concern) else others_in(concern, it.children),
        "logged": titles.signed(concern.logged_by, concern.logged_at),
        "read": titles.signed(concern.acknowledged_by, concern.acknowledged_at),
        "closed": titles.signed(concern.closed_by, concern.closed_at),
        # Paper is read from the first to the last.
        "decisions": [(d, titles.signed(d.decided_by, d.decided_at)) for d in reversed(it.decisions)],
        "closings": [(c, titles.signed(c.closed_by, c.closed_at)) for c in reversed(it.earlier_closings)],
        "actions": [_action(row.action, titles) for row in reversed(it.actions)],
        "notes": [(n, titles.signed(n.author, n.added_at)) for n in it.notes],
        **more,
    }
    title = f"Concern {concern.reference}"
    return OnPaper("pdf/concern.html", context, title=title, school_id=concern.school_id, own=it.story_of)


def whole_on_paper(asks: Asks, concern: Concern) -> Whole:
    """The concern with all that belongs to it, as far as the person asking may see it."""
    return whole(concern, partial(visible, asks), today=timezone.localdate(), on_paper=True)


def report_on_paper(asks: Asks, account: Account) -> OnPaper:
    """A reporter's own words: the account and what was added to it. Nothing that anybody else wrote."""
    it = whole_report(account, partial(visible, asks), today=timezone.localdate())
    titles = Titles(account.school_id)
    children = [_as_reported(named) for named in it.children if named.added_by_id == asks.user.pk]
    logged = titles.signed(account.author, it.concern.logged_at)
    return OnPaper(
        "pdf/report.html",
        {**_words(it, titles), "children": children, "logged": logged},
        title=f"Report {it.concern.reference}",
        school_id=account.school_id,
        # Whom a lead has taken a description to mean is not the reporter's to know.
        own=[named.child_id for named in children if named.child_id and named.child and named.child_id in it.story_of],
    )


def _action(action: Any, titles: Titles) -> tuple[Any, str, str]:
    return action, titles.of(action.owner, action.created_at), titles.signed(action.ended_by, action.ended_at)


def _work(asks: Asks, concern: Concern, titles: Titles) -> dict[str, Any]:
    """What went outside the school, with whom leads spoke, and who met: from the first to the last."""
    see = partial(visible, asks)
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


def _by_law(asks: Asks, concern: Concern, titles: Titles) -> dict[str, Any]:
    """What the law asked of its reporter in person, and the police notice with which it began."""
    there = kinds_there(concern, partial(visible, asks))
    if not there & {Duty, PoliceNotice}:
        return {}
    duties = visible(asks, Duty).filter(concern=concern).select_related("owner", "ended_by")
    notice = visible(asks, PoliceNotice).filter(concern=concern).select_related("key_adult", "named_by").first()
    return {
        "duties": [
            (d, titles.of(d.owner, d.created_at), titles.signed(d.ended_by, d.ended_at))
            for d in duties.order_by("created_at", "pk")
        ],
        "police_notice": notice,
        "key_adult": titles.signed(notice.key_adult, notice.named_at) if notice else "",
    }


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
