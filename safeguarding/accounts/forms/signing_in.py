"""What do people type to sign in, to sign in again, and to change a password?

The library's forms in Harbour's words.
"""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponseBase

from safeguarding.accounts.adapter import SHARED_DEVICE
from safeguarding.forms import HarbourForm


class SignInForm(HarbourForm, allauth.LoginForm):  # type: ignore[misc]
    shared = forms.BooleanField(
        label="This is a shared device",
        required=False,
        help_text="The screen locks after five minutes without use, instead of fifteen.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, login="User name", password="Password")  # noqa: S106

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponseBase:
        request.session[SHARED_DEVICE] = self.cleaned_data["shared"]
        answer: HttpResponseBase = super().login(request, redirect_url)
        return answer


class ChangePasswordForm(HarbourForm, allauth.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, oldpassword="Current password", password1="New password", password2="New password again")
        # The library gives them as a list, which has no place in the paragraph of a hint.
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())


def _plain(form: HarbourForm, **labels: str) -> None:
    """Harbour's labels and no placeholder, which would repeat the label and vanish on typing."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.error_messages["required"] = f"Enter your {label[0].lower()}{label[1:]}"
        field.widget.attrs.pop("placeholder", None)
