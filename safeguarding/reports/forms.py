"""What is asked of figures, and set for them? Time and filters, by codes and days, for they stand in the address; and
targets.
"""

from collections.abc import Sequence
from typing import Any

from django import forms

from children.codes import year_label
from safeguarding.concerns.models import Level
from safeguarding.forms import DateBoxesField, HarbourForm, blank_first
from safeguarding.keys import uuid7

from .figures.periods import DAYS, LONGEST, TERM, TITLES, Period, between
from .models import Target
from .services.targets import target_problems

_WHOLE = "Give the target as a whole number, such as 95 or 0"
# Nursery to the last year of a sixth form.
_YEARS = [(year, year_label(year)) for year in range(-1, 14)]


class TimeForm(HarbourForm):
    """The time of figures. A code that is none changes nothing; two days have to be two days."""

    period = forms.ChoiceField(label="Time", choices=list(TITLES.items()), required=False)
    first = DateBoxesField(label="First day", past=True, required=False)
    last = DateBoxesField(label="Last day", required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("period") == DAYS:
            first, last = given.get("first"), given.get("last")
            for name, day in (("first", first), ("last", last)):
                if day is None and name not in self.errors:
                    self.add_error(name, f"Enter the {name} day, or choose another time")
            if first and last and last < first:
                self.add_error("last", "The last day must be the first day or later")
            elif first and last and last - first > LONGEST:
                self.add_error("last", "Choose at most three years")
        return given

    def chosen(self) -> dict[str, Any]:
        """The codes that were understood, by field; empty ones are left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    def days(self, chosen: dict[str, Any]) -> Period | None:
        """The two days that were chosen; None where another time was, or not both of them are days."""
        if chosen.get("period") != DAYS or "first" not in chosen or "last" not in chosen:
            return None
        return between(chosen["first"], chosen["last"])


class PeriodForm(TimeForm):
    """The time and the filters of the overview. A code that is none narrows nothing.

    `categories` and `schools` are choices: kinds by code, schools by key.
    """

    year = forms.TypedChoiceField(
        label="Year group", choices=blank_first(_YEARS, "All"), required=False, coerce=int, empty_value=None
    )
    category = forms.ChoiceField(label="Main category", required=False)
    level = forms.TypedChoiceField(
        label="Level of need",
        choices=blank_first(Level.choices, "All"),
        required=False,
        coerce=int,
        empty_value=None,
    )
    school = forms.ChoiceField(label="School", required=False)

    def __init__(
        self, *args: Any, categories: Sequence[tuple[str, str]], schools: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = blank_first(categories, "All")  # type: ignore[attr-defined]
        self.fields["school"].choices = list(schools)  # type: ignore[attr-defined]


class SchoolsForm(TimeForm):
    """The time of several schools beside each other. Terms are each school's own, and are not offered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, title) for key, title in TITLES.items() if key != TERM]
        self.fields["period"].choices = choices  # type: ignore[attr-defined]


class TargetForm(HarbourForm):
    """A target of the school for one figure."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    figure = forms.ChoiceField(
        label="Number",
        choices=blank_first(Target.Figure.choices, "Choose"),
        error_messages={"required": "Choose the number that the target is for"},
    )
    value = forms.IntegerField(
        label="Target",
        help_text="For “read”, “decided”, “on time” and “in time”: at least so many per cent. For what is late or "
        "missed: at most so many.",
        error_messages={"required": _WHOLE, "invalid": _WHOLE},
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for field, problem in target_problems(given["figure"], given["value"]).items():
                self.add_error(field, problem)
        return given


class EndTargetForm(HarbourForm):
    """Which figure has no target any more."""

    figure = forms.ChoiceField(choices=Target.Figure.choices)
