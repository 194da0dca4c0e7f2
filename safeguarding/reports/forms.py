"""Of which time are the figures, and to what are they narrowed? By codes and days, for they stand in the address."""

from collections.abc import Sequence
from typing import Any

from django import forms

from children.codes import year_label
from safeguarding.concerns.models import Level
from safeguarding.forms import DateBoxesField, HarbourForm, blank_first

from .figures.periods import DAYS, LONGEST, TITLES, Period, between

# Nursery to the last year of a sixth form.
_YEARS = [(year, year_label(year)) for year in range(-1, 14)]


class PeriodForm(HarbourForm):
    """The time and the filters of the overview. A code that is none narrows nothing; two days have to be two days.

    `categories` and `schools` are choices: kinds by code, schools by key.
    """

    period = forms.ChoiceField(label="Time", choices=list(TITLES.items()), required=False)
    first = DateBoxesField(label="First day", past=True, required=False)
    last = DateBoxesField(label="Last day", required=False)
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
