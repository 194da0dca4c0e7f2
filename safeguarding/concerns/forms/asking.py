"""What may be typed to ask the reporter, and to say that a concern is of another kind?"""

from collections.abc import Iterable
from typing import Any

from django import forms

from safeguarding.concerns.forms.deciding import Working, words_field
from safeguarding.forms import blank_first
from safeguarding.keys import record_of


class AskForm(Working):
    """A question to whoever logged the concern."""

    called = "question"
    token = forms.UUIDField(widget=forms.HiddenInput)
    text = words_field(
        "What you ask",
        help_text="One open question: what did you see, what did the child say. Nothing of what others have told you.",
        error_messages={"required": "Write what you ask"},
    )


class ReclassifyForm(Working):
    """Of which kind the concern is. `kinds` are the groups of those in use today."""

    called = "kind of concern"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="Kind of concern", error_messages={"required": "Choose a kind of concern"})
    reason = words_field(
        "Why it is another kind", rows=2, error_messages={"required": "Say why this is another kind of concern"}
    )

    def __init__(self, *args: Any, kinds: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = blank_first(list(kinds), "Choose")  # type: ignore[attr-defined]

    def typed(self) -> list[tuple[str, str]]:
        """What is worth copying: the reason."""
        return super().typed()[-1:] if self["reason"].value() else []

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        category, _, narrower = self.cleaned_data["kind"].partition("/")
        return {"category": category, "subcategory": record_of(narrower), "reason": self.cleaned_data["reason"]}
