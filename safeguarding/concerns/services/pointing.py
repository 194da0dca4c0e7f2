"""Whom does a text name who may not be named in it?

A child by a name, a part of it, or initials; and what to say instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from children import mentions
from children.models import Child
from children.names.forms import pattern_of


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
