"""What is asked of somebody who adds, books, records, corrects, chases or sets aside a date of a plan?"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.concerns.forms.mention import MentionText
from safeguarding.forms import DateBoxesField, TimeField, blank_first
from safeguarding.plans.kinds import STEP_COLUMNS, STEPS, StepKind
from safeguarding.plans.models import Episode, PlanFile, Step
from safeguarding.plans.services.checking import back_problems, booking_problems, past_day, step_problems
from safeguarding.plans.services.order import ask_of_step
from safeguarding.plans.services.steps import ASKED
from safeguarding.uploads.forms import AttachForm

from .columns import MOST_WORDS, DeedForm, SeenForm, TokenForm, keep_those_of, keep_words, taken, with_columns

# What the form of something that was held may have in words; why it was set aside is asked by a form of its own.
WORDS = ("present", "said", "voice", "why_late", "carers", "delegated")


def owners_in(form: forms.Form, people: Sequence[User]) -> None:
    """Offer these colleagues as those who see to it."""
    field: Any = form.fields["owner"]
    field.choices = blank_first([(str(one.pk), one.full_name) for one in people], "Nobody in particular")
    by_key = {str(one.pk): one for one in people}
    field.coerce = by_key.get


def _owner() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label="Who of the school sees to it", required=False, empty_value=None)


def _place() -> forms.CharField:
    return forms.CharField(label="Where", required=False, max_length=200)


def _is_late(step: Step) -> bool:
    return step.due_on is not None and step.due_on < timezone.localdate()


class _OfStep(DeedForm):
    """A form on the page of one step."""

    def __init__(self, data: Any = None, *, step: Step, people: Sequence[User] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.step = step
        self.initial.setdefault("seen", step.revision)
        if "owner" in self.fields:
            owners_in(self, people)


class BookForm(_OfStep, SeenForm):
    """A day for it, where it is, and who of the school sees to it."""

    booked_on = DateBoxesField(label="Booked for")
    booked_time = TimeField(label="At", required=False)
    place = _place()
    owner = _owner()

    def __init__(self, data: Any = None, *, step: Step, people: Sequence[User] = (), **kwargs: Any) -> None:
        super().__init__(data, step=step, people=people, **kwargs)
        for name in ("booked_on", "booked_time", "place"):
            self.initial.setdefault(name, getattr(step, name))
        self.initial.setdefault("owner", step.owner_id)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if day := given.get("booked_on"):
            self.blame(booking_problems(day, episode=self.step.episode, today=timezone.localdate()))
        return given


class _DayHeldField(DateBoxesField):
    """The day on which it was held. Where it is left out, a sentence asks for it that its label would not make."""

    def validate(self, value: date | None) -> None:
        if value is None:
            raise forms.ValidationError("Enter the day it was held", code="required")
        super().validate(value)


class _Held(DeedForm):
    """The typed results of a kind, and what was said."""

    def of_kind(self, kind: StepKind, *, late: bool, row: Step | None = None) -> None:
        """Keep the fields of the kind."""
        keep_those_of(self, kind, STEP_COLUMNS, today=timezone.localdate(), row=row)
        keep_words(self, [name for name in kind.words if name != "why_late" or late], WORDS)

    def columns(self) -> dict[str, Any]:
        return taken(self, STEP_COLUMNS)

    def words(self) -> dict[str, Any]:
        return taken(self, WORDS)

    def find_fault(self, episode: Episode, kind: str, day: date, **more: Any) -> None:
        """Say of results that go with this day what is wrong with them, where their own fields have nothing to say."""
        found = step_problems(
            kind, episode, held_on=day, columns=self.columns(), words=self.words(), today=timezone.localdate(), **more
        )
        self.blame({name: said for name, said in found.items() if name not in self.errors})

    def ask_of_order(self, episode: Episode, kind: str, day: date, *, but: Step | None = None) -> None:
        """Ask once of a day that is out of its order."""
        if "held_on" not in self.errors and (question := ask_of_step(episode, kind, day, but=but)):
            self.ask_once("held_on", question)


@with_columns(Step, STEP_COLUMNS, WORDS)
class HoldForm(_Held, _OfStep, SeenForm):
    """It was held: when, and what came of it."""

    held_on = _DayHeldField(label="Held on", past=True)
    field_order = ("deed", "seen", "held_on")

    def __init__(self, data: Any = None, *, step: Step, **kwargs: Any) -> None:
        super().__init__(data, step=step, **kwargs)
        self.of_kind(step.of_kind, late=_is_late(step))
        if step.booked_on and step.booked_on <= timezone.localdate():
            self.initial.setdefault("held_on", step.booked_on)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if day := given.get("held_on"):
            self.find_fault(self.step.episode, self.step.kind, day)
            self.ask_of_order(self.step.episode, self.step.kind, day)
        return given


@with_columns(Step, STEP_COLUMNS, ())
class CorrectStepForm(_Held, _OfStep, SeenForm, TokenForm):
    """Another day, or other results, of what was held, and why."""

    held_on = _DayHeldField(label="Held on", past=True)
    reason = MentionText(label="Why it is corrected", max_length=MOST_WORDS)

    def __init__(self, data: Any = None, *, step: Step, **kwargs: Any) -> None:
        super().__init__(data, step=step, **kwargs)
        keep_those_of(self, step.of_kind, STEP_COLUMNS, today=timezone.localdate(), row=step)
        self.initial.setdefault("held_on", step.held_on)
        self.order_fields(["deed", "seen", "token", "held_on", *step.of_kind.columns, "reason"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if day := given.get("held_on"):
            kept = {name: getattr(self.step, name) for name in self.step.of_kind.columns}
            self.find_fault(self.step.episode, self.step.kind, day, kept=kept)
            if day != self.step.held_on:
                self.ask_of_order(self.step.episode, self.step.kind, day, but=self.step)
        return given


@with_columns(Step, STEP_COLUMNS, WORDS)
class AddStepForm(_Held, TokenForm):
    """One more date of a plan: held already, booked, or waiting without a day."""

    kind = forms.CharField(widget=forms.HiddenInput)
    asked_on = DateBoxesField(label="The school was asked on", past=True, required=False)
    held_on = DateBoxesField(label="Held on", past=True, required=False, help_text="Leave it empty where it is to come")
    booked_on = DateBoxesField(label="Booked for", required=False)
    booked_time = TimeField(label="At", required=False)
    place = _place()
    owner = _owner()

    def __init__(
        self, data: Any = None, *, episode: Episode, kind: str, people: Sequence[User] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.episode, self.adds = episode, kind
        self.initial["kind"] = kind
        self.of_kind(STEPS[kind], late=False)
        # What a kind requires is asked of what was held, and of nothing else.
        for name in STEPS[kind].columns:
            self.fields[name].required = False
        if kind not in ASKED:
            del self.fields["asked_on"]
        owners_in(self, people)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        held, booked = given.get("held_on"), given.get("booked_on")
        if held and booked:
            self.add_error("booked_on", "Say when it was held, or for when it is booked, and not both")
        elif held:
            self.find_fault(self.episode, self.adds, held)
            self.ask_of_order(self.episode, self.adds, held)
        elif not self.errors:
            if booked:
                self.blame(booking_problems(booked, episode=self.episode, today=timezone.localdate()))
            elif given.get("place"):
                self.add_error("booked_on", "Say for when it is booked: where it is goes with that day")
            if any(filled for filled in (*self.columns().values(), *self.words().values())):
                self.add_error("held_on", "Say when it was held: what came of it goes with that day")
        return given

    @property
    def title(self) -> str:
        """What is added."""
        return STEPS[self.adds].title

    def results(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Columns and words, of what was held; none of what is to come."""
        return (self.columns(), self.words()) if self.cleaned_data["held_on"] else ({}, {})


