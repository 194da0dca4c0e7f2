"""Where in a text does something stand that is looked for? At the beginning of a word, in plain letters."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from safeguarding.letters import normal

# What is shown of each concern, and of the text around what was looked for.
PASSAGES, AROUND = 3, 70
# Words and phrases that one search takes: each of them must be there.
TERMS = 8
_PHRASE = re.compile(r'"([^"]+)"|(\S+)')
_WORD = re.compile(r"\w")
_IN_WORD = r"\w\u0300-\u036f\u0900-\u0dff\u064b-\u0652"
_CLINGING = re.compile(rf"^\W+|(?<![^{_IN_WORD}])[^{_IN_WORD}]++$")
_OTHER = re.compile(r"[^\x00-\x7f]")
# Letters that no decomposition takes apart, and marks that a keyboard does not have.
_ALIKE = str.maketrans("øłđðı‘’ʼ´“”„«»‐‑–—\u00a0", "olddi''''" + 5 * '"' + "---- ")


@dataclass(frozen=True)
class Pattern:
    """What is looked for: `whole` at the beginning of a word; `needle`, its first word, in any text in which it may
    be.
    """

    needle: str
    whole: re.Pattern[str]


@dataclass(frozen=True)
class Passage:
    """A piece of a text: `where` it stands, and its parts in order, each with whether it is what was looked for."""

    where: str
    parts: list[tuple[str, bool]]


def terms_of(words: str) -> list[str]:
    """The words and "phrases in quotation marks" of a search, in plain small letters. One letter alone is no word.

    What clings to a word is left off ("toast." is toast); a phrase stays as it was typed.
    """
    found = (phrase or _CLINGING.sub("", word) for phrase, word in _PHRASE.findall(plain(words)))
    tidy = (" ".join(term.split()) for term in found)
    return list(dict.fromkeys(term for term in tidy if len(term) > 1 and _WORD.search(term)))[:TERMS]


def sieve(needles: Sequence[str]) -> Callable[[bytes], bool]:
    """Whether one of these stands in a text, in plain letters.

    Nearly every text is ASCII: its bytes are looked at as they are.
    """
    sought = [needle.encode() for needle in needles]

    def may_hold(words: bytes) -> bool:
        bare = words.lower() if words.isascii() else plain(words.decode()).encode()
        return any(map(bare.__contains__, sought))

    return may_hold


def passages_in(texts: Sequence[tuple[str, str, str]], looked_for: Sequence[Pattern]) -> list[Passage]:
    """The first places where something stands that is looked for; none unless all of it stands somewhere.

    A text is where it stands, the text as it was written, and in plain letters.
    """
    missing, places = set(looked_for), []
    for where, text, bare in texts:
        spans = {pattern: [found.span() for found in pattern.whole.finditer(bare)] for pattern in looked_for}
        missing -= {pattern for pattern, there in spans.items() if there}
        if any(spans.values()):
            places.append(
                _passage(
                    where,
                    composed(text),
                    sorted(chain.from_iterable(spans.values()), key=lambda span: (span[0], -span[1])),
                )
            )
    return [] if missing else places[:PASSAGES]


def _passage(where: str, text: str, spans: Sequence[tuple[int, int]]) -> Passage:
    """The text around the first of `spans`, cut between words where there are any, with what was looked for in it
    marked.
    """
    first, last = spans[0]
    start, end = max(0, first - AROUND), min(len(text), last + AROUND)
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", last, end)) >= 0:
        end = space
    parts: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for begins, ends in spans:
        if begins >= at and ends <= end:
            parts += [(text[at:begins], False), (text[begins:ends], True)]
            at = ends
    parts.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return Passage(where, [part for part in parts if part[0]])


def pattern_of(term: str) -> Pattern:
    """A term at the beginning of a word, its own words any white space apart."""
    start = r"(?<!\w)" if _WORD.match(term) else ""
    words = term.split()
    return Pattern(words[0], re.compile(start + r"\s+".join(map(re.escape, words))))


def composed(text: str) -> str:
    """The text with each letter and its accent as one character."""
    return text if text.isascii() else normal("NFC", text)


def plain(text: str) -> str:
    """Small letters without accents: of the composed text, and as long, so that a place in the one is that in the
    other.
    """
    return text.lower() if text.isascii() else _OTHER.sub(_plain_letter, composed(text)).lower()


def _plain_letter(found: re.Match[str]) -> str:
    return _plain_letters().get(found[0], found[0])


@cache
def _plain_letters() -> dict[str, str]:
    """Each capital, accented letter or typographic mark, with the one plain character that stands for it."""
    letters = {}
    for letter in map(chr, range(0x80, 0x3000)):
        small = letter.lower()[0].translate(_ALIKE)
        bare = normal("NFKD", small)
        letters[letter] = (bare[0] if all(map(unicodedata.combining, bare[1:])) else small).translate(_ALIKE)
    return letters
