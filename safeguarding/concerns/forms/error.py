"""What is typed to say that a concern was entered in error, or is to be put back, and by the second person?"""

from typing import Any

from django import forms

from safeguarding.concerns.forms.deciding import Working, words_field
from safeguarding.concerns.forms.known import known_as
from safeguarding.concerns.models import EnteredInError
from safeguarding.forms import Radios, blank_first


class ErrorForm(Working):
    """Why it was entered in error; of a concern that is marked so already, why it is to be put back."""

    called = "reason"
    token = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    mistake = forms.ChoiceField(
        label="What the mistake was",
        choices=blank_first(EnteredInError.Mistake.choices, "Choose"),
        error_messages={"required": "Choose what the mistake was"},
    )
    reason = words_field(
        "Why",
        rows=3,
        help_text="If it was logged twice, give the number of the other one. Whoever logged it does not see this.",
        error_messages={"required": "Say why"},
    )

    def __init__(self, *args: Any, undoes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if undoes:
            self.fields["mistake"].required = False
            self.fields["reason"].label = "Why it is to be put back"
            self.fields[
                "reason"
            ].help_text = "It stands in every file, list and count again once a second person agrees"

    def said(self) -> dict[str, Any]:
        """What was typed, for the service."""
        given = dict(self.cleaned_data)
        return {"seen": given.pop("revision"), **given}


class SecondForm(Working):
    """What the second person says."""

    called = "answer"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    does = forms.ChoiceField(
        label="What you say",
        choices=(("confirm", "Confirm"), ("refuse", "Refuse")),
        widget=Radios,
        error_messages={"required": "Choose whether you confirm it"},
    )
    reason = words_field("Why", rows=3, error_messages={"required": "Say why"})


known_as(error_form=ErrorForm, second_form=SecondForm)
