"""What is stated of many children who have left: which school they went to, or that this was their last."""

from typing import Any

from django import forms

from retention.services.leavers import destination_problems
from safeguarding.forms import HarbourForm


class WentForm(HarbourForm):
    """The school to which they went."""

    name = forms.CharField(label="Name of the school", max_length=200, required=False)
    number = forms.CharField(
        label="Its number",
        max_length=10,
        required=False,
        help_text="Authority and establishment, such as 356/4021: Get Information About Schools has it",
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, sentence in destination_problems(given.get("name", ""), given.get("number", "")).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return given


class LastSchoolsForm(HarbourForm):
    """No other school has their files."""

    said = forms.CharField(
        label="Why no other school has the files, or who said so",
        max_length=2000,
        widget=forms.Textarea,
        help_text="Such as: moved abroad, educated at home. The same reason is recorded for each child.",
        error_messages={"required": "Say why no other school has the files, or who told you"},
    )
