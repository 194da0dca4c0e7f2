"""How does somebody sign in with the account that the school has at Microsoft or Google? OpenID Connect, of one tenant.

Who somebody is says the pair of issuer and subject, which nobody can choose; never an e-mail address, which a stranger
with a tenant of their own can. The library reads the token over a connection that it trusts and leaves its signature
unchecked; here it is checked, with issuer, audience, expiry and tenant. Nobody is let in for the first time by it: an
account is linked from its owner's own page.
"""

import time
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from safeguarding.accounts.services import factors
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Outcome
from safeguarding.audit.services import record

# What providers write into `amr` when a second factor was given (RFC 8176, and Entra's own).
SECOND_FACTOR = frozenset({"mfa", "ngcmfa"})
_NOT_LINKED = (
    "This account is not linked to anybody in Harbour. Sign in with your password first, then link it under "
    "“Your second factor”."
)


class SchoolOAuth2Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Where the provider sends people back to, and what is believed of its token."""

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return str(build_absolute_uri(request, reverse(f"with_{self.provider_id}_back")))

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """What the token says.

        Raises `OAuth2Error` for one of another issuer, audience, tenant or key, or one that is over.
        """
        if _algorithm(id_token) != "RS256":
            # What Entra and Google sign with. A token that names another wants its key taken for something else.
            raise OAuth2Error("another algorithm")
        said: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=app.settings["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        for claim, value in app.settings["must_say"].items():
            if not value or said.get(claim) != value:
                raise OAuth2Error(f"another {claim}")
        return said

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        """Raises `OAuth2Error` where there is no token that says who it is: nothing else is asked."""
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("no id_token")
        said = self._decode_id_token(app, id_token)
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, {"id_token": said})
        login.said = said
        return login


class SchoolProvider(OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = SchoolOAuth2Adapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        said = data["id_token"]
        return f"{said['iss']} {said['sub']}"

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what a provider tells is kept: names and addresses are the school's own."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who may come in by a provider, and what else is asked of them."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Turns away whoever is not linked.

        Where the provider says that a second factor was given just now, it counts.
        """
        if sociallogin.state.get("process") == "connect":
            return
        if not (sociallogin.is_existing and sociallogin.user.is_active):
            record(
                AccountVerb.SIGN_IN_FAILED, object_type="accounts.user", outcome=Outcome.REFUSED, purpose="not linked"
            )
            messages.error(request, _NOT_LINKED)
            raise ImmediateHttpResponse(redirect("account_login"))
        if gave_second_factor(sociallogin.said):
            factors.note_factor(request, sociallogin.user, "provider")

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        record(AccountVerb.SIGN_IN_FAILED, object_type="accounts.user", outcome=Outcome.REFUSED, purpose="provider")
        messages.error(request, "Signing in there did not work. Try again, or use your password.")
        raise ImmediateHttpResponse(redirect("account_login"))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("mfa_index")


def _algorithm(id_token: str) -> str:
    try:
        return str(jwt.get_unverified_header(id_token).get("alg"))
    except jwt.PyJWTError as error:
        raise OAuth2Error("no token") from error


def gave_second_factor(said: dict[str, Any]) -> bool:
    """Whether the token says so, and that it was in the last minutes.

    A provider that says nothing has asked for one factor.
    """
    at = said.get("auth_time")
    recent = isinstance(at, int | float) and 0 <= time.time() - at < settings.FACTOR_FRESH
    return recent and bool(SECOND_FACTOR & set(said.get("amr") or ()))
