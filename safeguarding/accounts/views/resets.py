"""Somebody cannot sign in: two colleagues see to it that it is them, and they begin anew.

And who is signed in where.
"""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts import fresh, services
from safeguarding.accounts.devices import remember
from safeguarding.accounts.forms.resets import (
    AskForm,
    ConfirmForm,
    FirstStartForm,
    HalvesForm,
    HelpForm,
    NewPasswordForm,
    OwnPasswordForm,
)
from safeguarding.accounts.models import Reset, User
from safeguarding.accounts.permissions import (
    anyone_signed_in,
    colleagues,
    may,
    own_account,
    public,
)
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.second_person import (
    ensure_first,
    ensure_of_another,
    may_be_first,
    reset_needs_two,
    second_people,
)
from safeguarding.accounts.services.resets import TOLD, gives_first_start
from safeguarding.accounts.services.sessions import browser_of
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request

# In the session of somebody who has typed both halves, until the new password is set.
_TAKEN = "reset"
_TIME = timedelta(minutes=10)


@require_GET
@anyone_signed_in
def accounts(request: Request) -> HttpResponseBase:
    """Colleagues with an account: give a new start, end sessions. And what waits for one's own word."""
    request.nav, school_id = "accounts", request.held.school_id
    waiting = services.waiting_for(request.user, timezone.now())
    first = may_be_first("reset", request.user, school_id)
    if not (first or waiting):
        raise NotAllowed("Safeguarding leads, the Headteacher and the IT administrator of the school have this page.")
    people = [u for u in colleagues(school_id, timezone.localdate()) if u.pk != request.user.pk] if first else []
    form = HelpForm(request.GET if "person" in request.GET else None, people=people)
    if form.is_valid():
        return redirect("ask_reset", form.cleaned_data["person"])
    record(Verb.LIST, object_type="accounts.user", count=len(people), purpose="accounts")
    context = {
        "waiting": waiting,
        "people": people,
        "form": form,
        "new": [user for user in people if user.is_new],
        "nobody": first and not _seconds(request, about=request.user),
    }
    return render(request, "accounts/accounts.html", context, status=422 if form.errors else 200)


@anyone_signed_in
def ask_reset(request: Request, user_id: UUID) -> HttpResponseBase:
    """The first of the two. The page that answers shows this one's half of the code, once."""
    school_id = request.held.school_id
    # Before the account is looked for: the answer is the same where there is none.
    if not may(request.user, Capability.GIVE_ROLES, school_id):
        ensure_first("reset", request.user, school_id)
    person = _colleague(request, user_id)
    if not gives_first_start(person, request.user, school_id):
        ensure_first("reset", request.user, school_id)
    ensure_of_another(request.user, person)
    if (first := fresh.asked(request)) is not None:
        return first
    form = (FirstStartForm if person.is_new else AskForm)(request.POST if "how" in request.POST else None)
    two = reset_needs_two(person, first=request.user, school_id=school_id)
    others = _seconds(request, about=person)
    context = {"person": person, "form": form, "two": two, "others": others, "new": person.is_new}
    context["may_end"] = request.held.role.key in TOLD
    if form.is_valid():
        asked = {"what": Reset.What.PASSWORD} | form.cleaned_data
        given = services.ask_reset(user=person, school_id=school_id, by=request.user, **asked)
        return render(request, "accounts/reset_half.html", context | {"given": given})
    return render(request, "accounts/reset_ask.html", context, status=422 if form.errors else 200)


@anyone_signed_in
def reset(request: Request, reset_id: UUID) -> HttpResponseBase:
    """The second of the two, and whoever is told of it: the person, the Headteacher, the leads."""
    at, it = timezone.now(), services.get_reset(reset_id)
    if it is None or not (_is_told(request.user, it) or it in services.waiting_for(request.user, at)):
        raise Http404
    confirms = it in services.waiting_for(request.user, at)
    if confirms and request.method == "POST" and (first := fresh.asked(request)) is not None:
        return first
    form = ConfirmForm(request.POST if "how" in request.POST else None)
    if confirms and form.is_valid():
        given = services.confirm_reset(reset=it, how=form.cleaned_data["how"], by=request.user)
        return render(request, "accounts/reset_half.html", {"given": given, "person": it.user, "two": True})
    record(Verb.VIEW, it, purpose="reset")
    context = {"it": it, "form": form, "confirms": confirms, "ends": not (it.used_at or it.withdrawn_at)}
    return render(request, "accounts/reset.html", context, status=422 if form.errors else 200)


