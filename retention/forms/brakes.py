"""What does somebody type who lets destruction go on? How many records would go, or which day it is."""

from datetime import date
from typing import Any

from django import forms

from retention.models import Brake
from retention.services.lifting import BY_NUMBER, lift_problem
from safeguarding.forms import DateBoxesField, HarbourForm


class LiftForm(HarbourForm):
    """The number, or the day: whichever the stop asks for."""

    number = forms.IntegerField(
        label="How many records",
        help_text="The number on this page of those that would be destroyed",
        error_messages={"required": "Enter the number of records", "invalid": "Enter the number in digits"},
    )
    day = DateBoxesField(label="Date of today", help_text="From a calendar or a telephone, and not from this screen")

    def __init__(self, data: Any = None, *, brake: Brake, today: date) -> None:
        super().__init__(data)
        self.brake, self.today = brake, today
        del self.fields["day" if brake.kind in BY_NUMBER else "number"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (problem := lift_problem(self.brake, today=self.today, **self.typed())):
            self.add_error(next(iter(self.fields)), problem)
        return given

    def typed(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        return {name: self.cleaned_data.get(name) for name in ("number", "day")}
