"""What does somebody type to set a time that no law gives: reviews of a plan, core groups, the school's own report?"""

from typing import Any

from django import forms

from safeguarding.forms import HarbourForm, blank_first
from safeguarding.keys import uuid7
from safeguarding.plans.services.rules import LOCAL, UNITS, local_problems


class LocalRuleForm(HarbourForm):
    """Which step, how long, in what, and who agreed it."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    code = forms.ChoiceField(
        label="What it is about",
        choices=blank_first([(one.code, one.title) for one in LOCAL.values()], "Choose"),
        error_messages={"required": "Choose what it is about"},
    )
    amount = forms.IntegerField(
        label="How long",
        error_messages={"required": "Give a number", "invalid": "Give a number"},
    )
    unit = forms.ChoiceField(
        label="In",
        choices=blank_first([(unit.value, unit.value.replace("_", " ").capitalize()) for unit in UNITS], "Choose"),
        error_messages={"required": "Choose working days, days, weeks or months"},
    )
    source = forms.CharField(
        label="Where this time comes from",
        max_length=160,
        help_text="Such as the local procedure, or who agreed it and when. It stands beside each date.",
        error_messages={"required": "Say where this time comes from"},
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for field, problem in local_problems(**self.facts()).items():
                self.add_error(field, problem)
        return given

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("code", "amount", "unit", "source")}


class EndForm(forms.Form):
    """The time that ends, by its code."""

    code = forms.ChoiceField(choices=[(code, code) for code in LOCAL])
