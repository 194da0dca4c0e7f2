"""What may be typed about several concerns at once, about a filter to keep, and about supervision?"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import User
from safeguarding.concerns.forms.deciding import (
    AskingSelect,
    DayChoice,
    Giving,
    Working,
    day_chosen,
    words_field,
)
from safeguarding.concerns.services.deciding import day_problem
from safeguarding.concerns.services.own import held_problem
from safeguarding.forms import DateBoxesField


class SaveFilterForm(Working):
    """A name for the filter that is applied."""

    called = "name"
    token = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label="Save this filter as", max_length=60, error_messages={"required": "Give the filter a name"}
    )


class ReviewAllForm(Working):
    """A day on which to look at each again."""

    called = "day of review"
    token = forms.UUIDField(widget=forms.HiddenInput)
    review_on = DayChoice(label="Review on", widget=AskingSelect(asks={DayChoice.OTHER: "day"}))
    review_on_day = DateBoxesField(label="Review on", required=False)
    reason = words_field("Why", rows=2, error_messages={"required": "Say why they are looked at again on that day"})

    def __init__(self, *args: Any, today: date, calendar: SchoolCalendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        days = [calendar.next_school_day(today + timedelta(days=n)) for n in (0, 2, 6, 13, 41)]
        self.fields["review_on"].offer(days, today)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day = cleaned["review_on"] = day_chosen(self, "review_on")
        if day is not None and (problem := day_problem("Review on", day, today=self.today)):
            self.add_error("review_on", problem)
        return cleaned


class GiveAllForm(Giving):
    """The same to do, for one person, on each."""

    called = "action"
    field_order = ("token", "text")
    token = forms.UUIDField(widget=forms.HiddenInput)
    text = words_field("What needs doing", rows=2)


class ChosenForm(forms.Form):
    """Which concerns of those that stood on the page."""

    chosen = forms.TypedMultipleChoiceField(
        coerce=UUID,
        error_messages={
            "required": "Choose at least one concern",
            "invalid_choice": "One of the concerns is not there any more. Look the list over, then choose again",
        },
    )

    def __init__(self, *args: Any, keys: Sequence[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(str(one), "") for one in keys]  # type: ignore[attr-defined]


class SupervisionForm(Working):
    """A note of supervision."""

    called = "note"
    token = forms.UUIDField(widget=forms.HiddenInput)
    other: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Who with", queryset=None, empty_label="Choose", error_messages={"required": "Choose who with"}
    )
    held_on = DateBoxesField(label="Date", past=True)
    text = words_field(
        "Note",
        rows=8,
        help_text="Name no child and no family: quote the reference of the concern.",
        error_messages={"required": "Write the note before you save it"},
    )

    def __init__(self, *args: Any, people: QuerySet[User], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        other: Any = self.fields["other"]
        other.queryset = people
        # Listed here, in one query: Django would ask with a cursor.
        other.choices = [("", "Choose"), *((user.pk, f"{user.full_name}, {user.job}".rstrip(", ")) for user in people)]

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if problem := held_problem(day, today=self.today):
            raise forms.ValidationError(problem.rstrip("."))
        return day
