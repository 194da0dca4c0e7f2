"""Which words were planted where, and which of them does an answer hold?

A canary is a word that no language has. Every narrative and identifying field of a protected model holds one, so that a
page that shows a field can be told to have shown it. What cannot hold a word (a date) is planted as a date that nothing
else has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import models

from children import upn
from safeguarding import dates
from safeguarding.audit.protection import protected_models
from safeguarding.personal_data import declared

_LETTERS = "bcdfghjklmnprstvwx"
_WORD = re.compile(r"zq[bcdfghjklmnprstvwx]{6}")

# Fields that hold no canary of their own, each with its reason.
DERIVED = {
    ("audit.logentry", "changes"): "words of other fields, which are planted there",
    ("children.child", "name_sounds"): "how the names sound: made from them, and shown nowhere",
    ("children.importpart", "content"): "the bytes of a file, gone when it has been read; its rows are looked at",
}
# The model of each part of a record, as `docs/policy.yaml` calls the parts.
PARTS: dict[str, str] = {
    "children.child": "card",
    **dict.fromkeys(
        (
            "children.childdetail",
            "children.othername",
            "children.formerupn",
            "children.contact",
            "children.contactlink",
            "children.parentalresponsibility",
            "children.contactrestriction",
            "children.enrolment",
            "children.classepisode",
            "children.earlierschool",
            "children.sibling",
            "children.photograph",
            "children.childmerge",
        ),
        "details",
    ),
    **dict.fromkeys(
        (
            "children.childfile",
            "concerns.earlierrecord",
            "concerns.earlierfile",
            "concerns.chronologyentry",
            "concerns.pastoralnote",
            "concerns.supportplan",
            "concerns.supportstep",
            "concerns.stepup",
        ),
        "history",
    ),
    **dict.fromkeys(
        ("concerns.earlierbatch", "concerns.earlierupload", "concerns.earlierrow", "concerns.earlierpdf"), "coming"
    ),
    **dict.fromkeys(("children.household", "children.householdmember"), "address"),
    **dict.fromkeys(
        ("children.importrun", "children.importpart", "children.importrow", "children.columnmapping"), "file"
    ),
    **dict.fromkeys(
        (
            "children.childgrant",
            "children.childteamgrant",
            "children.emergencyaccess",
            "children.conflictofinterest",
            "concerns.concerngrant",
        ),
        "access",
    ),
    **dict.fromkeys(
        (
            "concerns.concern",
            "concerns.concernsubject",
            "concerns.decision",
            "concerns.closing",
            "concerns.concernnote",
            "concerns.outsidenote",
            "concerns.outsideconflict",
            "concerns.paperform",
            "concerns.handover",
            "concerns.pin",
            "concerns.patternruling",
            "concerns.referral",
            "concerns.referralstep",
            "concerns.escalationletter",
            "concerns.contactmade",
            "concerns.meeting",
            "concerns.meetingattendee",
            "concerns.meetingdecision",
            "concerns.meetingaddition",
            "concerns.undonelink",
            "concerns.concernadult",
            "concerns.filestory",
            "concerns.policenotice",
            "concerns.enteredinerror",
            "concerns.withheldname",
        ),
        "concern",
    ),
    **dict.fromkeys(
        (
            "concerns.account",
            "concerns.amendment",
            "concerns.bodymapmark",
            "concerns.concernchild",
            "concerns.attachment",
            "concerns.question",
            "concerns.duty",
        ),
        "account",
    ),
    # What a field was before. Its words are those of the record, and found as such.
    "audit.logentry": "concern",
    "concerns.action": "action",
    "concerns.emergencysheet": "sheet",
    "concerns.brief": "brief",
    "concerns.draft": "draft",
    "concerns.draftopening": "opening",
    "concerns.kepttext": "kept",
    **dict.fromkeys(
        (
            "adults.staffconcern",
            "adults.adultnamed",
            "adults.staffentry",
            "adults.patternreview",
            "adults.staffconcernchild",
            "adults.staffconcerngrant",
        ),
        "adult",
    ),
    "adults.raised": "adult_words",
    "concerns.savedfilter": "kept",
    "printing.printjob": "print",
    "concerns.supervisionnote": "supervision",
}


@dataclass
class Words:
    """Gives out canaries, one after the other: the same in every run."""

    given: int = 0
    day: date = date(2013, 1, 1)

    def __call__(self) -> str:
        self.given += 1
        number, letters = self.given, ""
        for _ in range(6):
            number, place = divmod(number, len(_LETTERS))
            letters += _LETTERS[place]
        return f"zq{letters}"

    def name(self) -> str:
        """As a name is written."""
        return self().capitalize()

    def birthday(self) -> date:
        """A day of birth that nobody else has."""
        self.day += timedelta(days=13)
        return self.day


@dataclass
class Planted:
    """Canary to the places where it stands: (record of the policy, part of it). Filled from the database."""

    places: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    # What cannot be a word that no language has: dates and pupil numbers, each as it may be shown.
    exact: dict[str, str] = field(default_factory=dict)
    # "app.model field" of every field in which at least one row has a canary.
    filled: set[tuple[str, str]] = field(default_factory=set)

    def note(self, label: str, name: str, value: Any, record: str) -> None:
        part = PARTS[label]
        if isinstance(value, date) or (name == "upn" and upn.is_valid(value)):
            word = f"{name} {value}"
            shown = (dates.full_day(value), value.strftime("%d/%m/%Y")) if isinstance(value, date) else ()
            self.exact |= {text.lower(): word for text in (*shown, str(value))}
            found = {word}
        else:
            found = set(_WORD.findall(str(value).lower()))
        for word in found:
            self.places.setdefault(word, set()).add((record, part))
            self.filled.add((label, name))

    def found_in(self, text: str) -> set[str]:
        """Every canary that a text holds."""
        text = text.lower()
        found = {word for word in _WORD.findall(text) if word in self.places}
        return found | {word for shown, word in self.exact.items() if shown in text}


def protected_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every field of a protected model that tells who somebody is, or something about them."""
    for model in protected_models():
        mine = declared(model)
        for name in (*mine.narrative, *mine.identifying) if mine else ():
            yield model, name
