"""What is asked of somebody who says that two records are of one child, or that they are not?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from safeguarding.forms import HarbourForm
from safeguarding.keys import uuid7


class SameChildForm(HarbourForm):
    """Why two records are of one child.

    `seen` is the stamp of the comparison on the page; its token comes with the empty form.
    """

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="How do you know that it is the same child?",
        max_length=1000,
        widget=forms.Textarea,
        help_text="For instance a birth certificate, or what a parent or the other school said. Kept with the record.",
    )
    sure = forms.BooleanField(
        label="I have looked at what differs, and it is the same child",
        required=False,
    )

    def __init__(self, data: Any = None, *, doubtful: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if doubtful:
            self.fields["sure"].required = True
            self.fields["sure"].error_messages["required"] = "Tick that you have looked at what differs"
        else:
            del self.fields["sure"]


class DeclineForm(HarbourForm):
    """Why they are two children."""

    refusal = forms.CharField(label="Why are these two children?", max_length=1000, widget=forms.Textarea)


class UndoForm(HarbourForm):
    """Why the merge was wrong, and what of all that was recorded since belongs to the other child."""

    reason = forms.CharField(label="Why are these two children after all?", max_length=1000, widget=forms.Textarea)
    chosen = forms.TypedMultipleChoiceField(
        label="Give to the other record",
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What you do not tick stays with the record that was kept",
    )

    def __init__(self, data: Any = None, *, since: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if since:
            self.fields["chosen"].choices = [(str(key), what) for key, what in since]  # type: ignore[attr-defined]
        else:
            del self.fields["chosen"]
