"""What is typed to hold records, to look at a hold again, and to lift it?"""

from typing import Any

from django import forms
from django.utils import timezone

from children.models import Child
from retention.models import LegalHold
from retention.services.holds import hold_problems, review_problem
from retention.services.one_record import OneRecord
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7
from safeguarding.plans.forms.columns import SeenForm

_S = LegalHold.Scope
_REVIEW = "Somebody looks then whether it is still needed. Nothing is lifted by itself."


class HoldForm(HarbourForm):
    """A hold on a child’s record, or the family’s; on one record; with neither on every record of the school."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    scope = forms.ChoiceField(
        label="What is held?",
        choices=[
            (_S.CHILD, "The record of this child"),
            (_S.FAMILY, "The records of this child, brothers and sisters, and everybody in the same home"),
        ],
        initial=_S.CHILD,
        widget=Radios,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose what is held"),
    )
    kind = forms.ChoiceField(
        label="Why is it held?",
        choices=blank_first(LegalHold.Kind.choices, "Choose"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose why it is held"),
    )
    authority = forms.CharField(
        label="Who asked for it, and their reference",
        required=False,
        max_length=500,
        help_text="Such as the force and the crime number, the court, or the inquiry.",
    )
    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea,
        max_length=4000,
        help_text="What may be needed and for what, in words that somebody will understand in ten years.",
        error_messages={"required": "Say why, in words that somebody will understand in ten years"},
    )
    review_on = DateBoxesField(label="Day on which somebody looks at it again", help_text=_REVIEW)
    for_headteacher = forms.BooleanField(
        label="For the Headteacher alone",
        required=False,
        help_text="Where the police ask that nobody else knows. Nobody else sees this hold, you neither.",
    )

    def __init__(
        self,
        *args: Any,
        child: Child | None = None,
        one: OneRecord | None = None,
        whose: Child | None = None,
        **kwargs: Any,
    ) -> None:
        """`whose`: the child that the one record is about, to be named on the page."""
        super().__init__(*args, **kwargs)
        self.child, self.one, self.whose = child, one, whose
        if child is None:
            del self.fields["scope"]
        if one is not None and one.is_about_adults:
            # It is seen by two alone in any case.
            del self.fields["for_headteacher"]

    @property
    def held(self) -> str:
        if self.one:
            return _S.RECORD.value
        return str(self.cleaned_data["scope"]) if self.child else _S.SCHOOL.value

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            problems = hold_problems(
                scope=self.held,
                kind=given["kind"],
                child=self.child,
                one=self.one,
                reason=given["reason"],
                review_on=given["review_on"],
                today=timezone.localdate(),
            )
            for name, sentence in problems.items():
                self.add_error(name, sentence)
        return given

    def facts(self) -> dict[str, Any]:
        names = ("token", "kind", "authority", "reason", "review_on")
        said = {name: self.cleaned_data[name] for name in names} | {"scope": self.held, "child": self.child}
        return said | {"one": self.one, "for_headteacher": bool(self.cleaned_data.get("for_headteacher"))}


class OfHold(SeenForm):
    """Something that is done with a hold as it stands."""

    def __init__(self, *args: Any, hold: LegalHold, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("seen", hold.revision)


class ReviewForm(OfHold):
    """Another day to look at it again."""

    review_on = DateBoxesField(label="Day on which somebody looks at it again", help_text=_REVIEW)

    def clean_review_on(self) -> Any:
        if problem := review_problem(self.cleaned_data["review_on"], timezone.localdate()):
            raise forms.ValidationError(problem)
        return self.cleaned_data["review_on"]


class AskLiftForm(OfHold):
    """Why it can be lifted."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    reason = forms.CharField(
        label="Why it can be lifted",
        widget=forms.Textarea,
        max_length=4000,
        error_messages={"required": "Say why it can be lifted"},
    )


class AnswerForm(OfHold):
    """The second person lifts it, or keeps it: nothing is typed."""
