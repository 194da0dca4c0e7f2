"""Does a comment name anybody? It is looked through for the names of every child of the school, of now and before,
whoever may see them, and of staff.

A whole name, or a word of a child's name with a capital, is refused. A name that is also a word (Will, May), one that
is written small, and names of staff are asked about: the answer is about that word in that sentence, and is kept with
who gave it.

What the eye does not see makes no other word: letters without width, letters of another script that look alike, a line
that ends within a name.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from uuid import UUID

from children.names import fold
from safeguarding.accounts.models import User
from safeguarding.prepared import prepared

_ORDINARY = Path(__file__).parent.parent / "words.txt"
# Where a sentence begins: at the start of a line or a bullet, after a full stop, a question mark, a colon.
_SENTENCES = re.compile(r"((?<=[.!?:])\s++|(?<!\s)[^\S\n]*+\n\s*+(?:[-–—•*]\s*+)?)")
_ENDS = (".", "!", "?", ":")
_SHORTEST, _LONGEST = 3, 40
# Names of two letters are looked for too: Jo, Bo, Li. By themselves where they are written as a name, and are no word.
_TWO = 2
# A word of so few letters may be the beginning of the next one.
_SHORT = 2
_AROUND = "\"“”‘’'.,;:!?()[]…"
# Digits too: "Ashdown2" is a name with the mark of a note.
_PARTS = re.compile(r"[-‐‑‒–—−/\\&+_,.;:()\d⁰¹²³⁴-⁹₀-₉]+")
_TWO_WORDS = re.compile(r"[ -]")
_APOSTROPHES = "'’‘ʼ`´′＇"
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s\b", re.IGNORECASE)
# Nobody sees them: joiners, directions, soft hyphens, fillers.
_UNSEEN = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}
# Small letters of other scripts that look like Latin ones, and those.
_ALIKE = str.maketrans("асеорхуіјѕһԁԛԝкмтвнӏѵԍαορνυικτχεηγ", "aceopxyijshdqwkmtbhlvgaopvuiktxeny")


@dataclass(frozen=True)
class Question:
    """A word that may be a name, in its sentence. `of_staff`: it is one of a member of staff."""

    word: str
    sentence: str
    of_staff: bool

    @property
    def key(self) -> tuple[str, str]:
        """What an answer is about: the same word in another sentence is asked about again."""
        return fold(self.word), self.sentence


@dataclass(frozen=True)
class Looked:
    """What was found in a comment: words that are refused, as they were typed, and questions."""

    refused: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def sentence(self) -> str:
        """Why it is refused, or nothing."""
        return refusal_of(self.refused)


@dataclass(frozen=True)
class _Word:
    """A word as it was typed, one of its folded parts, and where it stands. Words of one `token` have no space between.

    `is_guess`: another way to read what stands there, which is asked about and not refused.
    """

    typed: str
    folded: str
    sentence: str
    place: int
    token: int
    is_guess: bool = False

    @property
    def has_capital(self) -> bool:
        return any(letter.isupper() for letter in self.typed)

    @property
    def is_plain(self) -> bool:
        """Whether it is a word of the language, written as one."""
        return not self.has_capital and self.folded in ordinary()

    @property
    def may_be_name(self) -> bool:
        """Whether it may be a name by itself: of two letters only where it is written as one."""
        return len(self.folded) > _TWO or (self.has_capital and self.folded not in ordinary())

    @property
    def may_be_part(self) -> bool:
        """Whether it may be a part of a whole name."""
        return len(self.folded) > _TWO or self.has_capital or self.folded not in ordinary()

    @property
    def is_sure(self) -> bool:
        """Whether it is nothing but the name, where it is one: "La" is, and "LA" may be short for something."""
        of_two = len(self.folded) == _TWO and self.typed.isupper()
        return self.has_capital and not self.is_guess and not of_two and self.folded not in ordinary()

    @property
    def halves(self) -> list[tuple[str, str]]:
        """Two names in one word: "RowanAshdown", "annemarie"."""
        is_one = not self.is_guess and not _TWO_WORDS.search(self.typed)
        if not is_one or not 2 * _SHORTEST <= len(self.folded) <= _LONGEST:
            return []
        places = range(_SHORTEST, len(self.folded) - _SHORTEST + 1)
        return [(self.folded[:place], self.folded[place:]) for place in places]


def refusal_of(words: Collection[str]) -> str:
    """The sentence of a refusal, which says the words."""
    if not words:
        return ""
    said = " and ".join(f"“{word}”" for word in words)
    one = len(words) == 1
    return (
        f"{said} {'is' if one else 'are'} in the name of a child of this school, of now or before. "
        f"A report to governors names no child: take {'it' if one else 'them'} out, or say it in another way"
    )


def look_through(text: str, *, school_id: UUID, by: User) -> Looked:
    """Look through a comment for names. `by` writes reports at the school. Two queries, none where nothing is said."""
    words = list(_words(_seen(text)))
    asked = {one.folded for one in words} | {half for one in words for halves in one.halves for half in halves}
    asked = {one for one in asked if len(one) >= _TWO}
    if not asked:
        return Looked((), ())
    of_children: dict[str, set[UUID]] = defaultdict(set)
    for word, child in prepared("SELECT * FROM rules.words_of_names(%s, %s, %s)", [by.pk, school_id, sorted(asked)]):
        of_children[word].add(child)
    return _judge(words, of_children, _of_staff(school_id, asked))


def _judge(words: list[_Word], of_children: dict[str, set[UUID]], of_staff: set[str]) -> Looked:
    refused: dict[str, None] = {}
    questions: dict[tuple[str, str], Question] = {}
    whole = set(_whole_names(words, of_children))
    for one in words:
        is_of_child = one.may_be_name and one.folded in of_children
        is_of_staff = one.folded in of_staff
        if one in whole or (is_of_child and one.is_sure):
            refused[one.typed] = None
        elif ((is_of_child or is_of_staff) and not one.is_plain) or _is_two_names(one, of_children):
            asked = Question(one.typed, one.sentence, of_staff=is_of_staff and not is_of_child)
            questions.setdefault(asked.key, asked)
    return Looked(tuple(refused), tuple(one for one in questions.values() if one.word not in refused))


def _whole_names(words: list[_Word], of_children: dict[str, set[UUID]]) -> Iterator[_Word]:
    """Words beside each other that are both of the name of one child: a whole name, however it is written."""
    at: dict[int, list[_Word]] = defaultdict(list)
    for one in words:
        if one.may_be_part and one.folded in of_children:
            at[one.place].append(one)
    for place, some in at.items():
        for one, other in product(some, at.get(place + 1, ())):
            both = of_children[one.folded] & of_children[other.folded]
            if both and one.folded != other.folded and not (one.is_plain and other.is_plain):
                yield one
                yield other


def _is_two_names(one: _Word, of_children: dict[str, set[UUID]]) -> bool:
    return any(of_children.get(half, set()) & of_children.get(rest, set()) for half, rest in one.halves)


def _seen(text: str) -> str:
    """What the eye sees of a text: without letters and marks that have no width."""
    return "".join(c for c in text if c.isspace() or not (c in _UNSEEN or unicodedata.category(c) in ("Cf", "Cc")))


def _words(text: str) -> Iterator[_Word]:
    """Every word, in its sentence, and what two of them may be together: O Brien, Ann Marie, a name over two lines."""
    found = list(_of_text(text))
    yield from found
    for one in found:
        if (alike := one.folded.translate(_ALIKE)) != one.folded:
            yield replace(one, folded=alike)
        if one.has_capital and len(one.folded) > _SHORTEST and one.folded.endswith("s"):
            yield replace(one, folded=one.folded[:-1], is_guess=True)
    for one, other in pairwise(found):
        if other.place - one.place == 1 and _may_go_on(one, other):
            space = "-" if one.token == other.token else " "
            yield replace(one, typed=f"{one.typed}{space}{other.typed}", folded=one.folded + other.folded)


def _may_go_on(one: _Word, other: _Word) -> bool:
    """Whether a word may be the beginning of the next one: a short one, before a capital, over a hyphen or a line."""
    short = len(one.folded) <= _SHORT
    together = one.token == other.token or one.sentence != other.sentence
    return short or together or (one.has_capital and other.has_capital)


def _of_text(text: str) -> Iterator[_Word]:
    """Its words, each at its place. A sentence that ends leaves a place free; a line that ends within one does not."""
    place, token, pieces = 0, 0, _SENTENCES.split(text)
    for before, sentence in zip(["", *pieces[1::2]], map(str.strip, pieces[::2]), strict=True):
        place += bool(before.strip())
        for typed in sentence.split():
            token += 1
            for part, piece in _of_token(typed):
                yield _Word(part, piece, sentence, place, token)
                place += 1
        place += sentence.endswith(_ENDS)


def _of_token(typed: str) -> Iterator[tuple[str, str]]:
    """The words of what has no space in it, each with its folded form: "Anne-Marie" and "O’Brien-Şahin" have two."""
    bare = _POSSESSIVE.sub("", typed.strip(_AROUND))
    for part in _PARTS.split(bare):
        pieces = fold(part).split()
        if len(part) <= _LONGEST:
            yield from ((part, piece) for piece in pieces)
            continue
        # Thousands of letters without a space: not the whole of it with each of its words.
        has_capital = any(map(str.isupper, part))
        yield from ((piece.capitalize() if has_capital else piece, piece) for piece in pieces)


def _of_staff(school_id: UUID, asked: Collection[str]) -> set[str]:
    """Of these words those of names of people who work, or worked, at the school."""
    rows = User.objects.filter(assignments__school=school_id).distinct().values_list("first_name", "last_name")
    return {word for names in rows for word in fold(" ".join(names)).split() if len(word) >= _SHORTEST} & set(asked)


@cache
def ordinary() -> frozenset[str]:
    """Words of the language that are names too."""
    return frozenset(_read(_ORDINARY.read_text(encoding="utf-8").splitlines()))


def _read(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            yield from line.split()
