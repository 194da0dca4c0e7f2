"""What is asked of somebody who writes a pastoral note, or begins, follows, reviews or ends a support plan?"""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.concerns.forms.mention import Mentioning, MentionText
from safeguarding.concerns.models import PastoralNote
from safeguarding.concerns.services.deciding import day_problem
from safeguarding.concerns.services.pastoral import review_problem
from safeguarding.forms import DateBoxesField, HarbourForm, blank_first
from safeguarding.keys import uuid7

# A review is written on the page of its plan.
_KINDS = [choice for choice in PastoralNote.Kind.choices if choice[0] != PastoralNote.Kind.REVIEW]


class WithToken(Mentioning, HarbourForm):
    """A form whose page carries its token: a double click and the back button write once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)


class PastoralNoteForm(WithToken):
    """A note about a child."""

    kind = forms.ChoiceField(label="Kind of note", choices=blank_first(_KINDS, "Choose"))
    happened_on = DateBoxesField(label="When it was", past=True)
    text = MentionText(
        label="Note", max_length=10_000, help_text="What was said and done, in full names and plain words"
    )


class PlanForm(WithToken):
    """A support plan that begins."""

    aims = MentionText(label="What the plan is to achieve", max_length=5_000)
    starts_on = DateBoxesField(label="First day")
    review_on = DateBoxesField(label="Review on", help_text="When you look again at how it goes")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts, review = given.get("starts_on"), given.get("review_on")
        if starts and review and (problem := review_problem(starts, review, today=timezone.localdate())):
            self.add_error("review_on", problem.rstrip("."))
        return given


class StepForm(WithToken):
    """One thing of a plan."""

    what = MentionText(label="What is done", max_length=1_000)
    who = forms.CharField(label="Who does it", max_length=200, help_text="A colleague, a parent, the child")
    due_on = DateBoxesField(label="By")

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if problem := day_problem("By", day, today=timezone.localdate()):
            raise forms.ValidationError(problem.rstrip("."))
        return day


class ReviewForm(WithToken):
    """How a plan goes, and when it is looked at next. `seen` is the revision on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    text = MentionText(label="How it goes", max_length=5_000)
    review_on = DateBoxesField(label="Look again on")

    def clean_review_on(self) -> date:
        day: date = self.cleaned_data["review_on"]
        if problem := day_problem("Look again on", day, today=timezone.localdate()):
            raise forms.ValidationError(problem.rstrip("."))
        return day


class EndPlanForm(Mentioning, HarbourForm):
    """How a plan ended. `seen` is the revision on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    outcome = MentionText(label="What came of it", max_length=5_000)
