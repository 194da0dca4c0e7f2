"""What may be typed about a meeting and its minutes?"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import Truncator

from children.models import Child
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import User
from safeguarding.concerns.forms.deciding import Giving, Working, words_field
from safeguarding.concerns.forms.known import known_as
from safeguarding.concerns.forms.meeting_days import (
    children_field,
    chosen_of,
    colleagues_field,
    offer_children,
    offer_colleagues,
)
from safeguarding.concerns.models import Meeting, MeetingDecision
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.meeting_plans import Offered
from safeguarding.forms import DateBoxesField, TimeField, blank_first

# What is asked before it goes into the plans of these children.
Asks = Callable[[Called, Sequence[Child]], str]
# Letters that the minutes of a long day take.
_MINUTES = 100_000


class MeetingForm(Working):
    """A meeting that is to be, is, or was."""

    called = "meeting"
    token = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="What kind of meeting",
        choices=blank_first(Meeting.Kind.choices, "Choose"),
        error_messages={"required": "Choose what kind of meeting it is"},
    )
    conference = forms.ChoiceField(
        label="Initial conference or review?",
        choices=blank_first(Meeting.Conference.choices, "Not a conference"),
        required=False,
    )
    children = children_field(
        "A date in the plans of",
        help_text="A strategy discussion, conference, core group or child in need meeting becomes a date in the plan "
        "of each child you tick. Brothers, sisters and others in the concern are listed if they have an open plan. "
        "What you write about it stays with this concern.",
    )
    day = DateBoxesField(label="Date")
    time = TimeField(label="Time", help_text="Such as 9:30am or 1415")
    place = forms.CharField(label="Where", required=False, max_length=200)
    staff = colleagues_field(
        "Colleagues who are there",
        help_text="Of a meeting to come they are told the school day before, if they may see the concern",
    )
    others = words_field(
        "Others who are there", rows=3, required=False, help_text="Full names, roles and agencies, one a line."
    )
    apologies = words_field("Apologies", rows=2, required=False)

    def __init__(
        self, *args: Any, people: QuerySet[User], offered: Sequence[Offered], asks: Asks, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered_children, self._asks = offered, asks
        offer_children(self, "children", offered)
        offer_colleagues(self, people)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind, which = given.get("kind"), given.get("conference")
        if kind == Meeting.Kind.CONFERENCE and not which:
            self.add_error("conference", "Choose whether it is the initial conference or a review")
        elif kind and kind != Meeting.Kind.CONFERENCE:
            given["conference"] = ""
        if not self.errors and (chosen := self.chosen()) and (question := self._asks(self.meeting(), chosen)):
            self.ask_once("children", question)
        return given

    def chosen(self) -> list[Child] | None:
        """The children in whose plans it is a date; None where nobody was asked."""
        return chosen_of(self, "children", self.offered_children)

    def meeting(self) -> Called:
        given = self.cleaned_data
        texts = {name: given[name].strip() for name in ("kind", "conference", "place", "others", "apologies")}
        return Called(held_at=datetime.combine(given["day"], given["time"], LONDON), **texts)


class MinutesForm(Working):
    """The minutes as they stand on the page. `page` tells one window from another."""

    called = "minutes"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    page = forms.UUIDField(widget=forms.HiddenInput)
    minutes = words_field(
        "Minutes", rows=16, required=False, longest=_MINUTES, help_text="Who said what. Full names and roles."
    )


class DecidedForm(Giving):
    """What the meeting decided, and where somebody has to do it: who, and by when."""

    called = "decision"
    field_order = ("token", "text")
    token = forms.UUIDField(widget=forms.HiddenInput)
    text = words_field("What was decided", rows=2, error_messages={"required": "Write what was decided"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.required = False
        owner.choices = [("", "Nobody has to do anything"), *list(owner.choices)[1:]]


class GiveForm(Giving):
    """Who does what was decided, and by when."""

    called = "name of who does it"
    field_order = ("decision",)
    decision: forms.ModelChoiceField = forms.ModelChoiceField(label="Decision", queryset=None)

    def __init__(self, *args: Any, decided: QuerySet[MeetingDecision], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["decision"]
        field.queryset = decided
        field.choices = [(one.pk, Truncator(one.text).chars(90)) for one in decided if one.action_id is None]

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in super().facts().items() if name != "decision"}


class AdditionForm(Working):
    called = "addition"
    token = forms.UUIDField(widget=forms.HiddenInput)
    text = words_field("What is added", rows=3, error_messages={"required": "Write what is added"})


known_as(
    meeting_form=MeetingForm,
    minutes_form=MinutesForm,
    decided_form=DecidedForm,
    give_form=GiveForm,
    addition_form=AdditionForm,
)
