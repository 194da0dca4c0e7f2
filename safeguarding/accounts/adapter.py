"""How does signing in behave? Accounts are given by the school; nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "User name or password is not right. Capitals matter in the password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, or ask the office for a new password.",
        "incorrect_password": "Password is not right",
        "enter_current_password": "Current password is not right",
        "rate_limited": "Too many tries. Wait a minute and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, message_template: str, *args: Any, **kwargs: Any) -> None:
        """The library's own messages carry the user name; the page says who is signed in."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail from the library: it would carry names. Notices carry a link and nothing else."""
