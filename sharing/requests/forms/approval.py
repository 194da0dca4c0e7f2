"""What is typed to send an answer back, to have its files made, and to record that they went?"""

from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.forms import DateBoxesField, Radios
from safeguarding.plans.forms.columns import DeedForm
from sharing.requests.models import Bundle
from sharing.requests.services.approving import LONGEST_NOTE
from sharing.requests.services.handing_over import How, release_problems


class SendBackForm(DeedForm):
    """What is to be looked at again."""

    note = forms.CharField(
        label="What is to be looked at again",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea,
        help_text="The item by its number, and what you would decide otherwise. Who prepared it reads this: name "
        "no item that somebody else reviews",
        error_messages={"required": "Write what is to be looked at again"},
    )


class ReleaseForm(DeedForm):
    """How the files went, and when."""

    bundle = forms.UUIDField(widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label="How did they go?",
        choices=How.choices,
        widget=Radios(),
        error_messages={"required": "Choose how they went"},
    )
    on = DateBoxesField(label="When", past=True)

    def __init__(self, *args: Any, file: Bundle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file = file
        self.initial.setdefault("bundle", file.pk)
        self.initial.setdefault("on", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("how") and given.get("on"):
            self.blame(release_problems(self.file, given["how"], given["on"], today=timezone.localdate()))
        return given
