"""What is typed of what happened with a decision: that it was sent, chased, received, asked back, answered?"""

from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.forms import DateBoxesField, blank_first
from safeguarding.plans.forms.columns import SeenForm, TokenForm
from sharing.events.models import SharingEvent
from sharing.events.services.asking_back import answered_problems, asked_back_problems
from sharing.events.services.following import Happened
from sharing.events.services.receiving import chase_problems, received_problems
from sharing.events.services.sending import sent_problems

from .calls import Timed


class PlainForm(SeenForm):
    """Something that is done with a decision as it stands: nothing is typed."""

    def __init__(self, *args: Any, event: SharingEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.initial.setdefault("seen", event.revision)


class _StepForm(TokenForm, Timed):
    """A step: when, how, who there, what was said."""

    method = forms.ChoiceField(label="How", choices=blank_first(SharingEvent.Method.choices, "Choose"), required=False)
    person = forms.CharField(label="Who there", max_length=200, required=False, help_text="Full name and role")
    text = forms.CharField(label="What was said", max_length=4000, required=False, widget=forms.Textarea)
    field_order = ("deed", "token", "day", "time", "method", "person", "text", "follow_up_on")

    def __init__(self, *args: Any, event: SharingEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.set_now()

    def happened(self) -> Happened:
        given = self.cleaned_data
        return Happened(self.moment(), *(given.get(name, "") for name in ("method", "person", "text")))

    def found(self) -> dict[str, str]:
        """What the service finds wrong."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        self.tell(self.found())
        return given


class SentForm(_StepForm):
    """It has gone, as it stood on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, event: SharingEvent, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        self.initial.setdefault("seen", event.revision)
        self.fields["method"].required = True
        self.fields["method"].label = "How it was sent"
        self.fields["person"].label = "Who took it there"
        self.fields["text"].label = "Note"
        self.fields["text"].help_text = "Such as the number of the delivery"

    def found(self) -> dict[str, str]:
        return sent_problems(self.event, self.happened(), now=timezone.now())


class ChaseForm(_StepForm):
    """Somebody asked whether it has come."""

    follow_up_on = DateBoxesField(label="Ask again on")

    def found(self) -> dict[str, str]:
        again = self.cleaned_data.get("follow_up_on")
        return chase_problems(self.event, self.happened(), again, now=timezone.now())


class ReceivedForm(_StepForm):
    """Somebody there has confirmed it."""

    def __init__(self, *args: Any, event: SharingEvent, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        self.fields["person"].label = "Who has received it"
        self.fields["text"].label = "Note"

    def found(self) -> dict[str, str]:
        return received_problems(self.event, self.happened(), now=timezone.now())


class AskBackForm(_StepForm):
    """It should not have gone, or not like this."""

    follow_up_on = DateBoxesField(label="They answer by")

    def __init__(self, *args: Any, event: SharingEvent, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        self.fields["text"].label = "What was wrong, and what they were asked to do"

    def found(self) -> dict[str, str]:
        by = self.cleaned_data.get("follow_up_on")
        return asked_back_problems(self.event, self.happened(), by, now=timezone.now())


class AnswerForm(_StepForm):
    """What they have done with what was asked back."""

    def __init__(self, *args: Any, event: SharingEvent, **kwargs: Any) -> None:
        super().__init__(*args, event=event, **kwargs)
        self.fields["text"].label = "What they have done with it"

    def found(self) -> dict[str, str]:
        return answered_problems(self.event, self.happened(), now=timezone.now())
