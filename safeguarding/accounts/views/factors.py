"""The second factor: set it up, give it again, and open a locked screen with it."""

from typing import Any

from allauth.account.views import PasswordChangeView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_GET, require_POST
from django.views.generic.base import ContextMixin

from safeguarding.accounts.forms.factors import AgainForm
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import asked_by_pages, fresh_factor, needs_second_factor, own_account
from safeguarding.accounts.services import end_sessions, factors, providers, sessions, signing_in
from safeguarding.accounts.sessions import State
from safeguarding.http import Request
from safeguarding.secret_text import Unreadable
from safeguarding.unsaved import AUTHOR, FACTOR, signed_author


@own_account
def unlock(request: Request) -> HttpResponseBase:
    """A locked screen, or a session without its factor: what was missing is given, and the page before comes back."""
    if request.waiting is None:
        return redirect(_back(request))
    form = AgainForm(request.POST or None, user=request.waiting.user)
    if form.is_valid():
        form.note()
        sessions.renew(request.session, opened=True)
        signing_in.note_opened(user=request.waiting.user)
        return HttpResponse(status=204) if _is_overlay(request) else redirect(_back(request))
    if _is_overlay(request) and form.errors:
        return JsonResponse({"problem": next(iter(form.errors.values()))[0]}, status=422)
    context = {"locked": request.waiting.state is State.LOCKED, "person": request.waiting.user.full_name}
    return _ask(request, form, "account/unlock.html", context)


@own_account
@require_POST
def lock(request: Request) -> HttpResponseBase:
    """Lock the screen by hand. A script lays the lock over the page, and what was typed stays; without one, the page of
    the locked screen comes, and then the page before.
    """
    sessions.lock(session=request.own_session, by=request.user)
    # What locks a session is no use of it.
    request.asked_by_somebody = False
    if _is_overlay(request):
        return HttpResponse(status=204)
    return redirect(f"{reverse('unlock')}?{urlencode({'next': _back(request)})}")


@own_account
def give_again(request: Request) -> HttpResponseBase:
    """The factor once more, before something grave; then back to where that is."""
    form = AgainForm(request.POST or None, user=request.user)
    if form.is_valid():
        form.note()
        sessions.renew(request.session)
        return redirect(_back(request))
    return _ask(request, form, "account/again.html", {})


@own_account
@require_GET
def set_up_factor(request: Request) -> HttpResponseBase:
    """The first page of somebody who needs a second factor and has none."""
    return render(request, "account/set_up_factor.html", {"next": _back(request)})


@own_account
@require_GET
def own_factors(request: Request) -> HttpResponseBase:
    """What one has as a second factor, and the way to more."""
    found = factors.factors_of(request.user)
    context = {
        "app": next((a for a in found if a.type == Authenticator.Type.TOTP), None),
        "passkeys": [a for a in found if a.type == Authenticator.Type.WEBAUTHN],
        "codes_left": factors.count_codes(found),
        "needs_one": needs_second_factor(request.user),
        "ways": _ways(request.user),
    }
    return render(request, "account/factors.html", context)


@own_account
@require_POST
@fresh_factor
def remove_passkey(request: Request) -> HttpResponseBase:
    """Take a passkey away that is lost. Which one is in the form: addresses hold no numbers."""
    wanted, keys = request.POST.get("passkey", ""), factors.passkeys(request.user)
    entry = next((key for key in keys if str(key.pk) == wanted), None)
    if entry is None:
        raise Http404
    signing_in.remove_factor(entry=entry, by=request.user)
    messages.success(request, "Passkey taken away.")
    return redirect("mfa_index")


@asked_by_pages
@own_account
def session_time(request: Request) -> HttpResponseBase:
    """How many seconds until the screen locks: asked by open pages. A POST says that somebody types."""
    session = sessions.session_of(request)
    if request.method == "POST" or session is None:
        return HttpResponse(status=204)
    return JsonResponse({"left": max(0, int(session.left(timezone.now()).total_seconds()))})


@own_account
@require_GET
def picture(request: Request) -> HttpResponse:
    """The key that is being set up, as a picture for the app's camera.

    Only while it is: the key is in the session then.
    """
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    adapter = get_adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    return HttpResponse(drawn, content_type="image/svg+xml")


