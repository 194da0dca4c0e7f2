"""What is typed to give somebody a new start, and to take it?"""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils import timezone

from safeguarding.accounts import services
from safeguarding.accounts.devices import take_try
from safeguarding.accounts.models import Reset, User
from safeguarding.forms import HarbourForm, Radios, blank_first


class AskForm(HarbourForm):
    what = forms.ChoiceField(label="What they need", choices=Reset.What.choices, widget=Radios)
    how = forms.ChoiceField(label="How you know that it is them", choices=Reset.How.choices, widget=Radios)


class FirstStartForm(HarbourForm):
    """The first start of an account: what is needed is a password."""

    how = forms.ChoiceField(label="How you know that it is them", choices=Reset.How.choices, widget=Radios)


class HelpForm(HarbourForm):
    """Who is to be helped. The key of an account stands in the address, never a name."""

    person = forms.ChoiceField(label="Colleague", error_messages={"required": "Choose a colleague"})

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = ((str(person.pk), person.full_name) for person in people)
        self.fields["person"].choices = blank_first(named, "Choose")  # type: ignore[attr-defined]


class ConfirmForm(HarbourForm):
    how = forms.ChoiceField(label="How you know that it is them", choices=Reset.How.choices, widget=Radios)


class HalvesForm(HarbourForm):
    """The user name and the two halves. `reset` is then the one that they belong to."""

    username = forms.CharField(
        label="User name",
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
        error_messages={"required": "Enter your user name"},
    )
    first = forms.CharField(label="One half of the code", max_length=20)
    second = forms.CharField(label="The other half of the code", max_length=20)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        given = self.cleaned_data
        give_back = take_try(self.request, given["username"], "reset")
        self.reset = services.find_reset(given["username"], given["first"], given["second"], timezone.now())
        if self.reset is None:
            raise forms.ValidationError(
                "The user name and the two halves do not belong together, or the code is older than an hour. "
                "Check each letter, or ask for a new one."
            )
        give_back()
        return given


class NewPasswordForm(HarbourForm):
    """A password that nobody else has seen."""

    password = forms.CharField(
        label="New password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter your new password"},
    )
    again = forms.CharField(
        label="New password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter your new password again"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        if {"password", "again"} <= self.cleaned_data.keys() and len(set(self.cleaned_data.values())) > 1:
            self.add_error("again", "The two passwords are not the same")
        return self.cleaned_data


class OwnPasswordForm(HarbourForm):
    """The password that stays, where only the second factor is set anew."""

    password = forms.CharField(
        label="Password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> None:
        if not get_adapter().reauthenticate(self.user, self.cleaned_data["password"]):
            raise forms.ValidationError("Password is not right")
