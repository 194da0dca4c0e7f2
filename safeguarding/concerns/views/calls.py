"""Tell first, write after: call a safeguarding lead, see who has opened the call, and show calls on every lead's open page."""

from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from children.models import Child
from children.services import find_children
from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import anyone_signed_in, ensure, public, requires
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.calls import CallForm
from safeguarding.concerns.models import Account, Concern
from safeguarding.concerns.services import calling, escalation, raising
from safeguarding.http import Request

_NO_ROLE = (
    "You have no role at this school, so you cannot call a lead there. Go to the office and ask for one in person."
)


@csrf_exempt
@public
def call_lead(request: Request) -> HttpResponseBase:
    """Call a lead: one button. Finding a child first only shows the page again; nothing must be filled in.

    A session may have ended under the caller's hands, and a call must not wait for a password: the key of the page, signed
    by this server for who opened it, says who calls. It also stands in for the browser's token: a foreign site cannot make
    one up. The worst that a stolen page of today can do is one false alarm in its owner's name, from a known address.
    """
    key = tokens.whose(request.POST.get("key", ""))
    if not request.user.is_authenticated:
        if key is not None and key.school_id is not None and tokens.is_of_today(key):
            return _called_signed_out(request, key)
        return redirect_to_login(request.path)
    ensure(request.user, Capability.LOG_CONCERN, request.acting.school_id, _NO_ROLE)  # type: ignore[arg-type]
    if request.method != "POST":
        return _call_page(request, CallForm(initial={"key": _new_key(request)}))
    form = CallForm(request.POST)
    if not form.is_valid():
        return _call_page(request, form)
    if key is None or key.author_id != request.user.pk:
        # A page of somebody else at a shared computer, or half a page. The words stay; who presses now is the caller.
        messages.warning(request, "This page was not opened by you. Press the button once more: the call is yours.")
        return _call_page(request, CallForm(initial=form.cleaned_data | {"key": _new_key(request)}))
    if {"find", "add", "remove"} & request.POST.keys():
        return _call_page(request, CallForm(initial=_chosen(request, form)), find="find" in request.POST)
    concern = _made(key, form.cleaned_data, by=request.user, school_id=key.school_id or request.held.school_id)
    return redirect("call", concern.pk)


def _called_signed_out(request: Request, key: tokens.FormKey) -> HttpResponse:
    """The call of somebody whose session has ended, with whatever was typed. The page after it names nobody."""
    form = CallForm(request.POST)
    typed = form.cleaned_data if form.is_valid() else {}
    person = accounts.get_person(key.author_id)
    concern = _made(key, typed, by=person, school_id=key.school_id, signed_in=False)  # type: ignore[arg-type]
    sign_in = redirect_to_login(reverse("call", args=[concern.pk])).url
    return render(request, "calls/called.html", {"sign_in_url": sign_in})


def _made(key: tokens.FormKey, typed: dict[str, Any], *, by: User, school_id: UUID, signed_in: bool = True) -> Concern:
    child = calling.named_child(typed.get("child"), by=by, school_id=school_id)
    return raising.call_lead(
        token=key.token,
        school=accounts.get_school(school_id),
        by=by,
        child=child,
        described="" if child else typed.get("q", ""),
        line=typed.get("line", ""),
        signed_in=signed_in,
    )


def _chosen(request: Request, form: CallForm) -> dict[str, Any]:
    """The form as it goes on: with the child that was added, or without the one that was removed."""
    given = dict(form.cleaned_data)
    if "remove" in request.POST:
        given["child"] = None
    elif "add" in request.POST:
        try:
            given["child"], given["q"] = UUID(request.POST["add"]), ""
        except ValueError:
            raise Http404 from None
    return given


def _child(request: Request, child_id: UUID | None) -> Child | None:
    """The card that was chosen, recorded as seen; None for one that is not to be seen."""
    named = calling.named_child(child_id, by=request.user, school_id=request.held.school_id)
    return read_one(request, Child, pk=named.pk, purpose="call") if named else None


def _new_key(request: Request) -> str:
    return tokens.issue(request.user, school_id=request.held.school_id)


def _call_page(request: Request, form: CallForm, *, find: bool = False) -> HttpResponse:
    """The form. It keeps its key until it is sent: pressed twice, it is one call."""
    at, school = timezone.now(), accounts.get_school(request.held.school_id)
    found = None
    if find and (words := form["q"].value()):
        found = find_children(by=request.user, school=school, words=words, today=timezone.localdate(at))
        read_many(request, [f.child for f in found], verb=Verb.SEARCH, purpose="call")
    child = None if form.errors else _child(request, form["child"].value())
    context = {
        "form": form,
        "child": child,
        "about": ", ".join(filter(None, (child.class_name, child.year))) if child else "",
        "found": found,
        "people": accounts.speak_to(school, at),
        "cover": accounts.out_of_hours(school, at),
    }
    return render(request, "calls/call_lead.html", context, status=422 if form.errors else 200)


@require_GET
@requires(Capability.LOG_CONCERN)
def call(request: Request, concern_id: UUID) -> HttpResponse:
    """One's own call: who was told, who has opened it. The page asks again by itself (`?part=1` for the changing part).

    Asking also puts the call to the next person when it is time: a dead worker must not stop it. The part names
    colleagues only, so it is not recorded; the page, which a person opened, is.
    """
    part, at = "part" in request.GET, timezone.now()
    mine = visible(request, Account).filter(concern_id=concern_id, author=request.user)
    account = mine.first() if part else read_one(request, mine, purpose="call")
    if account is None:
        raise Http404
    escalation.escalate_calls(only=concern_id, at=at)
    if (state := calling.state_of_call(account, at=at)) is None:
        raise Http404
    if part:
        return render(request, "calls/part_state.html", {"call": state})
    school = accounts.get_school(account.school_id)
    context = {"call": state, "cover": accounts.out_of_hours(school, at), "people": accounts.speak_to(school, at)}
    return render(request, "calls/call.html", context)


@csp_replace({"frame-ancestors": [SELF]})
@xframe_options_sameorigin
@require_GET
@anyone_signed_in
def calls_strip(request: Request) -> HttpResponse:
    """Calls that nobody has opened: for the script of the open page (`?part=1`), and as the page in its frame without one.

    Those of every school where this person takes calls, whichever role they work in at the moment; nothing for others.
    Asked every few seconds by every lead's page. It writes nothing, not even an event: it names a colleague and a time,
    nothing of the record, and a row every four seconds would bury the legal record. Opening the concern is recorded. The
    session is read and not touched, so that an open page does not keep somebody signed in.
    """
    at = timezone.now()
    waiting = calling.calls_for(request.user, visible(request, Concern), at=at)
    template = "calls/part_strip.html" if "part" in request.GET else "calls/strip.html"
    return render(request, template, {"calls": waiting})
