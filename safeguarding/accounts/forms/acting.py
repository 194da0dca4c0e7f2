"""What does somebody type to say that a safeguarding lead is away and who acts instead?"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from safeguarding.accounts.services import Colleague
from safeguarding.accounts.services.acting import day_problem
from safeguarding.forms import DateBoxesField, HarbourForm


class ActingForm(HarbourForm):
    """Who is away, who acts, until when. Who is recorded as away already is ticked, and so is the only one there is."""

    away = forms.TypedMultipleChoiceField(
        label="Who is away",
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose who is away"},
    )
    acting = forms.TypedChoiceField(
        label="Acting safeguarding lead",
        coerce=UUID,
        help_text="Trained like a safeguarding lead. Those who decide concerns already come first.",
        error_messages={"required": "Choose who acts as safeguarding lead"},
    )
    ends_on = DateBoxesField(label="Last day", help_text="You can change it, or end it sooner")

    def __init__(
        self,
        data: Any = None,
        *,
        leads: Sequence[Colleague],
        people: Sequence[Colleague],
        away_today: Collection[UUID],
        today: date,
    ) -> None:
        away = [one.user.pk for one in leads if one.user.pk in away_today]
        super().__init__(data, initial={"away": away or ([leads[0].user.pk] if len(leads) == 1 else [])})
        self.leads, self.people, self.today = leads, people, today
        self.fields["away"].choices = [(str(one.user.pk), _named(one)) for one in leads]  # type: ignore[attr-defined]
        gone = {one.user.pk for one in people if one.user.pk in away_today}
        self.fields["acting"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"),
            *((str(one.user.pk), _named(one)) for one in people if one.user.pk not in gone),
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("acting") and given["acting"] in given.get("away", ()):
            self.add_error("acting", "Acting safeguarding lead must be somebody who is not away")
        if (day := given.get("ends_on")) and (problem := day_problem(day, on=self.today)):
            self.add_error("ends_on", problem)
        return given

    def chosen(self) -> tuple[list[Colleague], Colleague]:
        """Who is away, and who acts, of a form that is valid."""
        away = [one for one in self.leads if one.user.pk in self.cleaned_data["away"]]
        return away, next(one for one in self.people if one.user.pk == self.cleaned_data["acting"])


def _named(one: Colleague) -> str:
    return f"{one.user.full_name}, {one.titles}"
