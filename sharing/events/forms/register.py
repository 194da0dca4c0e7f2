"""How is the register of sharing narrowed? By codes and numbers only, for they stand in the address."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from safeguarding.forms import HarbourForm, blank_first
from sharing.events.models import Recipient, SharingEvent

WAITS = "waits"
NUMBER = re.compile(r"S-(\d{4})-(\d{1,6})", re.IGNORECASE)


class RegisterForm(HarbourForm):
    """Narrows the register; a code that is none narrows nothing. `years` are those in which something was begun."""

    state = forms.ChoiceField(
        label="State",
        choices=blank_first([(WAITS, "What waits"), *SharingEvent.Status.choices], "Any"),
        required=False,
    )
    kind = forms.ChoiceField(
        label="Kind of recipient", choices=blank_first(Recipient.Kind.choices, "Any"), required=False
    )
    year = forms.ChoiceField(label="Year", required=False)
    number = forms.CharField(label="Number", required=False, max_length=14, help_text="Such as S-2026-0188")

    def __init__(self, data: Any = None, *, years: Sequence[int]) -> None:
        super().__init__(data)
        choices = [(str(year), str(year)) for year in years]
        self.fields["year"].choices = blank_first(choices, "Any")  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What was understood, by field; what is empty is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
