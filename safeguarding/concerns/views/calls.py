"""Tell first, write after: call a safeguarding lead, see who has opened the call, and show calls on every lead's open
page.
"""

from functools import partial
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from children.models import Child
from children.services import asked_about, find_children
from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import anyone_signed_in, asked_by_pages, ensure, never_waits, public, requires
from safeguarding.accounts.roles import Capability
from safeguarding.audit.context import speaking_for
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.calls import CallForm, Said, as_report, said
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.models import Account, Concern, Draft, OutsideNote
from safeguarding.concerns.services import calling, escalation, raising
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.outside.waiting import notes_calling
from safeguarding.concerns.services.progress import as_reporter
from safeguarding.concerns.views.keeping import for_its_author, use_of, waits_unsaved
from safeguarding.concerns.views.posted import everything
from safeguarding.concerns.views.unsaved import says_unsaved, whom_to_ring
from safeguarding.exceptions import BadInput
from safeguarding.front.limits import takes_text
from safeguarding.http import Request
from safeguarding.keys import entry_token, record_of
from safeguarding.panels import fill

_NO_ROLE = (
    "You have no role at this school, so you cannot call a lead there. Go to the office and ask for one in person."
)
_NOT_CALLED = "Nobody has been called, and you are signed out. If it cannot wait, go to the office or ring a lead."
_HALF_A_PAGE = f"{_NOT_CALLED} Only part of the page arrived. Go back, copy what you typed, and sign in again."


def _as_account(data: QueryDict) -> Typed:
    return Typed(as_report(said(Typed.posted(data))))


@takes_text
@csrf_exempt
@public
@says_unsaved(title="Nobody has been called", read=_as_account, again={"": "Try to call again"})
def call_lead(request: Request) -> HttpResponseBase:
    """Call a lead: one button. Finding a child first only shows the page again; nothing must be filled in.

    A session may have ended under the caller's hands, and a call must not wait for a password: the key of the page,
    signed by this server for who opened it, says who calls, and at which school. It also stands in for the browser's
    token: a foreign site cannot make one up. The worst that a stolen page of today can do is a false alarm in its
    owner's name, from a known address, one at a time: the next begins when a lead has opened the last.
    """
    if request.method != "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        ensure(request.user, Capability.LOG_CONCERN, request.acting.school_id, _NO_ROLE)  # type: ignore[arg-type]
        return _call_page(request, {}, school_id=request.held.school_id)
    data = everything(request)
    typed, key = Typed.posted(data), tokens.whose(data.get("key", ""))
    pressed_another = bool({"find", "ask", "add", "remove"} & data.keys())
    if not request.user.is_authenticated:
        if pressed_another:
            chosen = {name: [text] for name, text in _chosen(data).items()}
            return _kept_signed_out(request, key, said(Typed({**typed.content, **chosen})))
        return _called_signed_out(request, key, said(typed))
    if key is None or key.author_id != request.user.pk:
        # A page of somebody else at a shared computer, or half a page. The words stay; who presses now is the caller.
        record(Verb.DENY, object_type="call_lead", outcome=Outcome.REFUSED, purpose="not the page of who pressed")
        ensure(request.user, Capability.LOG_CONCERN, request.acting.school_id, _NO_ROLE)  # type: ignore[arg-type]
        messages.warning(
            request, "Nobody has been called yet: this page was not opened by you. Press the button once more."
        )
        return _call_page(request, _as_typed(typed), school_id=request.held.school_id)
    school_id = key.school_id or request.held.school_id
    if pressed_another:
        ensure(request.user, Capability.LOG_CONCERN, school_id, _NO_ROLE)
        shown = _as_typed(typed) | _chosen(data) | {"key": data.get("key", "")}
        ask, looks = data.get("ask"), bool({"find", "ask"} & data.keys())
        return _call_page(request, shown, school_id=school_id, ask=ask, find=looks)
    return redirect("call", _made(request, key, said(typed), by=request.user, school_id=school_id).pk)


def _kept_signed_out(request: Request, key: tokens.FormKey | None, words: Said) -> HttpResponse:
    """Find, Add or Remove, pressed by somebody whose session has ended: nobody is named to them, and nobody is called.

    The words are a draft of theirs after signing in; pressed again it is the same draft. Raises
    `BadInput` for a page that does not say whose it is.
    """
    if key is None or key.school_id is None:
        raise BadInput(_HALF_A_PAGE)
    request.again = partial(waits_unsaved, request, _as_account(everything(request)))
    draft = _as_draft(request, key, words, school_id=key.school_id)
    return for_its_author(request, reverse("log_resume", args=[draft.pk]))


def _called_signed_out(request: Request, key: tokens.FormKey | None, words: Said) -> HttpResponse:
    """The call of somebody whose session has ended, with whatever was typed. The page after it names nobody.

    Raises `BadInput` for a page that does not say who calls, or is not of today; its words are kept where it says
    whose.
    """
    if key is None or key.school_id is None:
        raise BadInput(_HALF_A_PAGE)
    person = accounts.get_person(key.author_id)
    if not tokens.is_of_today(key):
        request.keep = partial(_as_draft, request, key, words, school_id=key.school_id)
        raise BadInput(f"{_NOT_CALLED} This page is older than a day. Sign in again, and call from a new page.")
    with speaking_for(person.pk):
        concern = _made(request, key, words, by=person, school_id=key.school_id, signed_in=False)
    sign_in = redirect_to_login(reverse("call", args=[concern.pk])).url
    context = {"sign_in_url": sign_in, "above": fill("call_above", request)}
    return render(request, "calls/called.html", context)


