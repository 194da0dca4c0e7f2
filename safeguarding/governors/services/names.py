"""Does a comment name anybody? It is looked through for the names of every child of the school, of now and before,
whoever may see them, and of staff.

A whole name, or a word of a child's name with a capital, is refused. A name that is also a word (Will, May), one that
is written small, and names of staff are asked about: the answer is about that word in that sentence, and is kept with
who gave it.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from children.names import fold
from safeguarding.accounts.models import User
from safeguarding.prepared import prepared

_ORDINARY = Path(__file__).parent.parent / "words.txt"
# Where a sentence begins: at the start of a line or a bullet, after a full stop, a question mark, a colon.
_SENTENCES = re.compile(r"(?<=[.!?:])\s+|\s*\n\s*(?:[-–—•*]\s*)?")
_SHORTEST = 3
# A word of so few letters may be the beginning of the next one.
_SHORT = 2
_AROUND = "\"“”‘’'.,;:!?()[]…"
_PARTS = re.compile(r"[-–—/\\&+_,.;:()]+")
_POSSESSIVE = re.compile(r"['’‘ʼ`]s$", re.IGNORECASE)


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
    """A word as it was typed, one of its folded parts, and where it stands."""

    typed: str
    folded: str
    sentence: str
    place: int

    @property
    def has_capital(self) -> bool:
        return any(letter.isupper() for letter in self.typed)

    @property
    def is_plain(self) -> bool:
        """Whether it is a word of the language, written as one."""
        return not self.has_capital and self.folded in ordinary()


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
    words = list(_words(text))
    asked = sorted({one.folded for one in words if len(one.folded) >= _SHORTEST})
    if not asked:
        return Looked((), ())
    of_children: dict[str, set[UUID]] = defaultdict(set)
    for word, child in prepared("SELECT * FROM rules.words_of_names(%s, %s, %s)", [by.pk, school_id, asked]):
        of_children[word].add(child)
    return _judge(words, of_children, _of_staff(school_id, asked))


def _judge(words: list[_Word], of_children: dict[str, set[UUID]], of_staff: set[str]) -> Looked:
    refused: dict[str, None] = {}
    questions: dict[tuple[str, str], Question] = {}
    whole = set(_whole_names(words, of_children))
    for one in words:
        is_of_child, is_of_staff = one.folded in of_children, one.folded in of_staff
        if one in whole or (is_of_child and one.has_capital and one.folded not in ordinary()):
            refused[one.typed] = None
        elif (is_of_child or is_of_staff) and not one.is_plain:
            asked = Question(one.typed, one.sentence, of_staff=is_of_staff and not is_of_child)
            questions.setdefault(asked.key, asked)
    return Looked(tuple(refused), tuple(questions.values()))


def _whole_names(words: list[_Word], of_children: dict[str, set[UUID]]) -> Iterator[_Word]:
    """Words beside each other that are both of the name of one child: a whole name, however it is written."""
    for one, other in pairwise(words):
        beside = one.sentence == other.sentence and other.place - one.place == 1 and one.folded != other.folded
        both = of_children.get(one.folded, set()) & of_children.get(other.folded, set())
        if beside and both and not (one.is_plain and other.is_plain):
            yield one
            yield other


def _words(text: str) -> Iterator[_Word]:
    """Every word, in its sentence, and what two of them are together where the first is short: O Brien."""
    for sentence in filter(None, map(str.strip, _SENTENCES.split(text))):
        found = list(_of_sentence(sentence))
        yield from found
        for one, other in pairwise(found):
            if len(one.folded) <= _SHORT:
                yield _Word(f"{one.typed} {other.typed}", one.folded + other.folded, sentence, one.place)


def _of_sentence(sentence: str) -> Iterator[_Word]:
    """Its words. "Anne-Marie" and "O’Brien-Şahin" are words of several parts."""
    place = 0
    for typed in sentence.split():
        bare = _POSSESSIVE.sub("", typed.strip(_AROUND))
        for part in _PARTS.split(bare):
            for piece in fold(part).split():
                yield _Word(part, piece, sentence, place)
                place += 1


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
