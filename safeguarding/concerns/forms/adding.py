"""What may be added to an account that was sent?

Something more, with the reason; or the answer to what a lead has asked.
"""

from collections.abc import Sequence
from typing import Any

from django import forms

from safeguarding.concerns.models import Amendment
from safeguarding.concerns.services.progress import Asked
from safeguarding.forms import Radios

from .mention import Mentioning, MentionText
from .reporting import ACCOUNT, TypedForm
from .typed import Typed


class AdditionForm(Mentioning, TypedForm):
    """Something more for an account that was sent. The first version stays as it was."""

    text = MentionText(
        label="What you add",
        max_length=ACCOUNT,
        error_messages={"required": "Write what you want to add"},
    )
    reason = forms.ChoiceField(
        label="Why you add it",
        # To answer is offered where a lead has asked.
        choices=[(reason.value, reason.label) for reason in Amendment.Reason if reason != Amendment.Reason.ASKED],
        widget=Radios(),
        error_messages={"required": "Say why you add it"},
    )

    def __init__(self, typed: Typed, *, checked: bool, asked: Sequence[Asked] = ()) -> None:
        super().__init__(typed, checked=checked)
        reason: Any = self.fields["reason"]
        self.asked = {f"{Amendment.Reason.ASKED}-{one.key}": one for one in asked}
        waiting = [key for key, one in self.asked.items() if not one.is_answered]
        # One that was answered in another window stays on the form that was sent with it.
        offered = [key for key in self.asked if key in waiting or key == typed.text("reason")]
        reason.choices = [*((key, f"To answer {self.asked[key].by}") for key in offered), *reason.choices]
        if waiting and not self.initial.get("reason"):
            self.initial["reason"] = waiting[0]

    def addition(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        asked = self.asked.get(given["reason"])
        return given | {"question": asked.key if asked else None}
