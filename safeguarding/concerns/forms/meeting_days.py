"""What may be typed when a meeting is moved, called off or was held, and when it goes into the plans of children?"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import User
from safeguarding.concerns.forms.deciding import Working, words_field
from safeguarding.concerns.forms.known import known_as
from safeguarding.concerns.models import Meeting
from safeguarding.concerns.services.meeting_plans import Offered, Result
from safeguarding.dates import clock
from safeguarding.forms import DateBoxesField, TimeField, blank_first


def children_field(label: str, **facts: Any) -> forms.MultipleChoiceField:
    """Some of the children whose plans the person keeps."""
    return forms.MultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple, choices=(), **facts
    )


def offer_children(form: forms.Form, name: str, children: Sequence[Offered]) -> None:
    """These children to choose from, ticked where the concern is about them; without any, no such field."""
    if not children:
        del form.fields[name]
        return
    field: Any = form.fields[name]
    field.choices = [(str(one.child.pk), one.label) for one in children]
    form.initial.setdefault(name, [str(one.child.pk) for one in children if not one.part])


def chosen_of(form: forms.Form, name: str, children: Sequence[Offered]) -> list[Child] | None:
    """Those that were ticked; None where nobody was asked."""
    if name not in form.fields:
        return None
    ticked = set(form.cleaned_data.get(name, ()))
    return [one.child for one in children if str(one.child.pk) in ticked]


def colleagues_field(label: str, **facts: Any) -> "forms.ModelMultipleChoiceField[User]":
    """Some of the colleagues."""
    return forms.ModelMultipleChoiceField(
        label=label, queryset=None, required=False, widget=forms.CheckboxSelectMultiple, **facts
    )


def offer_colleagues(form: forms.Form, people: QuerySet[User]) -> None:
    """These to choose from, listed in one query: Django would ask with a cursor."""
    staff: Any = form.fields["staff"]
    staff.queryset = people
    staff.choices = [(user.pk, f"{user.full_name}, {user.job}".rstrip(", ")) for user in people]


class _OfMeeting(Working):
    """A form about when a meeting is: `seen` is when the page says that it is."""

    seen = forms.DateTimeField(widget=forms.HiddenInput)

    def on_top(self, found: Meeting) -> "_OfMeeting":
        """What was typed, to be saved by somebody who has seen when the meeting is now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = found.held_at.isoformat()
        self.data = data
        return self


class _When(_OfMeeting):
    """A day and a time."""

    day = DateBoxesField(label="Date")
    time = TimeField(label="Time", help_text="Such as 9:30am or 1415")

    def held_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], LONDON)


class _Results(Working):
    """What came of it for each child; of a conference also whether it was quorate, and the report of the school."""

    quorate = forms.TypedChoiceField(
        label="Enough agencies were there",
        choices=blank_first([("yes", "Yes"), ("no", "No")], "Not known"),
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
    )
    report_sent_on = DateBoxesField(
        label="School’s report sent", past=True, required=False, help_text="Where the school sent one"
    )

    def __init__(self, *args: Any, results: Sequence[Result], of_conference: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.of_conference = results, of_conference and bool(results)
        if not self.of_conference:
            del self.fields["quorate"], self.fields["report_sent_on"]
        for one in results:
            self.fields[_name(one)] = forms.ChoiceField(
                label=one.label,
                choices=blank_first(one.choices, "Choose"),
                required=one.required,
                initial=one.stands,
                error_messages={"required": f"{one.label}: choose what came of it"},
            )

    @property
    def outcomes(self) -> list[Any]:
        """The fields of the children, for the page."""
        return [self[_name(one)] for one in self.asked]

    def said(self) -> dict[str, Any]:
        """What came of it, as the services of meetings take it."""
        return {"results": self.results(), "more": self.more()}

    def more(self) -> dict[str, Any]:
        """What is so for all the children."""
        given = self.cleaned_data
        return {name: given[name] for name in ("quorate", "report_sent_on") if given.get(name) is not None}

    def results(self) -> dict[UUID, str]:
        return {one.child_id: said for one in self.asked if (said := self.cleaned_data.get(_name(one), ""))}


def _name(result: Result) -> str:
    return f"result_{result.child_id.hex}"


class HeldForm(_Results, _When):
    """It was held: when, and what came of it."""

    called = "answer"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        _ask_for_past(self, given)
        return given


class CorrectHeldForm(_Results, _When):
    """It was held on another day, or something else came of it."""

    called = "correction"
    token = forms.UUIDField(widget=forms.HiddenInput)
    reason = words_field("Why it is corrected", rows=2, error_messages={"required": "Write why it is corrected"})

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        _ask_for_past(self, given)
        return given


class MoveForm(_When):
    """Another day, time or place, or others who go. `stood` is where it is and who goes, as the page says."""

    called = "change"
    token = forms.UUIDField(widget=forms.HiddenInput)
    stood = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.CharField(label="Where", required=False, max_length=200)
    staff = colleagues_field(
        "Colleagues who go", help_text="Newly named colleagues are told if they may see the concern"
    )
    reason = words_field("Why it is moved or changed", rows=2, required=False)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_colleagues(self, people)

    def on_top(self, found: Meeting) -> "MoveForm":
        super().on_top(found)
        self.data["stood"] = str(self.initial["stood"])  # type: ignore[index]
        return self


class CallOffForm(_OfMeeting):
    """It is not held."""

    called = "reason"
    token = forms.UUIDField(widget=forms.HiddenInput)
    reason = words_field("Why it is called off", rows=2, error_messages={"required": "Write why it is called off"})


class IntoPlansForm(_Results):
    """Into the plans of which children, and what came of it where it was held."""

    called = "choice"
    children = children_field("It is a date in the plans of")

    def __init__(
        self, *args: Any, offered: Sequence[Offered], asks: Callable[[Sequence[Child]], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered_children, self._asks = offered, asks
        offer_children(self, "children", offered)

    def chosen(self) -> list[Child]:
        return chosen_of(self, "children", self.offered_children) or []

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if (chosen := self.chosen()) and (question := self._asks(chosen)):
            self.ask_once("children", question)
        return given


def _ask_for_past(form: forms.Form, given: dict[str, Any]) -> None:
    if "day" in given and "time" in given and form.held_at() > timezone.now():  # type: ignore[attr-defined]
        form.add_error("day", "Date must be today or in the past: move a meeting that is to come")


def stands_at(found: Meeting) -> dict[str, Any]:
    """The first words of a form about when it is."""
    here = timezone.localtime(found.held_at)
    return {"seen": found.held_at.isoformat(), "day": here.date(), "time": clock(here)}


known_as(
    held_form=HeldForm,
    correct_form=CorrectHeldForm,
    move_form=MoveForm,
    off_form=CallOffForm,
    into_plans_form=IntoPlansForm,
)
