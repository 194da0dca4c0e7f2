"""How does signing in behave? Accounts are given by the school; nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from safeguarding.accounts import devices
from safeguarding.accounts.factor_secrets import made, opened
from safeguarding.accounts.models import User
from safeguarding.accounts.services import factors, find_account, sessions
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.context import tell_nobody
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record

# Set by the tick of the sign-in form, and taken when the person is in.
SHARED_DEVICE = "shared_device"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "User name or password is not right. Capitals matter in the password.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, or ask the office for a new password.",
        "incorrect_password": "Password is not right",
        "enter_current_password": "Current password is not right",
        "rate_limited": "Too many attempts. Wait a minute and try again.",
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises `ValidationError` while the account that was meant is shut: an event each time, told from a wrong
        password.

        How many there can be is bounded by the limit of tries from one address.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._record_failure(credentials, purpose="too many tries")
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        username = credentials.get("username", "")
        return f"{username.casefold()}:{devices.device_of(request, username)}"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person whose name and password these are.

        An account that was closed is answered like a wrong password.
        """
        user: User | None = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._record_failure(credentials)

    def _record_failure(self, credentials: dict[str, Any], purpose: str = "") -> None:
        """An event about the account that was meant, where there is one.

        What was typed is not kept: it may be a password.
        """
        meant = find_account(credentials.get("username", ""))
        record(AccountVerb.SIGN_IN_FAILED, meant, object_type="accounts.user", outcome=Outcome.REFUSED, purpose=purpose)

    def login(self, request: HttpRequest, user: User) -> None:
        """Into a session that is this person's alone: of what was in it before, only what they gave just now is
        kept.
        """
        # The library notes how somebody signed in, and with which name; the session needs only the first.
        given = [
            {name: value for name, value in entry.items() if name != "username"}
            for entry in get_authentication_records(request, user)
        ]
        shared = bool(request.session.pop(SHARED_DEVICE, False))
        sessions.forget(request.session)
        # By a provider somebody comes in where another was signed in when the request began.
        tell_nobody()
        super().login(request, user)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = given
        request.session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        sessions.begin(request, user, shared=shared, address=self.get_client_ip(request))
        record(AccountVerb.SIGN_IN, user, by=user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Somebody is in, factor and all: the device is one of theirs from now on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user.username)
        return response

    def logout(self, request: HttpRequest) -> None:
        record(AccountVerb.SIGN_OUT, request.user, by=request.user)  # type: ignore[arg-type]
        sessions.forget(request.session)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        record(Verb.CHANGE, user, purpose="password")

    def get_login_stages(self) -> list[str]:
        return ["safeguarding.accounts.sessions.FactorStage"]

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:  # type: ignore[override]
        """One page for all: who has a second factor gives that one; the password is enough only for those without."""
        return [{"id": "again", "description": "", "url": reverse("give_again")}]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not of somebody who gave a factor in the last minutes, nor of who has just signed in to set the first one
        up.
        """
        request = context.request
        if app != "allauth.mfa":
            return bool(super().is_reauthentication_required(app=app, **kwargs))
        user = request.user
        return not factors.is_fresh(request, user) and factors.has_factor(user)

    def get_client_ip(self, request: HttpRequest) -> str:
        """For the limits of sign-in: the address that events carry too, through as many proxies as are trusted."""
        return request.acting.source_address or "unknown"  # type: ignore[attr-defined]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, message_template: str, *args: Any, **kwargs: Any) -> None:
        """The library's own messages carry the user name; the page says who is signed in."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail from the library: it would carry names. Notices carry a link and nothing else."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or has been used. Wait for the next one and type that.",
        "cannot_delete_authenticator": "Your role needs a second factor. Set up another one before you take this away.",
    }

    def encrypt(self, text: str) -> str:
        return made(text)

    def decrypt(self, encrypted_text: str) -> str:
        return opened(encrypted_text)

    def get_totp_label(self, user: User) -> str:  # type: ignore[override]
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether something is left to sign in with, for somebody who needs it."""
        return factors.may_go(authenticator)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": "Harbour"}

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # type: ignore[override]
        return "My passkey"
