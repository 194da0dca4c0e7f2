"""What do people type to set up their school: hours and numbers, terms and days closed, who is away?"""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from safeguarding.accounts import services
from safeguarding.accounts.models import School
from safeguarding.forms import DateBoxesField, HarbourForm, TimeField

_NUMBER = re.compile(r"\+?[0-9 ()]{3,29}")


class TelephoneField(forms.CharField):
    """A telephone number as it is dialled: figures, spaces, brackets, a plus in front.

    Not checked for being somebody's.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=30, widget=forms.TextInput({"type": "tel"}), **kwargs)

    def clean(self, value: Any) -> str:
        number: str = super().clean(value)
        if number and not _NUMBER.fullmatch(number):
            raise ValidationError(f"{self.label} must be a telephone number, such as 0161 496 0000")
        return number


class MinutesField(forms.IntegerField):
    """Minutes that a call may wait: at least one, or the first person has no chance to answer."""

    def __init__(self, **kwargs: Any) -> None:
        label = kwargs["label"]
        wrong = f"{label} must be a whole number of minutes from 1 to 60"
        super().__init__(
            min_value=1,
            max_value=60,
            widget=forms.TextInput({"inputmode": "numeric"}),
            error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
            **kwargs,
        )


class SchoolForm(HarbourForm):
    """The settings of a school. Starts from a `School`; `cleaned_data` are the fields of `services.change_school`."""

    day_starts = TimeField(label="School day starts", help_text="When somebody is in the building, such as 8am")
    day_ends = TimeField(label="School day ends", help_text="Such as 4pm")
    telephone = TelephoneField(label="School telephone")
    social_care_day = TelephoneField(
        label="Social care, daytime", help_text="Children’s social care of your local authority"
    )
    social_care_night = TelephoneField(label="Social care, out of hours", help_text="Nights and weekends")
    call_next_after = MinutesField(
        label="Minutes until the next person", help_text="A call that nobody has opened goes to one more person"
    )
    call_head_after = MinutesField(label="Minutes until the Headteacher", help_text="Counted from the call as well")

    def __init__(self, data: Any = None, *, school: School, **kwargs: Any) -> None:
        super().__init__(data, initial={name: getattr(school, name) for name in self.base_fields}, **kwargs)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts, ends = given.get("day_starts"), given.get("day_ends")
        if starts and ends and ends <= starts:
            self.add_error("day_ends", "School day ends must be later than it starts")
        sooner, later = given.get("call_next_after"), given.get("call_head_after")
        if sooner and later and later < sooner:
            self.add_error(
                "call_head_after", "Minutes until the Headteacher must not be fewer than until the next person"
            )
        return given


class TermForm(HarbourForm):
    """A term, or half of one: its name and its first and last day."""

    name = forms.CharField(label="Name of the term", max_length=60, help_text="Such as Autumn 2026, first half")
    starts_on = DateBoxesField(label="First day")
    ends_on = DateBoxesField(label="Last day")

    def __init__(self, data: Any = None, *, school: School, **kwargs: Any) -> None:
        super().__init__(data, prefix="term", **kwargs)
        self.school = school

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts_on, ends_on, name = given.get("starts_on"), given.get("ends_on"), given.get("name", "")
        if starts_on and ends_on and (problem := services.term_problem(self.school, name, starts_on, ends_on)):
            self.add_error("ends_on", problem)
        return given


class ClosureForm(HarbourForm):
    """A weekday on which no children come."""

    on = DateBoxesField(label="Date")
    reason = forms.CharField(label="Why closed", max_length=100, help_text="Such as bank holiday, or training day")

    def __init__(self, data: Any = None, *, school: School, **kwargs: Any) -> None:
        super().__init__(data, prefix="closure", **kwargs)
        self.school = school

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        on, reason = given.get("on"), given.get("reason", "")
        if on and (problem := services.closure_problem(self.school, on, reason)):
            self.add_error("on", problem)
        return given


class AbsenceForm(HarbourForm):
    """Somebody who takes calls is not in school. `people` are the places in the order of calling."""

    person = forms.TypedChoiceField(label="Who is away", coerce=UUID, error_messages={"required": "Choose who is away"})
    starts_on = DateBoxesField(label="First day away")
    ends_on = DateBoxesField(label="Last day away", help_text="The same day, if it is only one")

    def __init__(self, data: Any = None, *, people: list[services.Duty], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["person"].choices = [("", "Choose"), *((str(p.user_id), p.name) for p in people)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts_on, ends_on = given.get("starts_on"), given.get("ends_on")
        today = timezone.localdate()
        if starts_on and ends_on and (problem := services.absence_problem(starts_on, ends_on, today=today)):
            self.add_error("ends_on", problem)
        return given
