"""How is a text brought into one of the normal forms of Unicode, at a cost that grows with its length?

Python puts the marks behind a letter in order by comparing them in pairs until a version of June 2026 (gh-149079),
which distributions mend without another number: tens of thousands of marks hold the interpreter for seconds. So a run
of more than thirty, which no language has, is parted first, as UAX 15 says of the Stream-Safe Text Format.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import takewhile
from typing import Literal

MOST_MARKS = 30
# Is no mark itself, and shows nothing.
_JOINER = "\u034f"
# Taken apart, a mark is two at most, and the letter before them brings a few. Of letters and figures two become marks.
_SHORTEST = 10
_RUN = re.compile(rf"(?:[^\w\x00-\x7f]|[\uff9e\uff9f]){{{_SHORTEST},}}+")


def normal(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """The text in this normal form, its long runs of marks parted. Once more it stays as it is."""
    if len(text) > _SHORTEST and not text.isascii():
        text = _RUN.sub(_parted, text)
    return unicodedata.normalize(form, text)


def _parted(found: re.Match[str]) -> str:
    parts: list[str] = []
    marks, _ = _marks(found.string[found.start() - 1]) if found.start() else (0, False)
    for letter in found[0]:
        more, is_mark = _marks(letter)
        if not is_mark:
            marks = 0
        elif marks + more > MOST_MARKS:
            parts.append(_JOINER)
            marks = 0
        marks += more
        parts.append(letter)
    return "".join(parts)


@lru_cache(maxsize=4096)
def _marks(letter: str) -> tuple[int, bool]:
    """How many marks stand at the end of a letter that is taken apart, and whether it is nothing else."""
    apart = unicodedata.normalize("NFKD", letter)
    marks = len(list(takewhile(unicodedata.combining, reversed(apart))))
    return marks, marks == len(apart)