class ChaseForm(_OfStep, TokenForm):
    """The school asked for it."""

    happened_on = DateBoxesField(label="When you asked", past=True, initial=timezone.localdate)
    text = MentionText(
        label="Who you asked, and what was said",
        max_length=MOST_WORDS,
        help_text="Full names, and how you reached them",
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if day := given.get("happened_on"):
            self.blame(past_day("happened_on", "When you asked", day, today=timezone.localdate()))
        return given


class AsideForm(_OfStep, SeenForm):
    """It will not be held."""

    aside_reason = MentionText(label="Why it is set aside", max_length=MOST_WORDS)


class TakeBackForm(_OfStep, SeenForm):
    """It waits again."""


class BackForm(_OfStep, SeenForm):
    """The child who was missing is back."""

    back_on = DateBoxesField(label="Back on", past=True)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if day := given.get("back_on"):
            self.blame(back_problems(self.step, day, today=timezone.localdate()))
        return given


class NoteForm(_OfStep, TokenForm):
    """Something to add."""

    note = MentionText(label="Note", max_length=MOST_WORDS)


class PlanFilesForm(AttachForm):
    """Some files of one kind for a date."""

    what = forms.ChoiceField(label="What it is", choices=blank_first(PlanFile.What.choices, "Choose"))
    dated = DateBoxesField(label="Date on it", required=False, past=True)
    field_order = ("token", "what", "dated", "chosen")
