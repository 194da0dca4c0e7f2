"""What do people type as their second factor?

A code of their app or one from their list; a passkey types for itself.
"""

from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as allauth
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from django import forms

from safeguarding.accounts.devices import take_try
from safeguarding.accounts.services import factors
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Outcome
from safeguarding.audit.services import record
from safeguarding.forms import HarbourForm

CODE = "Code from your app, or one from your list"


class CodeForm(HarbourForm, allauth.AuthenticateForm):  # type: ignore[misc]
    """The second factor after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], CODE)

    def clean_code(self) -> str:
        """Raises `ValidationError` for a wrong or used code, or after ten tries."""
        give_back = take_try(context.request, self.user.username, "second factor")
        self.authenticator = factors.take_code(self.user, self.cleaned_data["code"])
        if self.authenticator is None:
            record(AccountVerb.SIGN_IN_FAILED, self.user, outcome=Outcome.REFUSED, purpose="second factor")
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator.user = self.user
        give_back()
        return str(self.cleaned_data["code"])


class CodeAgainForm(CodeForm):
    """The second factor once more, in a session that has had it."""

    def note(self) -> None:
        """It counts for this session from now on."""
        if self.authenticator is not None:
            factors.note_factor(context.request, self.user, self.authenticator.type)


class PasskeyAgainForm(ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The same from a passkey."""

    def note(self) -> None:
        factors.note_factor(context.request, self.user, self.cleaned_data["credential"].type)


class AgainForm(HarbourForm):
    """The same on pages that carry a form of their own: the names of its fields must not meet theirs.

    `factor_code` or, from a passkey, `factor_credential`; who has no factor gives the password as `factor_password`.
    """

    factor_code = forms.CharField(
        label=CODE,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    factor_credential = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20_000)
    factor_password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.has_factor = factors.has_factor(user)
        for name in ("factor_password",) if self.has_factor else ("factor_code", "factor_credential"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Raises `ValidationError` unless what was given is right. `note` then makes it count."""
        if not self.has_factor:
            self._check_password(self.cleaned_data.get("factor_password", ""))
        elif credential := self.cleaned_data.get("factor_credential"):
            self._take(PasskeyAgainForm({"credential": credential}, user=self.user), "credential")
        else:
            self._take(CodeAgainForm({"code": self.cleaned_data.get("factor_code", "")}, user=self.user), "code")
        return self.cleaned_data

    def _check_password(self, password: str) -> None:
        if not password:
            self.add_error("factor_password", "Enter your password")
        elif not account_adapter().reauthenticate(self.user, password):
            self.add_error("factor_password", "Password is not right")

    def _take(self, form: Any, name: str) -> None:
        self.given = form
        if not form.is_valid():
            self.add_error("factor_code", form.errors[name][0])

    def note(self) -> None:
        """What was given counts for this session from now on."""
        if self.has_factor:
            self.given.note()


class AppForm(HarbourForm, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app that is being set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "Code that the app shows now")


def _plain(field: forms.Field, label: str) -> None:
    field.label = label
    field.error_messages["required"] = "Enter the code"
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["inputmode"] = "numeric"
