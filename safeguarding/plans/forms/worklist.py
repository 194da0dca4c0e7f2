"""How are the dates of plans narrowed? By codes and keys only, for they stand in the address."""

from collections.abc import Sequence
from typing import Any

from django import forms

from safeguarding.forms import HarbourForm, blank_first
from safeguarding.plans.kinds import EPISODES, Duty

MINE, NOBODYS = "me", "nobody"
_PLANS = [(key, kind.title) for key, kind in EPISODES.items() if kind.steps]


class WorklistForm(HarbourForm):
    """Narrows the worklist; a code that is none narrows nothing. `owners` are choices: who sees to some date."""

    duty = forms.ChoiceField(label="Who does it", choices=blank_first(Duty.choices, "Anybody"), required=False)
    plan = forms.ChoiceField(label="Plan or status", choices=blank_first(_PLANS, "Any"), required=False)
    owner = forms.ChoiceField(label="Who sees to it", required=False)
    late = forms.BooleanField(label="Late only", required=False)

    def __init__(self, *args: Any, owners: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(MINE, "Me"), (NOBODYS, "Nobody yet"), *owners]
        self.fields["owner"].choices = blank_first(choices, "Anybody")  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The codes that were understood, by field; empty ones are left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
