"""What is asked of somebody who says what follows from a decision? The day, why a plan ended, and what begins."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.forms import DateBoxesField, blank_first
from safeguarding.plans import codes
from safeguarding.plans.kinds import EPISODES, STEPS
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.checking import past_day
from safeguarding.plans.services.episodes import end_problems
from safeguarding.plans.services.follow_ups import follows_from
from safeguarding.plans.services.order import ask_of_end, ask_of_first_day
from safeguarding.plans.services.outcomes import Begins, Ends, plan_of

from .columns import SeenForm

# Kinds that are begun with a category of abuse: the first and the one now are the same.
_WITH_CATEGORY = "child_protection"


class _OfDecision(SeenForm):
    """A form about a step that was held, or an episode that ended: whichever the page is of. It asks for nobody of the
    `people` who may see to it.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        step: Step | None = None,
        episode: Episode | None = None,
        people: Sequence[User] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        decided = step or episode
        assert decided is not None  # noqa: S101  (a page gives one of them)
        self.decided: Step | Episode = decided
        self.plan = plan_of(decided)
        self.initial.setdefault("seen", decided.revision)


class FollowForm(_OfDecision):
    """What follows, filled in from the decision."""

    ends_on = DateBoxesField(label="Last day of this plan", past=True, required=False)
    end_reason = forms.ChoiceField(label="Why it ended", required=False)
    also = forms.BooleanField(required=False)
    begins_on = DateBoxesField(label="First day", past=True, required=False)
    category = forms.ChoiceField(
        label="Category of abuse", required=False, error_messages={"required": "Category of abuse: choose one"}
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        found = follows_from(self.decided)
        self.ends = found is not None and found.ends is not None and self.plan.status == Episode.Status.OPEN
        self.begins = EPISODES[found.begins] if found and found.begins else None
        self.waits = STEPS[found.waits] if found and found.waits else None
        day = self.plan.ends_on if isinstance(self.decided, Episode) else self.decided.held_on
        self._of_end(day, found.ends if found else None)
        self._of_beginning(day, is_likely=bool(found and found.is_likely))

    def _of_end(self, day: Any, reason: str | None) -> None:
        if not self.ends:
            del self.fields["ends_on"], self.fields["end_reason"]
            return
        field: Any = self.fields["end_reason"]
        offered = codes.offered(self.plan.of_kind.ends, timezone.localdate())
        field.choices = blank_first([(one.code, one.label) for one in offered], "Choose")
        self.fields["ends_on"].required = field.required = True
        self.initial.setdefault("ends_on", day)
        self.initial.setdefault("end_reason", reason)

    def _of_beginning(self, day: Any, *, is_likely: bool) -> None:
        if self.begins is None:
            del self.fields["also"], self.fields["begins_on"], self.fields["category"]
            return
        if self.ends:
            self.fields["also"].label = f"{self.begins.title}: begin it as well"
            self.initial.setdefault("also", is_likely)
            self.fields["begins_on"].label = "Its first day"
        else:
            del self.fields["also"]
            self.fields["begins_on"].required = True
        self.initial.setdefault("begins_on", day)
        if self.begins.key != _WITH_CATEGORY:
            del self.fields["category"]
            return
        field: Any = self.fields["category"]
        offered = codes.offered("cp_category", timezone.localdate())
        field.choices = blank_first([(one.code, f"{one.code} {one.label}") for one in offered], "Choose")
        field.required = True

    @property
    def send(self) -> str:
        """What the button says."""
        if self.ends:
            return "End this plan"
        if self.begins:
            return f"Begin: {self.begins.title}"
        return f"Add: {self.waits.title}" if self.waits else "Save"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        today = timezone.localdate()
        if self.ends and {"ends_on", "end_reason"} <= given.keys():
            self.blame(end_problems(self.plan, given["ends_on"], given["end_reason"], today=today))
            if question := ask_of_end(self.plan, given["end_reason"]):
                self.ask_once("end_reason", question)
        if self._begins_now(given) and "begins_on" in given:
            day = given["begins_on"]
            self.blame(past_day("begins_on", "First day", day, today=today))
            held = self.decided.held_on if isinstance(self.decided, Step) else None
            if self.begins and day and (q := ask_of_first_day(self.begins.key, day, decided_on=held, born=None)):
                self.ask_once("begins_on", q)
        return given

    def _begins_now(self, given: dict[str, Any]) -> bool:
        return self.begins is not None and (not self.ends or bool(given.get("also")))

    def ending(self) -> Ends | None:
        """How this plan ends; None where it goes on, or has ended already."""
        return Ends(self.cleaned_data["ends_on"], self.cleaned_data["end_reason"]) if self.ends else None

    def beginning(self) -> Begins | None:
        """What begins, with the authority that decided; None where nothing does."""
        given = self.cleaned_data
        if not self._begins_now(given):
            return None
        category = given.get("category")
        columns = {"category": category, "latest_category": category} if category else {}
        return Begins(given["begins_on"], self.plan.authority, columns)


class AppealForm(_OfDecision):
    """There is an appeal: the plan stays open."""


class LeaveForm(_OfDecision):
    """Nothing follows."""
