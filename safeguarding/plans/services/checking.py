"""What is wrong with what was typed of a plan or of a step? Field to sentence, without its full stop."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils.text import capfirst

from safeguarding.exceptions import BadInput
from safeguarding.plans import codes
from safeguarding.plans.kinds import EPISODES, STEPS, EpisodeKind, Kind, StepKind
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.models.step import MOST_SCORE

Problems = dict[str, str]
# Further ahead than this no meeting is booked: a year was typed wrongly.
_YEARS_AHEAD = 3


def raise_first(problems: Problems) -> None:
    """Raise `BadInput` with the first sentence, if there is any."""
    for sentence in problems.values():
        raise BadInput(f"{sentence}.")


def episode_problems(
    kind: str,
    *,
    starts_on: date | None,
    authority: str,
    known_by: str,
    columns: Mapping[str, Any],
    words: Mapping[str, str],
    today: date,
    born: date | None = None,
) -> Problems:
    """Why an episode cannot be begun, or corrected, like this. Empty when it can."""
    of = EPISODES.get(kind)
    if of is None:
        return {"kind": "Choose what the child is or has"}
    found = past_day("starts_on", of.first_day, starts_on, today=today, born=born)
    if of.needs_authority and not authority:
        found["authority"] = "Choose the local authority"
    elif authority and authority not in codes.codes_of("authority"):
        found["authority"] = "Choose a local authority of the list"
    if known_by and known_by not in codes.codes_of("known_by"):
        found["known_by"] = "Choose how the school knows"
    return found | column_problems(Episode, of, columns, today=today) | _word_problems(Episode, of, words)


def step_problems(
    kind: str,
    episode: Episode,
    *,
    held_on: date | None,
    columns: Mapping[str, Any],
    words: Mapping[str, str],
    today: date,
    born: date | None = None,
    kept: Mapping[str, Any] | None = None,
) -> Problems:
    """Why a step cannot be recorded as held like this. Empty when it can. `kept`: what its columns hold already."""
    of = STEPS.get(kind)
    if of is None or kind not in episode.of_kind.steps:
        return {"kind": "Choose what was held, of what this plan has"}
    found = past_day("held_on", "Held on", held_on, today=today, born=born)
    found |= column_problems(Step, of, columns, today=today, kept=kept) | _word_problems(Step, of, words)
    found |= _score_problems(of, columns)
    for column, label in (("held_to", "Until"), ("report_sent_on", "School’s report sent")):
        day = columns.get(column)
        if column not in found and isinstance(day, date) and day > today:
            found[column] = f"{label} must be today or in the past"
    until = columns.get("held_to")
    if "held_to" not in found and isinstance(until, date) and held_on and until < held_on:
        found["held_to"] = "Until must be on the day it began, or later"
    return found


def back_problems(missing: Step, back_on: date | None, *, today: date) -> Problems:
    """Why a child who was missing cannot have come back on a day. Empty when they can."""
    found = past_day("back_on", "Back on", back_on, today=today)
    if not found and back_on and missing.held_on and back_on < missing.held_on:
        return {"back_on": "Back on must be on the day the child went missing, or later"}
    return found


def past_day(field: str, label: str, day: date | None, *, today: date, born: date | None = None) -> Problems:
    """A day that has to be there, has come, and is not before the child was born."""
    if day is None:
        return {field: f"Enter {label.lower()}"}
    if day > today:
        return {field: f"{label} must be today or in the past"}
    if born and day < born:
        return {field: f"{label} must be after the child was born"}
    return {}


def booking_problems(booked_on: date | None, *, episode: Episode, today: date) -> Problems:
    """Why a step cannot be booked for a day."""
    if booked_on is None:
        return {"booked_on": "Enter the day it is booked for"}
    if booked_on < episode.starts_on:
        return {"booked_on": "Booked for must be after the plan began"}
    if booked_on.year > today.year + _YEARS_AHEAD:
        return {"booked_on": f"Booked for must be within {_YEARS_AHEAD} years"}
    return {}


def column_problems(
    model: type[models.Model],
    kind: EpisodeKind | StepKind,
    columns: Mapping[str, Any],
    *,
    today: date,
    kept: Mapping[str, Any] | None = None,
) -> Problems:
    """Columns that the kind has not, that it requires and that are empty, and codes that are not offered today.

    `kept` is what stands there already: a code that is used no more stays.
    """
    found: Problems = {}
    for column, value in columns.items():
        label = _label(model, column)
        empty = value in (None, "", [])
        if not empty and column not in kind.columns:
            found[column] = f"{label} does not belong to this"
        elif not empty and (list_ := kind.list_of(column)):
            some = value if isinstance(value, list) else [value]
            if wrong := _not_offered(list_, some, today, (kept or {}).get(column)):
                found[column] = f"{label}: {wrong}"
        elif not empty and column == "answer" and value not in Step.Answer:
            found[column] = f"{label}: choose yes, no or not known"
    for column in kind.required:
        if columns.get(column) in (None, "", []):
            found.setdefault(column, f"{_label(model, column)}: choose one")
    return found


def _label(model: type[models.Model], name: str) -> str:
    """What a field is called at the beginning of a sentence."""
    field: Any = model._meta.get_field(name)
    return str(capfirst(str(field.verbose_name)))


def _not_offered(list_: str, some: list[str], today: date, kept: Any) -> str:
    there = codes.codes_of(list_)
    stays = set(kept) if isinstance(kept, list) else {kept}
    for code in some:
        if code not in there:
            return "choose one of the list"
        if code not in stays and not codes.is_in_use(there[code], today):
            return f"{code} ({there[code].label}) is no longer used. Choose another"
    return ""


def _word_problems(model: type[models.Model], kind: Kind, words: Mapping[str, str]) -> Problems:
    return {
        name: f"{_label(model, name)} does not belong to this"
        for name, text in words.items()
        if text and name not in kind.words
    }


def _score_problems(kind: StepKind, columns: Mapping[str, Any]) -> Problems:
    if "score" not in kind.columns:
        return {}
    score, reason = columns.get("score"), columns.get("no_score_reason")
    if score is None and not reason:
        return {"score": "Enter the SDQ score, or why there is none"}
    if score is not None and reason:
        return {"no_score_reason": "Give the SDQ score, or why there is none, and not both"}
    if score is not None and not 0 <= score <= MOST_SCORE:
        return {"score": f"The SDQ score is a number from 0 to {MOST_SCORE}"}
    return {}
