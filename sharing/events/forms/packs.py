"""What is asked of who puts a pack together and hands it over?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.forms import blank_first
from sharing.events.models import SharingEvent
from sharing.events.services.handing_over import WAYS, hand_over_problems
from sharing.events.services.naming import Other
from sharing.events.services.packing import names_problems

from .following import PlainForm, SentForm

_WAYS = {
    SharingEvent.Method.EMAIL: "By secure e-mail, as an encrypted file",
    SharingEvent.Method.PORTAL: "By their online portal, as an encrypted file",
    SharingEvent.Method.PAPER: "On paper, with a receipt slip",
}


class NamesForm(PlainForm):
    """Which other children are named, and which words are taken out. Nothing is ticked beforehand."""

    named = forms.MultipleChoiceField(
        label="Named all the same",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Without a tick each is called as it stands here, wherever Harbour finds a name",
    )
    named_why = forms.CharField(
        label="Why they are named",
        required=False,
        max_length=1000,
        widget=forms.Textarea,
        help_text="Where one is ticked",
    )
    take_out = forms.CharField(
        label="Words to take out",
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text="One a line, such as a nickname or the name of a street. They are taken out, never rewritten",
    )

    def __init__(self, *args: Any, event: SharingEvent, others: Sequence[Other], **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        self.initial.update({name: getattr(event, name) for name in ("named", "named_why", "take_out")})
        self.there = [one.child.pseudonym for one in others]
        if others:
            field: Any = self.fields["named"]
            field.choices = [(one.child.pseudonym, f"{one.child.full_name}: {one.called}") for one in others]
        else:
            del self.fields["named"], self.fields["named_why"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        given.setdefault("named", [])
        given.setdefault("named_why", "")
        found = names_problems(given["named"], given["named_why"], given.get("take_out", ""), self.there)
        for name, problem in found.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, problem)
        return given


class AskLiftForm(PlainForm):
    """The first of two people asks that it goes all the same."""

    why = forms.CharField(
        label="Why it has to go all the same",
        max_length=2000,
        widget=forms.Textarea,
        error_messages={"required": "Write why it has to go all the same"},
    )


class HandOverForm(SentForm):
    """How the pack goes: a file that is encrypted, or paper."""

    def __init__(self, *args: Any, event: SharingEvent, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        way: Any = self.fields["method"]
        way.label, way.choices = "How it goes", blank_first([(one, _WAYS[one]) for one in WAYS], "Choose")
        self.fields["text"].help_text = "Such as who was rung back, and on which number"

    def found(self) -> dict[str, str]:
        return hand_over_problems(self.event, self.happened(), now=timezone.now())
