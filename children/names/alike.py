"""Which names are the same, and which sound the same?

So that Rory Fallows of 3A is not taken for Rory Fallows of 3B.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import jellyfish

from .normalise import fold

# Metaphone keeps the vowel that a word begins with, and forgets one that is doubled: Eesa would sound like Zoe.
_DOUBLED = re.compile(r"^([aeiou])\1+")


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """How one folded word sounds: its Metaphone key, or the word itself where there is none (one letter, another
    script).
    """
    return (jellyfish.metaphone(_DOUBLED.sub(r"\1", word)) or word)[:20] if word.isascii() else word[:20]


def sounds(*texts: str) -> list[str]:
    """How each word of these names sounds, once each, in order."""
    return list({sound(word): None for text in texts for word in fold(text).split()})


def slips(word: str, folded: str) -> int | None:
    """How many slips of the finger a folded word is away from the nearest of these names, or of their beginnings.

    Letters added, left out, changed or swapped (Damerau and Levenshtein): none in a word of up to three letters, one up
    to six, two beyond. None where it is further from all of them.
    """
    most = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
    near = most + 1
    for name in folded.split():
        if len(name) >= len(word) - most:
            begun = name[: len(word)]
            near = min(near, *(jellyfish.damerau_levenshtein_distance(word, part) for part in {name, begun}))
    return near if near <= most else None


def searchable(texts: Iterable[str]) -> str:
    """Every word of these names, folded, once each: what a search looks through. Words stand between spaces."""
    words = {word: None for text in texts for word in fold(text).split()}
    return f" {' '.join(words)} "


def sort_key(forename: str, surname: str) -> str:
    """By what a child stands in a list: surname, then forename, folded; a child with one name by that.

    The tab comes before every letter and space, so that all Smiths stand before the first Smith-Jones.
    """
    return f"{fold(surname or forename)[:150]}\t{fold(forename)[:150]}"


def known_as(forename: str, surname: str, known_forename: str, known_surname: str) -> str:
    """What a child is called, where that differs from the legal name; else an empty string."""
    first, last = known_forename or forename, known_surname or surname
    if (first, last) == (forename, surname):
        return ""
    return first if last == surname else f"{first} {last}".strip()