@require_POST
@anyone_signed_in
def withdraw_reset(request: Request, reset_id: UUID) -> HttpResponseBase:
    """It is not them. Needs no fresh factor: stopping it must be quick."""
    it = services.get_reset(reset_id)
    if it is None or not (_is_told(request.user, it) or it in services.waiting_for(request.user, timezone.now())):
        raise Http404
    services.withdraw_reset(reset=it, by=request.user)
    messages.success(request, "Withdrawn. The code is good for nothing.")
    return redirect("inbox")


@require_POST
@anyone_signed_in
def end_their_sessions(request: Request, user_id: UUID) -> HttpResponseBase:
    """The Headteacher or a lead ends the sessions of a colleague: a lost telephone, somebody who left in a hurry."""
    if request.held.role.key not in TOLD:
        raise NotAllowed("Safeguarding leads and the Headteacher of the school do this.")
    person = _colleague(request, user_id)
    if (first := fresh.asked(request)) is not None:
        return first
    ended = services.end_sessions(user=person, by=request.user)
    messages.success(request, f"{ended or 'No'} session{'' if ended == 1 else 's'} ended.")
    return redirect("ask_reset", user_id)


@own_account
def own_sessions(request: Request) -> HttpResponseBase:
    """Where one is signed in: end one, or all others."""
    here = request.session.session_key
    if request.method == "POST":
        only = request.POST.get("session")
        services.end_sessions(user=request.user, by=request.user, besides=here, only=only)
        messages.success(request, "Ended. Whoever sits there is signed out at the next click.")
        return redirect("own_sessions")
    rows = [(row, browser_of(row.user_agent)) for row in services.sessions_of(request.user)]
    return render(request, "account/sessions.html", {"rows": rows, "here": here, "others": len(rows) > 1})


@sensitive_post_parameters()
@public
def take_reset(request: Request) -> HttpResponseBase:
    """For somebody who cannot sign in and has been told both halves."""
    form = HalvesForm(request.POST or None, request=request)
    if form.is_valid() and form.reset is not None:
        request.session.flush()
        request.session[_TAKEN] = {"id": str(form.reset.pk), "at": timezone.now().timestamp()}
        return redirect("new_start")
    return render(request, "account/take_reset.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters()
@public
def new_start(request: Request) -> HttpResponseBase:
    """Both halves were right: the new password, or the old one where only the factor goes.

    Then the sign-in page, as always.
    """
    taken = request.session.get(_TAKEN)
    late = timezone.now().timestamp() - _TIME.total_seconds()
    it = services.get_reset(UUID(taken["id"])) if taken and taken["at"] > late else None
    if it is None or it.used_at or it.withdrawn_at:
        return redirect("take_reset")
    kind = OwnPasswordForm if it.what == Reset.What.FACTOR else NewPasswordForm
    form = kind(request.POST or None, user=it.user)
    if form.is_valid():
        services.use_reset(reset=it, password=form.cleaned_data["password"])
        request.session.flush()
        messages.success(request, "That is done. Sign in now.")
        answer = redirect("account_login")
        # What was tried here before, when nobody knew the password any more, does not keep them out.
        remember(request, answer, it.user.username, anew=True)
        return answer
    context = {"form": form, "password": it.what != Reset.What.FACTOR}
    return render(request, "account/new_start.html", context, status=422 if form.errors else 200)


def _colleague(request: Request, user_id: UUID) -> User:
    found = colleagues(request.held.school_id, timezone.localdate()).filter(pk=user_id).first()
    if found is None:
        raise Http404
    return found


def _seconds(request: Request, *, about: User) -> list[User]:
    """Who may be the second beside the person who asks."""
    return second_people("reset", request.held.school_id, timezone.localdate(), first=request.user, about=about)


def _is_told(user: User, it: Reset) -> bool:
    return it.user_id == user.pk or it in services.concerning(user, timezone.now())
