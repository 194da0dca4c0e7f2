"""What is asked of somebody who records that a child is looked after? The plan, where the child lives, by which order,
and who the social worker is: otherwise three forms more.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.forms import DateBoxesField
from safeguarding.plans.kinds import STEPS
from safeguarding.plans.models import Step

from .columns import offered_codes, taken, with_columns
from .episodes import BeginForm

CARE = "looked_after"
PLACED = ("legal_status", "placement", "provider")
WORDS = ("carers",)
_LABELS = {"placement": "Type of placement", "provider": "Who provides the placement"}


@with_columns(Step, PLACED, WORDS)
class CareForm(BeginForm):
    """A child is looked after. What nobody knows yet stays empty."""

    placed_on = DateBoxesField(
        label="In this placement since",
        past=True,
        required=False,
        help_text="Leave it empty where it began with the plan",
    )
    worker_name = forms.CharField(label="Social worker", max_length=200, required=False)
    worker_telephone = forms.CharField(label="Their telephone", max_length=60, required=False)
    extra = (*PLACED, "placed_on", *WORDS, "worker_name", "worker_telephone")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in PLACED:
            list_ = STEPS["placement"].list_of(name)
            fields[name].choices = offered_codes(list_, timezone.localdate(), None, several=False)
            fields[name].label = _LABELS.get(name, fields[name].label)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if any(given.get(name) for name in (*PLACED, *WORDS, "placed_on")):
            for name, asked in (("legal_status", "the legal status"), ("placement", "the type of placement")):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, f"Choose {asked} too, or leave out the rest of the placement")
        begins, placed = given.get("starts_on"), given.get("placed_on")
        if begins and placed and placed < begins:
            self.add_error("placed_on", "In this placement since must be on the first day, or later")
        if given.get("worker_telephone") and not given.get("worker_name"):
            self.add_error("worker_name", "Enter the name of the social worker")
        self._ask_who_follows(given)
        return given

    def _ask_who_follows(self, given: Mapping[str, Any]) -> None:
        """A page that was open while a colleague entered a new social worker would end them again: asked once."""
        names = "worker_name", "worker_telephone"
        there, typed = ([str(said.get(name) or "") for name in names] for said in (self.initial, given))
        if there[0] and typed[0] and there != typed:
            known = ", ".join(filter(None, there))
            self.ask_once("worker_name", f"On record is {known}. Press the button again if {typed[0]} has taken over")

    def placed(self) -> Mapping[str, Any]:
        """Where the child lives and by which order; nothing where it is not known."""
        given = self.cleaned_data
        if not given.get("legal_status"):
            return {}
        return {"held_on": given["placed_on"], "columns": taken(self, PLACED), "words": taken(self, WORDS)}

    def worker(self) -> Mapping[str, str]:
        """The social worker; nothing where nobody knows one."""
        given = self.cleaned_data
        return {"name": given["worker_name"], "telephone": given["worker_telephone"]} if given["worker_name"] else {}
