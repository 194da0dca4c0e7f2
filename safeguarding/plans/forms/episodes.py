"""What is asked of somebody who begins, corrects, ends a plan, or says that it was entered in error?"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.concerns.forms.mention import MentionText
from safeguarding.dates import full_day
from safeguarding.forms import DateBoxesField, Radios, blank_first
from safeguarding.plans import codes
from safeguarding.plans.deadlines import Which, law
from safeguarding.plans.kinds import EPISODE_COLUMNS, EPISODES, STEPS, StepKind
from safeguarding.plans.models import Episode
from safeguarding.plans.services.beginning import LastHeld
from safeguarding.plans.services.checking import episode_problems, past_day
from safeguarding.plans.services.deciding import LABELS, decided_problems, may_be_told
from safeguarding.plans.services.episodes import end_problems
from safeguarding.plans.services.order import ask_of_end, ask_of_first_day, ask_of_moved_day

from .columns import (
    MOST_WORDS,
    DeedForm,
    SeenForm,
    TokenForm,
    keep_those_of,
    keep_words,
    taken,
    with_columns,
)

WORDS = ("reference", "asked", "contact", "delegated")
# One that began longer ago is entered late: what was held since is asked for.
LATE = timedelta(days=14)
NOTHING, LAST, UNKNOWN = "nothing", "last", "unknown"
_UNDECIDED = {
    "child_protection": "Its dates are counted from this day. Left empty, the first day counts",
    "ehcp": "It stands on the plan. Leave it empty while the authority has made none",
    "child_in_need": "Leave it empty while social care is assessing: an assessment that you record later says it too",
}
_BEFORE = "is before the first day: it is not counted then. Press the button again to save it like this"
_SINCE = {
    NOTHING: "Nothing yet",
    LAST: "What I give below",
    UNKNOWN: "Something, and nobody here knows when",
}


def counted_kinds(kind: str) -> list[StepKind]:
    """The kinds of step of an episode whose days a rule counts: what was last held of them is asked of one that is
    entered late.
    """
    of = EPISODES[kind]
    ruled = {rule.step for rule in law() if kind in rule.kinds} & set(of.steps)
    return [STEPS[key] for key in of.steps if key in ruled]


def _asks_for_first(kind: str, step: str) -> bool:
    return any(rule.which == Which.FIRST and rule.after == step for rule in law() if kind in rule.kinds)


@with_columns(Episode, EPISODE_COLUMNS, WORDS)
class BeginForm(TokenForm):
    """A plan or a status that the authority decided. `after`: the conference that decided on it; `referral`: the
    referral that was answered by it; `meeting`: one about a concern that is a date of it. `known`: the steps of which
    it is known when they were last held.
    """

    after = forms.UUIDField(widget=forms.HiddenInput, required=False)
    referral = forms.UUIDField(widget=forms.HiddenInput, required=False)
    meeting = forms.UUIDField(widget=forms.HiddenInput, required=False)
    starts_on = DateBoxesField(label="First day", past=True)
    decided_on = DateBoxesField(label="Decided on", past=True, required=False)
    back_on = DateBoxesField(
        label="Back on", past=True, required=False, help_text="Leave it empty while the child is missing"
    )
    authority = forms.ChoiceField(label="Local authority", required=False)
    known_by = forms.ChoiceField(label="How the school knows", required=False)
    since = forms.ChoiceField(
        label="What has been held since it began?",
        choices=list(_SINCE.items()),
        required=False,
        widget=Radios(
            hints={
                NOTHING: "Its dates count from its first day",
                LAST: "The next of each kind counts from there, and nothing earlier waits",
                UNKNOWN: "What is still to come waits, and what comes again waits without a day",
            }
        ),
    )

    def __init__(
        self, data: Any = None, *, kind: str, born: date | None = None, known: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        today = timezone.localdate()
        self.kind, self.of, self.born = kind, EPISODES[kind], born
        # The final plan is asked for as the day of the decision.
        known = {*known, "final_plan"}
        self.counted = [step for step in counted_kinds(kind) if step.key not in known]
        keep_those_of(self, self.of, EPISODE_COLUMNS, today=today)
        keep_words(self, self.of.words, WORDS)
        fields: dict[str, Any] = self.fields
        fields["authority"].choices = listed_codes("authority", today)
        fields["authority"].required = self.of.needs_authority
        fields["known_by"].choices = listed_codes("known_by", today)
        self._ask_when_decided()
        if not self.of.begins_with:
            del self.fields["back_on"]
        self._ask_what_was_held()
        days = ["starts_on", "decided_on", "back_on"]
        order = [*days, "authority", *self.of.columns, "known_by", *self.of.words, "since"]
        self.order_fields(["deed", "token", "after", "referral", "meeting", *order])

    def _ask_when_decided(self) -> None:
        """Of a plan that is decided on another day than its first; not where the step that did is known."""
        self.is_decided = bool(self.initial.get("after"))
        if self.kind not in LABELS or self.is_decided:
            del self.fields["decided_on"]
        else:
            self.fields["decided_on"].label = LABELS[self.kind]
            self.fields["decided_on"].help_text = _UNDECIDED[self.kind]
        if self.kind == "ehcp":
            self.fields["starts_on"].required = False
            self.fields["starts_on"].help_text = "Leave it empty where the plan came with the child and nobody knows"
        self.fields["starts_on"].label = self.of.first_day

    def _ask_what_was_held(self) -> None:
        if not self.counted:
            del self.fields["since"]
        for step in self.counted:
            self.fields[f"last_{step.key}"] = DateBoxesField(
                label=f"{step.title}: last held on", past=True, required=False
            )
            if step.outcomes:
                choices = listed_codes(step.outcomes, timezone.localdate())
                label = f"{step.title}: outcome"
                self.fields[f"outcome_{step.key}"] = forms.ChoiceField(label=label, choices=choices, required=False)
            if _asks_for_first(self.kind, step.key):
                label = f"{step.title}: this was the first"
                self.fields[f"first_{step.key}"] = forms.BooleanField(label=label, required=False)

    # The fields that a kind asks beside those of the plan itself.
    extra: tuple[str, ...] = ()

    @property
    def main_fields(self) -> list[Any]:
        """The fields of the plan itself, without the authority where that is known."""
        apart = {*self.extra, *(("authority",) if self.authority_known else ())}
        return [one for one in self.visible_fields() if one.name not in apart and not self._is_of_last(one.name)]

    @property
    def extra_fields(self) -> list[Any]:
        return [self[name] for name in self.extra]

    @property
    def authority_known(self) -> str:
        """The authority that the form was filled in with, in words; empty where it is asked for."""
        code = self.initial.get("authority", "")
        if not code or "authority" in self.errors or "authority" not in self.fields:
            return ""
        return codes.label("authority", code)

    @property
    def last_fields(self) -> list[Any]:
        """Those that ask what was last held."""
        return [bound for bound in self.visible_fields() if self._is_of_last(bound.name)]

    @staticmethod
    def _is_of_last(name: str) -> bool:
        return name == "since" or name.startswith(("last_", "outcome_", "first_"))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        decided = given.get("decided_on")
        if self.kind == "ehcp" and decided and given.get("starts_on") is None and "starts_on" not in self.errors:
            given["starts_on"] = decided
        begins = given.get("starts_on")
        found = decided_problems(
            self.kind, decided, starts_on=begins, today=timezone.localdate(), born=self.born
        ) | episode_problems(
            self.kind,
            starts_on=begins,
            authority=given.get("authority", ""),
            known_by=given.get("known_by", ""),
            columns=self.columns(),
            words=self.words(),
            today=timezone.localdate(),
            born=self.born,
        )
        self.blame({name: said for name, said in found.items() if name not in self.errors})
        if begins and "starts_on" not in self.errors:
            known = self.initial.get("decided_on") if self.is_decided else decided
            if question := ask_of_first_day(self.kind, begins, decided_on=known, born=self.born):
                self.ask_once("starts_on", question)
        if "since" in self.fields:
            self._check_last(given, begins)
        return given

    def _check_last(self, given: dict[str, Any], begins: date | None) -> None:
        days = [given.get(f"last_{step.key}") for step in self.counted]
        said = given.get("since")
        if not said and begins and begins < timezone.localdate() - LATE:
            self.add_error("since", "It began more than two weeks ago: say what has been held since")
        elif said == LAST and not any(days):
            self.add_error("since", "Give the day of what was last held, of one kind at least")
        elif said != LAST and any(days):
            self.add_error("since", f"Choose “{_SINCE[LAST]}”, or take the days out")
        for step, day in zip(self.counted, days, strict=True):
            first = given.get("decided_on") if self.kind == "ehcp" else begins
            if day and step.is_of_plan and first is None:
                self.add_error(f"last_{step.key}", f"{step.title}: enter the day of the plan too")
            elif day and first and step.is_of_plan and day < first:
                self.ask_once(f"last_{step.key}", f"{step.title}: {full_day(day)} {_BEFORE}")
            if day and step.outcomes and "outcome" in step.required and not given.get(f"outcome_{step.key}"):
                self.add_error(f"outcome_{step.key}", f"{step.title}: choose what came of it")

    def columns(self) -> dict[str, Any]:
        return taken(self, EPISODE_COLUMNS)

    def words(self) -> dict[str, Any]:
        return taken(self, WORDS)

    def first(self) -> dict[str, Any]:
        """What is known of the step that the kind begins with: until when it lasted."""
        back = self.cleaned_data.get("back_on")
        return {"held_to": back} if back else {}

    def last(self) -> dict[str, LastHeld | None]:
        """What was last held of each kind, None where nobody knows; nothing where all count from the first day."""
        if self.cleaned_data.get("since") not in (LAST, UNKNOWN):
            return {}
        return {step.key: self._last_of(step.key) for step in self.counted}

    def _last_of(self, key: str) -> LastHeld | None:
        day = self.cleaned_data.get(f"last_{key}")
        if day is None:
            return None
        return LastHeld(day, self.cleaned_data.get(f"outcome_{key}", ""), bool(self.cleaned_data.get(f"first_{key}")))


def listed_codes(list_: str, today: date) -> list[tuple[str, str]]:
    found = (
        sorted(codes.offered(list_, today), key=lambda one: one.label)
        if list_ == "authority"
        else codes.offered(list_, today)
    )
    return blank_first([(one.code, one.label) for one in found], "Choose")


class _OfEpisode(DeedForm):
    """A form on the page of one episode."""

    def __init__(self, data: Any = None, *, episode: Episode, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.episode = episode
        self.initial.setdefault("seen", episode.revision)


@with_columns(Episode, EPISODE_COLUMNS, WORDS)
class CorrectEpisodeForm(_OfEpisode, SeenForm):
    """Another first day or other codes; words where there are none yet."""

    starts_on = DateBoxesField(label="First day", past=True)
    decided_on = DateBoxesField(label="Decided on", past=True, required=False)
    field_order = ("deed", "seen", "starts_on", "decided_on")

    def __init__(self, data: Any = None, *, episode: Episode, **kwargs: Any) -> None:
        super().__init__(data, episode=episode, **kwargs)
        keep_those_of(self, episode.of_kind, EPISODE_COLUMNS, today=timezone.localdate(), row=episode)
        keep_words(self, [name for name in episode.of_kind.words if not getattr(episode, name)], WORDS)
        self.initial.setdefault("starts_on", episode.starts_on)
        if may_be_told(episode):
            self.fields["decided_on"].label = LABELS[episode.kind]
            self.initial.setdefault("decided_on", episode.decided_on)
        else:
            del self.fields["decided_on"]
        self.fields["starts_on"].label = episode.of_kind.first_day

    def columns(self) -> dict[str, Any]:
        return taken(self, EPISODE_COLUMNS)

    def words(self) -> dict[str, Any]:
        return taken(self, WORDS)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if day := given.get("starts_on"):
            self.blame(past_day("starts_on", self.episode.of_kind.first_day, day, today=timezone.localdate()))
            decided = given.get("decided_on")
            self.blame(decided_problems(self.episode.kind, decided, starts_on=day, today=timezone.localdate()))
            if not self.errors and (question := self._question(day, decided)):
                self.ask_once("starts_on", question)
        return given

    def _question(self, day: date, decided: date | None) -> str:
        """What is asked of a day that is corrected; of one that stays as it was, nothing."""
        was = (self.episode.starts_on, self.episode.decided_on)
        # Decided on its first day, and nothing else is said of that: both move.
        moves = decided is None and was[0] == was[1] and self.episode.decided_by_id is None
        known = decided or (day if moves else self.episode.decided_on)
        if (day, known) == was:
            return ""
        asked = ask_of_first_day(self.episode.kind, day, decided_on=known, born=None)
        return asked or ask_of_moved_day(self.episode, day, known)

    def decision(self) -> dict[str, Any]:
        """The day of the decision, where that is asked for: another one, or none any more."""
        if "decided_on" not in self.fields:
            return {}
        day = self.cleaned_data.get("decided_on")
        return {"is_undecided": True} if day is None else {"decided_on": day}


class EndForm(_OfEpisode, SeenForm):
    """It has ended."""

    ends_on = DateBoxesField(label="Last day", past=True)
    end_reason = forms.ChoiceField(label="Why it ended")

    def __init__(self, data: Any = None, *, episode: Episode, **kwargs: Any) -> None:
        super().__init__(data, episode=episode, **kwargs)
        field: Any = self.fields["end_reason"]
        field.choices = listed_codes(episode.of_kind.ends, timezone.localdate())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if {"ends_on", "end_reason"} <= given.keys():
            today = timezone.localdate()
            self.blame(end_problems(self.episode, given["ends_on"], given["end_reason"], today=today))
            if question := ask_of_end(self.episode, given["end_reason"]):
                self.ask_once("end_reason", question)
        return given


class OpenAgainForm(_OfEpisode, SeenForm):
    """It has not ended."""


class InErrorForm(_OfEpisode, SeenForm):
    """It is not this child’s, or never was."""

    error_reason = MentionText(label="Why it was entered in error", max_length=MOST_WORDS)


class PutBackForm(_OfEpisode):
    """It was right."""
