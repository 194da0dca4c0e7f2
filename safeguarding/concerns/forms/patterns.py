"""What may be typed about patterns: a rule of the school, and what somebody says of records that one has found?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from safeguarding.concerns.models import PatternRule, PatternRuling
from safeguarding.concerns.services.kinds import category_of
from safeguarding.concerns.services.patterns import rule_problems
from safeguarding.forms import HarbourForm, Radios, blank_first
from safeguarding.keys import record_of, uuid7

V = PatternRuling.Verdict


class RuleForm(HarbourForm):
    """A rule. `rule` is the one that is changed: then its kind is not asked for. `categories` are code and name."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    kind = forms.ChoiceField(label="What is looked for", choices=blank_first(PatternRule.Kind.choices, "Choose"))
    number = forms.IntegerField(
        label="How many concerns", error_messages={"invalid": "How many concerns must be a whole number"}
    )
    days = forms.IntegerField(
        label="In how many days", error_messages={"invalid": "In how many days must be a whole number"}
    )
    category = forms.ChoiceField(label="Kind of concern", required=False)

    def __init__(
        self, data: Any = None, *, categories: Sequence[tuple[str, str]], rule: PatternRule | None = None
    ) -> None:
        initial = (
            {"number": rule.number, "days": rule.days, "category": rule.category_id}
            if rule
            else {"number": 3, "days": 30}
        )
        super().__init__(data, initial=initial)
        self.rule = rule
        if rule is not None:
            del self.fields["kind"]
        self.fields["category"].choices = blank_first(categories, "Any")  # type: ignore[attr-defined]
        self.fields["category"].help_text = f"Only with “{PatternRule.Kind.NUMBER.label}”"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind = self.rule.kind if self.rule else given.get("kind", "")
        for name, problem in rule_problems(kind, given.get("number"), given.get("days"), given.get("category")):
            if name in self.fields and name not in self.errors:
                self.add_error(name, problem)
        return given

    def facts(self) -> dict[str, Any]:
        """What `patterns.add_rule` takes, or `patterns.change_rule`."""
        given = dict(self.cleaned_data)
        return given | {"category": category_of(given["category"])}


class RulingForm(HarbourForm):
    """What is said of a pattern. `records` are the keys of the concerns that the page showed."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    records = forms.CharField(widget=forms.HiddenInput, max_length=100_000)
    verdict = forms.ChoiceField(
        label="What you say of it",
        choices=[(V.NOT_A_PATTERN.value, "Not a pattern, because …"), (V.LOOKED_AT.value, "Looked at")],
        widget=Radios(hints={V.LOOKED_AT: "What is to be done about it stands in the concerns themselves"}),
    )
    reason = forms.CharField(label="Why", required=False, widget=forms.Textarea, max_length=2000)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("verdict") == V.NOT_A_PATTERN and not given.get("reason", "").strip():
            self.add_error("reason", "Say why it is not a pattern")
        return given

    def keys(self) -> list[UUID]:
        """Keys of the concerns that were shown."""
        return [key for text in self.cleaned_data["records"].split() if (key := record_of(text))]
