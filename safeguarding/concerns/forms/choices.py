"""What does somebody type to change the kinds of concern that a school offers, and how long agencies have to answer?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from safeguarding.concerns.models import Agency
from safeguarding.concerns.services.agencies.times import time_problems
from safeguarding.concerns.services.own_kinds import Line, name_problem, page_token
from safeguarding.forms import HarbourForm, blank_first
from safeguarding.keys import uuid7


class KindForm(HarbourForm):
    """A kind of the school's own. `lines` are those that there are, `but` the code of the one that is changed."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)
    # Their longest is asked by the service, whose sentence the page shows: a browser would cut off what was pasted.
    name = forms.CharField(label="What it is called", required=False, help_text="Such as “River and quarry”")
    guidance = forms.CharField(
        label="What staff should note",
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="They see it under the field when they choose this kind",
    )

    def __init__(self, *args: Any, lines: Sequence[Line], but: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines, self.but = lines, but

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        name, guidance = " ".join(given.get("name", "").split()), given.get("guidance", "")
        made = page_token(given["token"], name, guidance) if given.get("token") else None
        others = [line for line in self.lines if line.kind is None or line.kind.token != made]
        for field, problem in name_problem(name, guidance, others, but=self.but).items():
            self.add_error(field, problem)
        return given

    def said(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "guidance": self.cleaned_data["guidance"]}


class OfferForm(forms.Form):
    """Whether a kind is offered: the code of it, and yes or no."""

    code = forms.CharField(max_length=8)
    offered = forms.ChoiceField(choices=(("yes", "yes"), ("no", "no")))


class TimeForm(HarbourForm):
    """How long an agency has to answer this school."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    agency = forms.ChoiceField(
        label="Agency",
        choices=blank_first(Agency.choices, "Choose"),
        error_messages={"required": "Choose the agency"},
    )
    answer_days = forms.IntegerField(
        label="Working days to answer",
        error_messages={"required": "Give a number of working days", "invalid": "Give a number of working days"},
    )
    escalate_days = forms.IntegerField(
        label="Working days until a silence goes to their manager",
        error_messages={"required": "Give a number of working days", "invalid": "Give a number of working days"},
    )
    source = forms.CharField(
        label="Where this time comes from",
        max_length=160,
        help_text="Such as the local procedure, or who agreed it and when. It stands on each referral.",
        error_messages={"required": "Say where this time comes from"},
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            asked = {name: given[name] for name in ("agency", "answer_days", "escalate_days", "source")}
            for field, problem in time_problems(**asked, on=timezone.localdate()).items():
                self.add_error(field, problem)
        return given

    @property
    def page(self) -> UUID:
        token: UUID = self.cleaned_data["token"]
        return token
