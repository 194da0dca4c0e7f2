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
    ("adults.staffconcernchild", "child_was"): "name and birth date, written down when the child’s record ends",
    ("children.child", "name_sounds"): "how the names sound: made from them, and shown nowhere",
    ("children.importpart", "content"): "the bytes of a file, gone when it has been read; its rows are looked at",
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

    def note(self, label: str, name: str, value: Any, record: str, part: str) -> None:
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


def fields_to_plant() -> dict[type[models.Model], list[str]]:
    """The fields of each protected model that hold a canary."""
    fields: dict[type[models.Model], list[str]] = {}
    for model, name in protected_fields():
        if (model._meta.label_lower, name) not in DERIVED:
            fields.setdefault(model, []).append(name)
    return fields


def protected_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every field of a protected model that tells who somebody is, or something about them."""
    for model in protected_models():
        mine = declared(model)
        for name in (*mine.narrative, *mine.identifying) if mine else ():
            yield model, name
