"""Sign in with the account that the school has elsewhere, and link it to one's own."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.permissions import fresh_factor, own_account, public
from safeguarding.accounts.provider import SchoolOAuth2Adapter
from safeguarding.accounts.services import providers
from safeguarding.http import Request


@public
@require_POST
def go(request: Request, provider_id: str) -> HttpResponseBase:
    """To the provider's own page of signing in."""
    return _provider(request, provider_id).redirect(request, "login")  # type: ignore[no-any-return]


@public
@require_GET
def back(request: Request, provider_id: str) -> HttpResponseBase:
    """From there: signed in, or linked, or turned away."""
    before = providers.linked(request.user) if request.user.is_authenticated else []
    _provider(request, provider_id)
    answer: HttpResponseBase = OAuth2CallbackView.adapter_view(SchoolOAuth2Adapter(request, provider_id))(request)
    if request.user.is_authenticated and before != (now := providers.linked(request.user)):
        providers.note_linked(user=request.user, provider=provider_id, number=len(now))
        messages.success(request, "Linked. You can sign in with it from now on.")
    return answer


@require_POST
@own_account
@fresh_factor
def link(request: Request, provider_id: str) -> HttpResponseBase:
    """The same, to link what is there to one's own account here."""
    return _provider(request, provider_id).redirect(request, "connect")  # type: ignore[no-any-return]


@require_POST
@own_account
@fresh_factor
def unlink(request: Request, provider_id: str) -> HttpResponseBase:
    """Sign in with it no more."""
    providers.unlink(user=request.user, provider=provider_id)
    messages.success(request, "Your school account is no longer linked.")
    return redirect("mfa_index")


def _provider(request: Request, provider_id: str) -> Any:
    if provider_id not in {each["provider_id"] for each in settings.SIGN_IN_WITH}:
        raise Http404
    return get_adapter().get_provider(request, provider_id)
