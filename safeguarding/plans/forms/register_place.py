"""What does a school state about where its attendance register is kept?"""

from typing import Any

from django import forms

from safeguarding.forms import HarbourForm, Radios
from safeguarding.plans.models import RegisterPlace
from safeguarding.plans.services.register_place import register_problems


class RegisterPlaceForm(HarbourForm):
    """Where the register is, and the name of the system."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    place = forms.ChoiceField(
        label="Where the register is kept",
        choices=RegisterPlace.Place,
        widget=Radios(),
        error_messages={"required": "Choose where the register is kept"},
    )
    system = forms.CharField(
        label="Name of the other system",
        max_length=80,
        required=False,
        help_text="Like SIMS, Arbor or Bromcom. Parents and carers read it in the privacy notice.",
    )

    def __init__(self, data: Any = None, *, stated: RegisterPlace) -> None:
        super().__init__(data, initial={"place": stated.place, "system": stated.system, "seen": stated.revision})

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for field, problem in register_problems(place=given["place"], system=given["system"]).items():
                self.add_error(field, problem)
        return given
