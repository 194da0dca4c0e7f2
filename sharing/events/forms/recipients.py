"""What does somebody type of an organisation in the address book, and of how it was checked?"""

from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.forms import DateBoxesField, HarbourForm, blank_first
from safeguarding.keys import uuid7
from sharing.events.models import Recipient
from sharing.events.services.recipients import Facts, check_problems

_FACTS = ("kind", "name", "office", "email", "telephone", "address", "portal")


class RecipientForm(HarbourForm):
    """An organisation, a team or an office, and how it is reached. Never a person."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7, required=False)
    kind = forms.ChoiceField(
        label="What it is",
        choices=blank_first(Recipient.Kind.choices, "Choose"),
        error_messages={"required": "Choose what it is"},
    )
    name = forms.CharField(
        label="Organisation",
        max_length=160,
        help_text="Never a person: who took it is written when something is sent",
        error_messages={"required": "Enter the name of the organisation"},
    )
    office = forms.CharField(label="Team or office", max_length=160, required=False)
    email = forms.CharField(label="E-mail of the team", max_length=254, required=False)
    telephone = forms.CharField(label="Telephone", max_length=40, required=False)
    address = forms.CharField(label="Postal address", max_length=300, required=False)
    portal = forms.CharField(label="Online portal", max_length=200, required=False)

    def __init__(self, data: Any = None, *, recipient: Recipient | None = None) -> None:
        known = {name: getattr(recipient, name) for name in _FACTS} if recipient else {}
        super().__init__(data, initial=known)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, problem in self.facts().problems():
                self.add_error(name, problem)
        return given

    def facts(self) -> Facts:
        return Facts(**{name: self.cleaned_data[name] for name in _FACTS})


class CheckForm(HarbourForm):
    """When and how it was checked that this is how the organisation is reached."""

    checked_how = forms.ChoiceField(
        label="How it was checked",
        choices=blank_first(Recipient.Checked.choices, "Choose"),
        error_messages={"required": "Choose how it was checked"},
    )
    checked_on = DateBoxesField(label="Checked on", past=True)

    def __init__(self, data: Any = None, *, recipient: Recipient) -> None:
        super().__init__(data)
        self.recipient = recipient

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            how, on = given["checked_how"], given["checked_on"]
            for name, problem in check_problems(self.recipient, how, on, timezone.localdate()):
                self.add_error(name, problem)
        return given


class SeenForm(forms.Form):
    """Which version of the record stood on the page."""

    seen = forms.IntegerField(min_value=0)
