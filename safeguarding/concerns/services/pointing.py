"""Whom does a text name who may not be named in it?

A child by a name, a part of it, or initials; and what to say instead.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Protocol

from children import mentions
from children.models import Child
from safeguarding.letters import normal

# One letter is no name, and two are as often a word of their own.
_SHORTEST = 3
# A figure or a line below it ends a name, as in the name of a file.
_LETTER = r"[^\W\d_]"
_BETWEEN = r"[\s_.-]+"
_APOSTROPHES, _DASHES = "'’‘ʼ`´", "-‐‑–"


class Named(Protocol):
    """A child, or anybody who has a name: as it is on the register, and as they are called."""

    @property
    def forename(self) -> str: ...

    @property
    def surname(self) -> str: ...

    @property
    def known_forename(self) -> str: ...

    @property
    def known_surname(self) -> str: ...

    @property
    def full_name(self) -> str: ...


@dataclass(frozen=True)
class Pointed:
    """What stands in a text, in the order in which it stands there, and what may stand in its place."""

    words: str
    instead: str


def another(child: Child | None) -> str:
    """What a child is called where its name may not stand: another child (Year 4); without a year where there is
    none.
    """
    return f"another child ({child.year})" if child and child.year else "another child"


def pointed_out(text: str, children: Mapping[Child, str]) -> list[Pointed]:
    """The names and initials of these children in a text, each once.

    `children` are those with what to call each instead.
    """
    found: dict[str, tuple[int, Pointed]] = {}
    for child, instead in children.items():
        for match in pattern_of(child).finditer(text):
            found.setdefault(match[0], (match.start(), Pointed(match[0], instead)))
    return [pointed for _, pointed in sorted(found.values(), key=itemgetter(0))]


def swapped(text: str, children: Mapping[Child, str]) -> str:
    """The text with each name and each pair of initials changed: at the beginning of a sentence with a capital
    letter.
    """
    for child, instead in children.items():
        text = pattern_of(child).sub(partial(mentions.in_place, instead=instead), text)
    return text


def pattern_of(child: Named, but: Named | None = None, *, shortest: int = _SHORTEST) -> re.Pattern[str]:
    """Whole names in any case; a part of one as names are written; initials in capitals. The longest first.

    Names are found in the names of files too: Rowan_Ashdown.pdf, RowanAshdown2.pdf. What `but` is called too is no name
    of this child.
    """
    whole, parts = (set(of(child)) - set(of(but) if but else ()) for of in (_whole, _parts))
    spelled = [f"(?i:{as_written(name)})|{as_written(name, between='')}" for name in _longest(whole) if " " in name]
    spelled += [
        f"(?:{as_written(name)}|{as_written(name.upper())})" for name in _longest(parts) if len(name) >= shortest
    ]
    found = [rf"(?<!{_LETTER})(?:{'|'.join(spelled)})(?!{_LETTER})"] if spelled else []
    if (initials := _initials(child)) and not (but and _initials(but) == initials):
        found.append(rf"(?<!\w){re.escape(initials[0])}\.?\s?{re.escape(initials[1])}\b\.?(?!\w)")
    return re.compile("|".join(found) or "(?!)")


def _whole(child: Named) -> list[str]:
    return [child.full_name, f"{child.known_forename} {child.known_surname}".strip()]


def _parts(child: Named) -> list[str]:
    return [child.forename, child.surname, child.known_forename, child.known_surname]


def _initials(child: Named) -> str:
    return child.forename[0] + child.surname[0] if child.forename and child.surname else ""


def as_written(name: str, between: str = _BETWEEN) -> str:
    """Return what finds a name as it may be written: with one apostrophe or dash as with another."""
    return between.join("".join(map(_letter, word)) for word in normal("NFC", name).split())


def _letter(letter: str) -> str:
    alike = next((some for some in (_APOSTROPHES, _DASHES) if letter in some), "")
    return f"[{re.escape(alike)}]" if alike else re.escape(letter)


def _longest(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name}, key=lambda name: (-len(name), name))
