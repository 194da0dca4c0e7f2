"""What is typed to open a file to the next school, to say where it goes, and that it does not go?"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from children.models import Child
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.plans.forms.columns import DeedForm, SeenForm, TokenForm
from sharing.events.models import Recipient
from sharing.transfers.models import OPEN, FileTransfer
from sharing.transfers.services import confirming, receiving
from sharing.transfers.services.confirming import Noted, Where
from sharing.transfers.services.opening import open_problems

ALL_OPEN = "open"


class ListForm(HarbourForm):
    """Narrows the list; a code that is none narrows nothing."""

    state = forms.ChoiceField(
        label="State",
        choices=blank_first([(ALL_OPEN, "What is not settled"), *FileTransfer.Status.choices], "Any"),
        required=False,
    )

    def chosen(self) -> str:
        """What was understood; empty for everything."""
        self.is_valid()
        return str(self.cleaned_data.get("state", ""))

    @staticmethod
    def states(chosen: str) -> Sequence[str]:
        return OPEN if chosen == ALL_OPEN else [chosen]


class OpenForm(HarbourForm):
    """The last day, with which a file is opened."""

    last_day = DateBoxesField(label="Last day at this school", help_text="Also one to come. It can be corrected later")

    def __init__(self, data: Any = None, *, child: Child) -> None:
        super().__init__(data, initial={"last_day": child.left_on})
        self.child = child

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        found = open_problems(self.child, given.get("last_day"), timezone.localdate())
        for name, problem in found.items():
            if name not in self.errors:
                self.add_error(name, problem)
        return given


class _Of(DeedForm):
    """A form on the page of a transfer. `schools` are those of the address book."""

    def __init__(self, *args: Any, transfer: FileTransfer, schools: Sequence[Recipient] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transfer, self.schools, self.today = transfer, schools, timezone.localdate()
        if "seen" in self.fields:
            self.initial.setdefault("seen", transfer.revision)

    def tell(self, problems: Mapping[str, str]) -> None:
        """Say what is wrong beside its field."""
        self.blame({name: sentence for name, sentence in problems.items() if name not in self.errors})

    def found(self, given: dict[str, Any]) -> Mapping[str, str]:
        """What the service finds wrong."""
        return {}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        self.tell(self.found(given))
        return given


class ConfirmForm(_Of, SeenForm):
    """The last day and the next school."""

    last_day = DateBoxesField(label="Last day at this school")
    recipient = forms.ChoiceField(
        label="Next school",
        required=False,
        help_text="Those of your address book. It has to be there before it is sent",
    )
    name = forms.CharField(
        label="Its name, where it is not in the address book", max_length=200, required=False
    )  # fmt: skip
    number = forms.CharField(
        label="Number of the school",
        max_length=10,
        required=False,
        help_text="Authority and establishment, such as 356/4021, where you know it",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {row.choice: row for row in self.schools}
        field: Any = self.fields["recipient"]
        field.choices = blank_first([(key, row.called) for key, row in self.known.items()], "Not in the address book")
        now = self.transfer
        self.initial.setdefault("last_day", now.last_day)
        self.initial.setdefault("recipient", now.recipient.choice if now.recipient else "")
        if now.recipient is None:
            self.initial.setdefault("name", now.destination)

    def where(self) -> Where:
        given = self.cleaned_data
        recipient = self.known.get(given.get("recipient", ""))
        return Where(recipient, "" if recipient else given.get("name", ""), given.get("number", ""))

    def found(self, given: dict[str, Any]) -> Mapping[str, str]:
        return confirming.confirm_problems(self.transfer, given.get("last_day"), self.where(), today=self.today)


class _NoteForm(_Of, TokenForm):
    """Something that was said: when, with whom, what."""

    happened_on = DateBoxesField(label="When", past=True)
    text = forms.CharField(label="What was said", max_length=4000, required=False, widget=forms.Textarea)
    needed: Collection[str] = ("text",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("happened_on", self.today)

    def noted(self) -> Noted:
        given = self.cleaned_data
        return Noted(given.get("text", ""), given.get("happened_on"), given.get("person", ""))


class EarlyForm(_NoteForm):
    """A conversation with the next school before the file goes."""

    person = forms.CharField(label="With", max_length=200, required=False, help_text="Full name and role")
    field_order = ("deed", "token", "happened_on", "person", "text")
    needed = ("person", "text")

    def found(self, given: dict[str, Any]) -> Mapping[str, str]:
        return confirming.note_problems(self.noted(), today=self.today, needs_person=True)


class StopForm(_NoteForm, SeenForm):
    """It is not sent."""

    because = forms.ChoiceField(label="Why", choices=FileTransfer.Because.choices, required=False, widget=Radios)
    authority_told_on = DateBoxesField(
        label="Local authority told on", required=False, past=True, help_text="Where nobody knows where the child is"
    )
    field_order = ("deed", "token", "seen", "because", "authority_told_on", "happened_on", "text")
    needed = ("because", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].label = "Known since"
        self.fields["text"].label = "How the school knows"

    def found(self, given: dict[str, Any]) -> Mapping[str, str]:
        because, told_on = given.get("because", ""), given.get("authority_told_on")
        return confirming.stop_problems(because, told_on, self.noted(), today=self.today)


class ReopenForm(_NoteForm, SeenForm):
    """It is known by now where the child is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = "What is known by now"

    def found(self, given: dict[str, Any]) -> Mapping[str, str]:
        return confirming.note_problems(self.noted(), today=self.today)


class AskForm(_Of, TokenForm):
    """The worker builds the file: nothing is typed."""


class SettleForm(_Of, TokenForm, SeenForm):
    """What becomes of the school's own copy."""

    own_copy = forms.ChoiceField(
        label="The school’s own copy", choices=FileTransfer.OwnCopy.choices, widget=Radios
    )  # fmt: skip
    text = forms.CharField(
        label="Note, or why",
        help_text="Of a file kept under the long rule for abuse a safeguarding lead says why.",
        max_length=2000,
        required=False,
        widget=forms.Textarea,
    )

    def found(self, given: dict[str, Any]) -> Mapping[str, str]:
        return receiving.settle_problems(given.get("own_copy", ""), given.get("text", ""))