def _made(
    request: Request, key: tokens.FormKey, words: Said, *, by: User, school_id: UUID, signed_in: bool = True
) -> Concern:
    request.keep = partial(_as_draft, request, key, words, school_id=school_id)
    child = calling.named_child(words.child_id, by=by, school_id=school_id, today=timezone.localdate())
    return raising.call_lead(
        token=key.token,
        school=accounts.get_school(school_id),
        by=by,
        child=child,
        described="" if child else words.described,
        key=None if child else words.child_id,
        line=words.line,
        signed_in=signed_in,
    )


def _as_draft(request: Request, key: tokens.FormKey, words: Said, *, school_id: UUID) -> Draft:
    """The words of a call that cannot be made, for its author to go on with: one draft for each page of a call."""
    token, use = entry_token(key.token, "draft", key.page), use_of(request, key)
    keep = partial(save_draft, school_id=school_id, author_id=key.author_id, content=as_report(words), use=use)
    while (draft := keep(token=token, page=key.page)) is None:
        # That one was sent: these words are another report.
        token = entry_token(token, "draft", key.page)
    return draft


def _as_typed(typed: Typed) -> dict[str, str]:
    return {name: typed.text(name) for name in ("child", "q", "line")}


def _chosen(data: QueryDict) -> dict[str, str]:
    """What a press of the finder changes: a child is added in place of the words that found it, or removed."""
    if "remove" in data:
        return {"child": ""}
    added = data.get("add", "")
    return {"child": added, "q": ""} if record_of(added) else {}


def _child(request: Request, key: str, school_id: UUID) -> Child | None:
    """The card that was chosen, recorded as seen; None for one that is not to be seen."""
    named = calling.named_child(record_of(key), by=request.user, school_id=school_id, today=timezone.localdate())
    return read_one(request, Child, pk=named.pk, purpose="call") if named else None


def _call_page(
    request: Request, shown: dict[str, str], *, school_id: UUID, find: bool = False, ask: str | None = None
) -> HttpResponse:
    """The form as it stands in `shown`.

    It keeps its key, and so its school, until it is sent: pressed twice, it is one call.
    """
    at, school = timezone.now(), accounts.get_school(school_id)
    key = shown.get("key") or tokens.issue(request.user, school_id=school_id)
    found = None
    if find and (words := shown["q"]):
        found = find_children(by=request.user, school=school, words=words, today=timezone.localdate(at))
        read_many(request, [f.child for f in found], verb=Verb.SEARCH, purpose="call")
    child = _child(request, shown.get("child", ""), school_id)
    context = {
        "form": CallForm(initial={**shown, "key": key, "child": child.pk if child else ""}),
        "child": child,
        "about": ", ".join(filter(None, (child.class_name, child.year))) if child else "",
        "found": found,
        "confirms": True,
        "sure": asked_about(found or (), ask),
        "people": (people := accounts.speak_to(school, at)),
        "cover": (cover := accounts.out_of_hours(school, at)),
        "ring": whom_to_ring(people, cover),
        "above": fill("call_above", request),
        # This is where the button of the menu leads.
        "calls_here": True,
    }
    return render(request, "calls/call_lead.html", context)


@require_GET
@requires(Capability.LOG_CONCERN)
@never_waits
def call(request: Request, concern_id: UUID) -> HttpResponse:
    """One's own call: who was told, who has opened it. The page asks again by itself (`?part=1` for the changing part).

    Asking also puts the call to the next person when it is time: a dead worker must not stop it. The part names
    colleagues only, so it is not recorded; the page, which a person opened, is.
    """
    part, at = "part" in request.GET, timezone.now()
    mine = visible(request, Account).filter(concern_id=concern_id, author=request.user)
    with as_reporter():
        account = mine.first() if part else read_one(request, mine, purpose="call")
    if account is None:
        raise Http404
    escalation.escalate_call(concern_id, at=at)
    if (state := calling.state_of_call(account, at=at)) is None:
        raise Http404
    above = [] if state.opened else fill("call_above", request)
    if part:
        return render(request, "calls/part_state.html", {"call": state, "above": above})
    request.draft_shown = state.token
    school = accounts.get_school(account.school_id)
    context = {"call": state, "above": above}
    context |= {"cover": accounts.out_of_hours(school, at), "people": accounts.speak_to(school, at)}
    return render(request, "calls/call.html", context)


@csp_replace({"frame-ancestors": [SELF]})
@xframe_options_sameorigin
@require_GET
@asked_by_pages
@anyone_signed_in
@never_waits
def calls_strip(request: Request) -> HttpResponse:
    """Calls that nobody has opened: for the script of the open page (`?part=1`), and as the page in its frame without
    one.

    Those of every school where this person takes calls, whichever role they work in at the moment; nothing for others.
    Asked every few seconds by every lead's page. It writes nothing, not even an event: it names a colleague and a time,
    nothing of the record, and a row every four seconds would bury the legal record. Opening the concern is recorded.
    The session is read and not touched, so that an open page does not keep somebody signed in.
    """
    at = timezone.now()
    waiting = calling.calls_for(request.user, visible(request, Concern), at=at)
    template = "calls/part_strip.html" if "part" in request.GET else "calls/strip.html"
    notes = notes_calling(request.user, visible(request, OutsideNote), at=at)
    return render(request, template, {"calls": waiting, "notes": notes})
