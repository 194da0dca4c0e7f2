"""Take down a police notice of domestic abuse, and its page for those who read the concern: who supports the child, and
how.
"""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child
from children.services import Found, asked_about, find_children, loggable
from safeguarding.accounts.permissions import anyone_signed_in, colleagues, requires, requires_for_record
from safeguarding.accounts.services import get_school, open_notices, speak_to, told_of
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.concerns import tokens
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.forms.police import NoticeForm, SupportForm, as_report, begun
from safeguarding.concerns.forms.reporting import NOT_NAMED
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.models import Concern, PoliceNotice
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import access_given, may_decide, may_take_police_notice
from safeguarding.concerns.services import police
from safeguarding.concerns.services.draft_limits import REFUSALS
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.kinds import category_of
from safeguarding.concerns.views.keeping import for_its_author, use_of, waits_unsaved
from safeguarding.concerns.views.parts import Page
from safeguarding.concerns.views.posted import everything
from safeguarding.concerns.views.unsaved import says_unsaved
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.front.limits import takes_text
from safeguarding.http import Request, SeeOther

DOMESTIC_ABUSE = "DOM"


@takes_text
@says_unsaved(read=lambda data: Typed(as_report(Typed.posted(data))), again={"": "Try to save it again"})
@requires(ConcernCapability.TAKE_POLICE_NOTICES)
def take_police_notice(request: Request) -> HttpResponse:
    """One short form. Find, add and remove only show it again; sent, it is a concern, needed today."""
    if request.method != "POST":
        at = timezone.now()
        return _page(request, begun(at), tokens.issue(request.user, school_id=request.held.school_id), at=at)
    data = everything(request)
    typed, signed = Typed.posted(data), str(data.get("key", ""))
    key = tokens.whose(signed)
    if key is None or key.school_id is None:
        # Half a page: what arrived is shown again under a new key.
        return _page(request, typed, tokens.issue(request.user, school_id=request.held.school_id), status=422)
    if key.author_id != request.user.pk:
        return _keep(request) or _page(request, Typed({}), tokens.issue(request.user, school_id=request.held.school_id))
    if not may_take_police_notice(request.user, key.school_id):
        raise NotAllowed(police.TAKERS)
    if "send" not in data:
        if (add := data.get("add")) is not None:
            typed = typed.adding(str(add))
        elif (remove := data.get("remove")) is not None:
            typed = typed.removing(str(remove))
        return _page(request, typed, signed, ask=data.get("ask"), find=bool({"find", "ask"} & data.keys()))
    request.keep = partial(_keep, request)
    form = _form(request, typed, key.school_id, timezone.now(), checked=True)
    if not form.is_valid():
        return _page(request, typed, signed, form=form, status=422)
    request.again = partial(_refused, request, typed, signed, form)
    concern = police.take_notice(
        token=key.token, school=get_school(key.school_id), noticed=form.noticed(), by=request.user
    )
    messages.success(request, f"Sent to the safeguarding leads. Its reference is {concern.reference}.")
    if form.unknown:
        messages.warning(request, NOT_NAMED)
    reads = visible(request, Concern).filter(pk=concern.pk).exists()
    return SeeOther(reverse("concern" if reads else "report", args=[concern.pk]))


def _keep(request: Request) -> HttpResponse | None:
    """What was typed by somebody who is signed out by now: a draft of theirs, a log form with every word.

    None without a key.
    """
    data = everything(request)
    typed, key = Typed.posted(data), tokens.whose(data.get("key", ""))
    if key is None or key.school_id is None:
        return None
    content = as_report(typed, category_of(DOMESTIC_ABUSE))
    try:
        kept = save_draft(
            token=key.token,
            school_id=key.school_id,
            author_id=key.author_id,
            content=content,
            page=key.page,
            use=use_of(request, key),
        )
    except REFUSALS as refusal:
        return waits_unsaved(request, Typed(content), refusal)
    return for_its_author(request, reverse("log_resume", args=[key.token]), kept=kept is not None)


take_police_notice.keeps = _keep  # type: ignore[attr-defined]


def _refused(request: Request, typed: Typed, key: str, form: NoticeForm, refusal: HarbourError) -> HttpResponse:
    """The page with what was typed, and why it was not taken."""
    form.add_error(None, refusal.sentence)
    return _page(request, typed, key, form=form, status=refusal.status)


