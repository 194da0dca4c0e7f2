"""By which reason of law is something left out, is its test answered, and what has to be had first?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from safeguarding.exceptions import BadInput
from sharing.requests.models import Exemption, RightsRequest

from .law import WHOLE, applies

Problems = dict[str, str]
LONGEST_ANSWER = 2_000
# The question whether what an item waits for is there.
HAD = "had"
# Answers with which nothing may be left out for a reason, and those which together forbid to give it (domain reference
# 5.7: health data needs an opinion, and what somebody knows already is given; child abuse data is kept from who asks by
# parental responsibility).
_NOT_LEFT_OUT = {"health": {HAD: "no", "opinion": "no_harm", "known": "yes"}, "child_abuse": {"responsibility": "no"}}
_NOT_GIVEN = {"health": {"opinion": "harm", "known": "no"}}


@dataclass(frozen=True)
class Reason:
    """An exemption, the answers to the questions of its test by their keys, and why in this case."""

    exemption: Exemption | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def raise_first(problems: Mapping[str, str]) -> None:
    """Raise `BadInput` with the first sentence, if there is any."""
    for sentence in problems.values():
        raise BadInput(f"{sentence}.")


def reason_problems(case: RightsRequest, reason: Reason, *, on: date, is_given: bool = False) -> Problems:
    """Why something cannot be left out for this reason. Field to sentence; empty where it can.

    `is_given`: the item is given, although it is one for which something has to be had first: what was had is the
    answers to the questions of its test.
    """
    exemption = reason.exemption
    if exemption is None:
        return {"exemption": "Choose the legal reason"}
    if exemption.code in WHOLE or not applies(exemption, case):
        return {"exemption": "This legal reason cannot be used for who asks: choose another"}
    if exemption.valid_from > on or (exemption.valid_to and exemption.valid_to < on):
        return {"exemption": "This legal reason is not in force: choose another"}
    if is_given and not exemption.waits_for:
        return {"exemption": "Choose none: the legal reason stands with each place that is taken out"}
    found = dict(_unanswered(exemption, reason.answers))
    if is_given and (found or reason.answers.get(HAD) == "no"):
        return {"exemption": f"It cannot be given yet. It waits for {exemption.waits_for}", **found}
    found |= _against(exemption, reason.answers, is_given=is_given)
    if not reason.why.strip():
        found["why"] = "Say why, in this case"
    return found


def _against(exemption: Exemption, answers: Mapping[str, str], *, is_given: bool) -> Problems:
    """Answers that speak against what was decided."""
    if is_given:
        says = (answers.get(key) == answer for key, answer in _NOT_GIVEN.get(exemption.code, {}).items())
        if exemption.code in _NOT_GIVEN and all(says):
            return {"decided": "By these answers it may not be given: choose withheld"}
        return {}
    return {
        answer_name(exemption, key): "By this answer it may not be left out for this reason: choose another"
        for key, answer in _NOT_LEFT_OUT.get(exemption.code, {}).items()
        if answers.get(key) == answer
    }


def _unanswered(exemption: Exemption, answers: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for question in exemption.questions:
        given = str(answers.get(question["key"], "")).strip()
        name = answer_name(exemption, question["key"])
        if not given:
            yield name, f"Answer “{question['asks']}”"
        elif len(given) > LONGEST_ANSWER:
            yield name, f"The answer to “{question['asks']}” has at most {LONGEST_ANSWER} characters: make it shorter"
        elif question["takes"] != "words" and given not in dict(choices_of(question)):
            yield name, f"Choose an answer to “{question['asks']}”"


def choices_of(question: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers that a question offers; none where it takes words."""
    if question["takes"] == "choice":
        return [(key, words) for key, words in question.get("choices", ())]
    return [("yes", "Yes"), ("no", "No")] if question["takes"] == "yes" else []


def answer_name(exemption: Exemption, key: str) -> str:
    """The field of a form that takes the answer to a question."""
    return f"{exemption.code}-{key}"
