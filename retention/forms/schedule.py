"""What is typed to change a rule of the schedule?"""

from typing import Any

from django import forms

from retention.models import RetentionRule
from retention.periods import ABUSE, STARTS
from retention.services.schedule import MOST_YEARS, rule_problems
from safeguarding.forms import HarbourForm, Radios
from safeguarding.keys import uuid7


class ProposeForm(HarbourForm):
    """The number of years or days, why, and where that comes from; begun with what holds now."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    years = forms.IntegerField(
        label="Years",
        error_messages={
            "required": f"Give years from 1 to {MOST_YEARS}",
            "invalid": f"Give years from 1 to {MOST_YEARS}",
        },
    )
    days = forms.IntegerField(
        label="Days",
        error_messages={"required": "Give days from 0 to 3,650", "invalid": "Give days from 0 to 3,650"},
    )
    trigger = forms.ChoiceField(
        label="Counted from", choices=[(one.value, one.label.capitalize()) for one in STARTS], widget=Radios
    )
    basis = forms.CharField(
        label="Why records of this kind are kept this long",
        widget=forms.Textarea,
        max_length=500,
        error_messages={"required": "Say why records of this kind are kept this long"},
    )
    source = forms.CharField(
        label="Where this comes from",
        max_length=300,
        help_text="Such as the guidance and its edition, or who decided it and when.",
        error_messages={"required": "Say where this comes from, such as the guidance, or who decided it"},
    )

    def __init__(self, data: Any = None, *, rule: RetentionRule, **kwargs: Any) -> None:
        said = {name: getattr(rule, name) for name in ("years", "days", "trigger", "basis", "source")}
        super().__init__(data, initial=said, **kwargs)
        # A rule counts in years or in days, or gives no number: that stays.
        for name in ("years", "days"):
            if said[name] is None:
                del self.fields[name]
        if rule.code != ABUSE:
            del self.fields["trigger"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, sentence in rule_problems(**self.facts()).items():
                self.add_error(name if name in self.fields else None, sentence)
        return given

    def facts(self) -> dict[str, Any]:
        numbers = {name: self.cleaned_data.get(name) for name in ("years", "days")}
        return numbers | {name: self.cleaned_data.get(name, "") for name in ("trigger", "basis", "source")}
