"""By which reason of law is something left out, is its test answered, and what has to be had first?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from safeguarding.exceptions import BadInput
from sharing.requests.models import Exemption, RightsRequest

Problems = dict[str, str]
LONGEST_ANSWER = 2_000
# The answer to the question of an exemption that something has to be had for, with which it may be given.
HAD = "had"


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


def exemptions_for(case: RightsRequest, on: date) -> list[Exemption]:
    """The exemptions in force on a day that can be used for who asks (domain reference 5.7), in order."""
    rows = Exemption.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    return [one for one in rows.order_by("order", "code") if is_usable(one, case)]


def is_usable(exemption: Exemption, case: RightsRequest) -> bool:
    """Whether it can be used for the request of who asks; while nobody has said who they are, only those for all."""
    return not exemption.for_requests_of or case.requester_is in exemption.for_requests_of


def reason_problems(case: RightsRequest, reason: Reason, *, on: date, is_given: bool = False) -> Problems:
    """Why something cannot be left out for this reason. Field to sentence; empty where it can.

    `is_given`: the reason is one for which something has to be had before it is given, and it is to be given.
    """
    exemption = reason.exemption
    if exemption is None:
        return {"exemption": "Choose the legal reason"}
    if not is_usable(exemption, case):
        return {"exemption": "This legal reason cannot be used for who asks: choose another"}
    if exemption.valid_from > on or (exemption.valid_to and exemption.valid_to < on):
        return {"exemption": "This legal reason is not in force: choose another"}
    found = dict(_unanswered(exemption, reason.answers))
    if not reason.why.strip():
        found["why"] = "Say why, in this case"
    if is_given and exemption.waits_for and not found and not is_had(exemption, reason.answers):
        found["exemption"] = f"It cannot be given before this is recorded: {exemption.waits_for}"
    return found


def is_had(exemption: Exemption, answers: Mapping[str, str]) -> bool:
    """Whether what has to be had first is recorded: the question `had` of its test was answered with yes."""
    return answers.get(HAD, "") not in ("", "no")


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
