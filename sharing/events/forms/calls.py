"""What is asked of who records a call?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.accounts.calendar import LONDON
from safeguarding.dates import clock
from safeguarding.forms import DateBoxesField, HarbourForm, TimeField, blank_first
from safeguarding.keys import uuid7
from sharing.events.models import Recipient
from sharing.events.services.calling import Called, call_problems
from sharing.events.services.law import Reason

from .deciding import named


class Timed(HarbourForm):
    """A form that says when something was: `day` and `time`, by itself now."""

    day = DateBoxesField(label="Date", past=True)
    time = TimeField(label="Time", help_text="Such as 9:30am or 1415")

    def set_now(self) -> None:
        """Fill in today and this minute where nothing else stands there."""
        here = timezone.localtime()
        self.initial.setdefault("day", here.date())
        self.initial.setdefault("time", clock(here.time().replace(second=0, microsecond=0)))

    def moment(self) -> datetime | None:
        """When it was; None where that was not, or wrongly, given."""
        day, at = self.cleaned_data.get("day"), self.cleaned_data.get("time")
        return datetime.combine(day, at, LONDON) if day and at else None

    def tell(self, problems: Mapping[str, str]) -> None:
        """Say what is wrong beside its field."""
        for name, sentence in problems.items():
            if name not in self.errors and not (name == "day" and "time" in self.errors):
                self.add_error(name if name in self.fields else None, sentence)


class CallForm(Timed):
    """A call: with which organisation, when, what was said, what for, by which law."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    concern = forms.UUIDField(widget=forms.HiddenInput, required=False)
    recipient = forms.ChoiceField(label="With", error_messages={"required": "Choose who it was"})
    person = forms.CharField(
        label="Who there",
        max_length=200,
        help_text="Full name and role",
        error_messages={"required": "Enter who there, with their role"},
    )
    content = forms.CharField(
        label="What was said",
        max_length=4000,
        widget=forms.Textarea,
        error_messages={"required": "Write what was said"},
    )
    purpose = forms.CharField(
        label="What for", max_length=4000, widget=forms.Textarea, error_messages={"required": "Write what it was for"}
    )
    reason = forms.ChoiceField(label="Legal reason", error_messages={"required": "Choose the legal reason"})
    yes = forms.MultipleChoiceField(
        label="Before anything was said",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Where the legal reason asks for it",
    )
    follow_up_on = DateBoxesField(label="They answer by", required=False, help_text="Where they are to ring back")

    def __init__(
        self,
        data: Any = None,
        *,
        recipients: Sequence[Recipient],
        reasons: Sequence[Reason],
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.set_now()
        self.recipients = {row.choice: row for row in recipients}
        self.reasons = {one.row.code: one for one in reasons}
        choices = [(key, row.called) for key, row in self.recipients.items()]
        self.fields["recipient"].choices = blank_first(choices, "Choose")  # type: ignore[attr-defined]
        laws = [(code, named(one)) for code, one in self.reasons.items()]
        self.fields["reason"].choices = blank_first(laws, "Choose")  # type: ignore[attr-defined]
        asked = {one["key"]: one["asks"] for each in reasons for one in each.row.questions if one["takes"] == "yes"}
        self.fields["yes"].choices = list(asked.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        self.tell(call_problems(self.said(), offered=self.reasons, now=timezone.now()))
        return given

    def said(self) -> Called:
        given = self.cleaned_data
        code = given.get("reason", "")
        return Called(
            recipient=self.recipients.get(given.get("recipient", "")),
            person=given.get("person", ""),
            called_at=self.moment(),
            content=given.get("content", ""),
            purpose=given.get("purpose", ""),
            reason=self.reasons[code].row if code in self.reasons else None,
            yes=frozenset(given.get("yes", ())),
            follow_up_on=given.get("follow_up_on"),
        )