class SetUpApp(ActivateTOTPView):  # type: ignore[misc]
    """An authenticator app, by its first code. What it showed is used up."""

    template_name = "mfa/totp/activate_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the key in groups of four, as apps and people write it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return context | {"key": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _added(self.request, factors.use_up(factors.newest(self.request.user, Authenticator.Type.TOTP)))
        return response


class SetUpPasskey(AddWebAuthnView):  # type: ignore[misc]
    template_name = "mfa/webauthn/add_form.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _added(self.request, factors.newest(self.request.user, Authenticator.Type.WEBAUTHN))
        return response


class TakeAwayApp(DeactivateTOTPView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The library finds the error before anything is pressed: the page then says what is needed, and no error."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.request.method == "GET":
            context["needed"] = bool(context.pop("form").errors)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        signing_in.note_removed(entry=self.authenticator, by=self.request.user)
        response: HttpResponse = super().form_valid(form)
        return response


class OwnCodes(ViewRecoveryCodesView):  # type: ignore[misc]
    """The list of codes, once; of a list that cannot be read, the page that makes a new one."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            answer: HttpResponseBase = super().get(*args, **kwargs)
        except Unreadable:
            return redirect("mfa_generate_recovery_codes")
        return answer


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """A new list of codes; an old one that cannot be read counts as none."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            context: dict[str, Any] = super().get_context_data(**kwargs)
        except Unreadable:
            context = ContextMixin.get_context_data(self, form=self.get_form(), unused_code_count=0)
        return context


class ChangePassword(PasswordChangeView):  # type: ignore[misc]
    """A new password by the old one. The session goes on, as old as it was; all others end.

    Who signs in with an account of the school has none, and is told so: a first one is a new start.
    """

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_usable_password():
            return render(request, "account/no_password.html")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        with sessions.same_session(self.request):
            response: HttpResponse = super().form_valid(form)
        end_sessions(user=self.request.user, by=self.request.user, besides=self.request.session.session_key)
        return response


change_password = own_account(ChangePassword.as_view())
set_up_app = own_account(SetUpApp.as_view())
set_up_passkey = own_account(SetUpPasskey.as_view())
take_away_app = own_account(TakeAwayApp.as_view())
recovery_codes = own_account(OwnCodes.as_view())
new_recovery_codes = own_account(NewCodes.as_view())


def _added(request: Any, entry: Authenticator) -> None:
    """Who set a factor up has given it: the session goes on under a new id, and is open from the next request."""
    factors.note_factor(request, request.user, entry.type)
    sessions.renew(request.session, opened=True)
    signing_in.note_added(entry=entry, by=request.user)


def ask_again(request: Request, form: AgainForm) -> HttpResponse:
    """The page that asks for the factor alone, in the middle of a form: everything typed there stands in it, hidden,
    and whose form it was. So it is not lost where it cannot be taken (`unsaved`).
    """
    of_this_page = (AUTHOR, signed_author(request.user.pk, has_secret=True))
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if not name.startswith((FACTOR, "csrf"))
        for value in values
        if (name, value) != of_this_page
    ]
    context = {"typed": typed, "action": request.get_full_path()}
    return _ask(request, form, "account/again.html", context)


def _ask(request: Request, form: AgainForm, template: str, context: dict[str, Any]) -> HttpResponse:
    user: User = form.user
    keys = factors.passkeys(user)
    asked = {"passkey": {"request_options": begin_authentication(user)}, "request_options": True} if keys else {}
    context = {"form": form, "next": _back(request)} | asked | context
    return render(request, template, context, status=422 if form.errors else 200)


def _ways(user: User) -> list[dict[str, Any]]:
    """The providers that are set up here, and whether one's account there is linked."""
    linked = providers.linked(user)
    found = [(app["name"], app["provider_id"]) for app in settings.SIGN_IN_WITH]
    return [
        {"name": name, "linked": key in linked, "link": f"with_{key}_link", "unlink": f"with_{key}_unlink"}
        for name, key in found
    ]


def _back(request: Request) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else "/"


def _is_overlay(request: Request) -> bool:
    """Whether the page stands there still, behind the question: only the answer is wanted."""
    return request.headers.get("Accept") == "application/json"
