"""What does somebody type to say where a law was read, to set the time of a file, or to write a wording?"""

from collections.abc import Iterable
from typing import Any

from django import forms

from safeguarding.clocks import Unit
from safeguarding.forms import DateBoxesField, HarbourForm, blank_first
from safeguarding.keys import uuid7
from sharing.events.models import ConsentWording
from sharing.events.services.law import confirm_problems, time_problems
from sharing.events.services.wordings import wording_problems


class ConfirmForm(HarbourForm):
    """Which law or edition was read, where, and from when it is in force."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    code = forms.ChoiceField(label="What you have read", error_messages={"required": "Choose what you have read"})
    read_in = forms.CharField(
        label="Where you read it",
        max_length=300,
        help_text="The order that begins it, or the published text, with its number or page",
        error_messages={"required": "Say where you read it, such as the number of the order or the page"},
    )
    from_day = DateBoxesField(label="In force from")

    def __init__(self, data: Any = None, *, open_law: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["code"].choices = blank_first(list(open_law), "Choose")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, problem in confirm_problems(**self.facts()):
                self.add_error(name, problem)
        return given

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("code", "read_in", "from_day")}


class TransferTimeForm(HarbourForm):
    """How long, from when on a warning, counted in what, and who agreed it."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    amount = forms.IntegerField(label="Time to send it", error_messages={"invalid": "Give a number"})
    warn_after = forms.IntegerField(label="Warned after", error_messages={"invalid": "Give a number"})
    unit = forms.ChoiceField(
        label="Counted in",
        choices=blank_first([(Unit.SCHOOL_DAYS.value, "School days"), (Unit.DAYS.value, "Days")], "Choose"),
    )
    source = forms.CharField(
        label="Where this time comes from",
        max_length=300,
        help_text="Such as the local procedure, or who agreed it and when",
        error_messages={"required": "Say where this time comes from"},
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, problem in time_problems(**self.facts()):
                self.add_error(name, problem)
        return given

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("amount", "warn_after", "unit", "source")}


class WordingForm(HarbourForm):
    """A wording, or the next version of one."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    replaces = forms.ChoiceField(
        label="It replaces",
        required=False,
        help_text="Consents that were given stay under the version that people read",
    )
    title = forms.CharField(label="What the consent is for", max_length=120)
    text = forms.CharField(
        label="The words that people read before they answer",
        max_length=3000,
        widget=forms.Textarea,
        help_text="What goes where and why, that they may refuse, and how they withdraw it",
        error_messages={"required": "Write the words that people read before they answer"},
    )

    def __init__(self, data: Any = None, *, live: Iterable[ConsentWording]) -> None:
        super().__init__(data)
        self.live = {str(row.pk): row for row in live}
        choices = [(key, row.called) for key, row in self.live.items()]
        self.fields["replaces"].choices = blank_first(choices, "Nothing: it is new")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, problem in wording_problems(given["title"], given["text"]):
                self.add_error(name, problem)
        return given

    def facts(self) -> dict[str, Any]:
        """What `save_wording` takes."""
        given = self.cleaned_data
        words = {name: given[name] for name in ("token", "title", "text")}
        return words | {"replaces": self.live.get(given["replaces"])}
