"""What do people type to give, withdraw and open access: who, why, until when, how they are connected to a child?"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from children.models import ConflictOfInterest, EmergencyAccess
from children.services.access import SHORTEST_REASON
from children.services.giving import period_problem
from safeguarding.accounts.models import Team
from safeguarding.accounts.services import Colleague
from safeguarding.forms import DateBoxesField, HarbourForm, Radios


class GiveForm(HarbourForm):
    """Who is given access, why and until when. `cleaned_data["holder"]` is ("user" or "team", key)."""

    holder = forms.ChoiceField(label="Person or team", error_messages={"required": "Choose a person or a team"})
    reason = forms.CharField(
        label="Why it is needed",
        max_length=500,
        widget=forms.Textarea,
        help_text="Kept with the record, as long as it is",
    )
    last_day = DateBoxesField(label="Last day", help_text="A year at most. It ends by itself.")

    def __init__(
        self, data: Any = None, *, people: Sequence[Colleague], teams: Sequence[Team] = (), today: date, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.today = today
        choices: list[Any] = [("", "Choose")]
        if teams:
            choices.append(("Teams", [(f"team:{team.key}", team.title) for team in teams]))
        choices.append(("People", [(f"user:{p.user.pk}", f"{p.user.full_name}, {p.titles}") for p in people]))
        self.fields["holder"].choices = choices  # type: ignore[attr-defined]

    def clean_holder(self) -> tuple[str, UUID]:
        kind, _, key = self.cleaned_data["holder"].partition(":")
        return kind, UUID(key)

    def clean_last_day(self) -> date:
        last_day: date = self.cleaned_data["last_day"]
        if problem := period_problem(last_day, today=self.today):
            raise ValidationError(problem)
        return last_day


class ChosenForm(forms.Form):
    """The child whose button was pressed among those found."""

    add = forms.UUIDField()


class ReasonForm(HarbourForm):
    """Why access is withdrawn, or a conflict lifted."""

    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea)


class EmergencyForm(HarbourForm):
    """Why a record must be opened now."""

    reason = forms.CharField(
        label="What has happened, and why it cannot wait",
        min_length=SHORTEST_REASON,
        max_length=1000,
        widget=forms.Textarea,
        error_messages={
            "required": f"Enter what has happened, and why it cannot wait, in {SHORTEST_REASON} characters or more",
            "min_length": f"What has happened, and why it cannot wait, must be {SHORTEST_REASON} characters or more",
        },
    )


class EmergencyReviewForm(HarbourForm):
    """What somebody else found: was it needed?"""

    finding = forms.ChoiceField(label="Was it needed?", choices=EmergencyAccess.Finding.choices, widget=Radios)
    note = forms.CharField(label="What you found", max_length=1000, required=False, widget=forms.Textarea)


class QuestionForm(HarbourForm):
    """The yearly question."""

    answer = forms.ChoiceField(
        label="Are you related or close to any child or family here?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=Radios(
            hints={
                "yes": "You say which child next. You then see nothing of that child’s record.",
                "no": "You are asked again at the start of the next school year",
            }
        ),
    )


class ConnectionForm(HarbourForm):
    """How somebody is connected to a child. `person` only where it is said of somebody else."""

    person = forms.TypedChoiceField(
        label="Who is connected to the child", coerce=UUID, required=False, empty_value=None
    )
    kind = forms.ChoiceField(label="What is the connection?", choices=ConflictOfInterest.Kind.choices, widget=Radios)

    def __init__(self, data: Any = None, *, people: Sequence[Colleague] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if people:
            choices = [("", "Choose"), *((str(p.user.pk), f"{p.user.full_name}, {p.titles}") for p in people)]
            self.fields["person"].choices = choices  # type: ignore[attr-defined]
            self.fields["person"].required = True
        else:
            del self.fields["person"]