def _form(request: Request, typed: Typed, school_id: UUID, at: datetime, *, checked: bool) -> NoticeForm:
    today = timezone.localdate(at)
    records = typed.records
    rows = visible(request, Child).filter(loggable(today), school_id=school_id, pk__in=records)
    cards = read_many(request, rows.order_by("surname", "forename", "pk")) if records else []
    known = {card.pk for card in cards}
    unknown = [key for key in records if key not in known]
    people = colleagues(school_id, today)
    return NoticeForm(typed, children=cards, unknown=unknown, people=people, at=at, checked=checked)


def _page(
    request: Request,
    typed: Typed,
    key: str,
    *,
    at: datetime | None = None,
    form: NoticeForm | None = None,
    find: bool = False,
    ask: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form as it stands in `typed`. It keeps its key until it is sent: pressed twice, it is one notice."""
    request.nav, at = "home", at or timezone.now()
    school_id = ((whose := tokens.whose(key)) and whose.school_id) or request.held.school_id
    form = form or _form(request, typed, school_id, at, checked=False)
    looked_for = find or bool("q" in form.errors and typed.text("q").strip())
    found = _search(request, typed, school_id, at) if looked_for else None
    context = {
        "form": form,
        "key": key,
        "found": found,
        "confirms": True,
        "sure": asked_about(found or (), ask),
        "has_errors": bool(form.errors),
        "typed": request.method == "POST",
    }
    return render(request, "police/take.html", context, status=status)


def _search(request: Request, typed: Typed, school_id: UUID, at: datetime) -> list[Found]:
    words = typed.text("q").strip()
    found = find_children(by=request.user, school=school_id, words=words, today=timezone.localdate(at))
    read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="police notice")
    return [one for one in found if one.child.pk not in typed.records]


# --- the page of a notice


@require_GET
@anyone_signed_in
def support_asked(request: Request, notice_id: UUID) -> HttpResponse:
    """For the key adult: that support is asked for, and whom to speak to.

    Nothing of the child, nor of what happened.
    """
    found = police.support_asked(notice_id, by=request.user)
    if found is None:
        raise Http404
    open_notices(user=request.user, object_id=notice_id, object_type="support")
    record(Verb.VIEW, found, purpose="support")
    request.nav, request.of_school = "inbox", found.school_id
    people = speak_to(get_school(found.school_id), timezone.now())
    return render(request, "police/support.html", {"asked": found, "people": people})


def _notice(request: Request, key: UUID) -> PoliceNotice:
    rows = visible(request, PoliceNotice).select_related("concern", "school", "key_adult", "named_by")
    return read_one(request, rows, pk=key)


def _support_forms(request: Request, found: PoliceNotice, at: datetime) -> dict[str, Any]:
    now = {"revision": found.revision, "key_adult": found.key_adult_id, "support": found.support}
    people = colleagues(found.school_id, timezone.localdate(at))
    return {"support_form": partial(SupportForm, people=people, initial=now)}


NOTICE = Page(
    name="police_notice",
    template="police/notice.html",
    read=_notice,
    forms=_support_forms,
    offered=lambda request, found: {"support_form": may_decide(request.user, found)},
    context=lambda request, found, at: {"notice": found, "told": told_of(found.pk, ConcernNotice.SUPPORT)},
)


@requires_for_record("view_concerns", also=access_given)
def police_notice(request: Request, part_id: UUID) -> HttpResponse:
    """What the police sent word of, and who supports the child. A lead says so here."""
    return NOTICE.show(request, _notice(request, part_id))


@requires_for_record("decide_concerns", also=access_given)
@NOTICE.takes("support_form")
def police_support(request: Request, found: PoliceNotice, form: SupportForm) -> HttpResponse:
    """Name the key adult, or another one, and say whether the support is silent or overt."""
    given = form.cleaned_data
    police.name_key_adult(
        notice=found, seen=given["revision"], key_adult=given["key_adult"], support=given["support"], by=request.user
    )
    messages.success(
        request, f"Saved. {given['key_adult'].full_name} is told that support is asked for, and nothing else."
    )
    return redirect("police_notice", found.pk)
