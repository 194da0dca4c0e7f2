"""How does signing in behave? Accounts are given by the school; nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from safeguarding.accounts.models import User
from safeguarding.accounts.services import find_account
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.http import Request


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "User name or password is not right. Capitals matter in the password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, or ask the office for a new password.",
        "incorrect_password": "Password is not right",
        "enter_current_password": "Current password is not right",
        "rate_limited": "Too many tries. Wait a minute and try again.",
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises `ValidationError` while the account that was meant is shut: an event each time, told from a wrong password.

        How many there can be is bounded by the limit of tries from one address.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._record_failure(credentials, purpose="too many tries")
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person whose name and password these are. An account that was closed is answered like a wrong password."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._record_failure(credentials)

    def _record_failure(self, credentials: dict[str, Any], purpose: str = "") -> None:
        """An event about the account that was meant, where there is one. What was typed is not kept: it may be a password."""
        meant = find_account(credentials.get("username", ""))
        record(Verb.SIGN_IN_FAILED, meant, object_type="accounts.user", outcome=Outcome.REFUSED, purpose=purpose)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        # The library notes how somebody signed in, and with which name; the session needs only the first.
        for method in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, []):
            method.pop("username", None)
        record(Verb.SIGN_IN, user, by=user)

    def logout(self, request: HttpRequest) -> None:
        record(Verb.SIGN_OUT, request.user)  # type: ignore[arg-type]
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        record(Verb.CHANGE, user, purpose="password")

    def get_client_ip(self, request: Request) -> str:  # type: ignore[override]
        """For the limits of sign-in: the address that events carry too, through as many proxies as are trusted."""
        return request.acting.source_address or "unknown"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, message_template: str, *args: Any, **kwargs: Any) -> None:
        """The library's own messages carry the user name; the page says who is signed in."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail from the library: it would carry names. Notices carry a link and nothing else."""
