"""For whom is an emergency sheet, in which form, and where is it kept?"""

from typing import Any

from django import forms

from safeguarding.concerns.models import EmergencySheet
from safeguarding.forms import HarbourForm, Radios
from safeguarding.keys import uuid7


class SheetForm(HarbourForm):
    """A sheet to make. `token` comes with the page: pressed twice, it is made once."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    form = forms.ChoiceField(
        label="How",
        choices=EmergencySheet.Form.choices,
        widget=Radios(
            hints={
                EmergencySheet.Form.FILE: "It opens with words that are shown once. Tell them to the holder by "
                "another way than the "
                "file."
            }
        ),
        error_messages={"required": "Choose how it is made"},
    )
    holder = forms.CharField(
        label="Who holds it",
        help_text="One person, by full name",
        max_length=200,
        error_messages={"required": "Enter the full name of who holds it"},
    )
    place = forms.CharField(
        label="Where it is kept",
        help_text="For example: fire box in the office; memory stick in the safe",
        max_length=100,
        error_messages={"required": "Say where it is kept"},
    )
    envelope = forms.CharField(label="Number on the seal of the envelope", required=False, max_length=40)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"token": uuid7()})

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if (
            given.get("form") == EmergencySheet.Form.PRINT
            and not given.get("envelope")
            and "envelope" not in self.errors
        ):
            self.add_error("envelope", "Enter the number on the seal, so that an opened envelope is noticed")
        return given
