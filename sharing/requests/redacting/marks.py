"""What is a copied document, what is marked in it, and what is released of it? The words of redaction.

A document and its marks are plain values: nothing here knows a record or the database.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from children import mentions
from safeguarding.exceptions import BadInput

# Of the page, in both directions.
WHOLE = 1000
# What stands for words that were taken out: "a neighbour", "Child B".
LONGEST_INSTEAD = 80
TAKEN_OUT = "taken out"
# What a text is that somebody wrote in words of their own.
TYPED = "typed"


class Deed(StrEnum):
    """What is done with a place."""

    OUT = "out"
    REPLACE = "replace"
    KEEP = "keep"


# The strongest first.
_STRENGTH = (Deed.OUT, Deed.REPLACE, Deed.KEEP)


@dataclass(frozen=True)
class Decision:
    """What was decided: `instead` are the words of a replacement, `reason` the exemption by which something goes."""

    deed: Deed
    instead: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Range:
    """Characters of a block, decided on by hand; `end` is the first that is not meant."""

    block: str
    start: int
    end: int
    decision: Decision


@dataclass(frozen=True)
class Rectangle:
    """A part of a page in thousandths of it, from the upper left, decided on by hand."""

    page: int
    area: "Area"
    decision: Decision


@dataclass(frozen=True)
class Span:
    """Characters of a block in which a person was found; `person` is the key of a decision."""

    block: str
    start: int
    end: int
    person: str


@dataclass(frozen=True)
class Box:
    """A word of a page in which a person was found."""

    page: int
    area: "Area"
    person: str


class Area(NamedTuple):
    """A rectangle on a page: left, top, right, bottom, in thousandths."""

    x0: int
    y0: int
    x1: int
    y1: int

    def touches(self, other: "Area") -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def holds(self, other: "Area") -> bool:
        return self.x0 <= other.x0 and self.y0 <= other.y0 and self.x1 >= other.x1 and self.y1 >= other.y1


class Word(NamedTuple):
    """A word of a page, and where it stands."""

    text: str
    area: Area


@dataclass(frozen=True)
class TextBlock:
    """One text of a document under its label. `kind`: what it is; `of`: the key of the one person whose it is."""

    key: str
    label: str
    text: str
    kind: str = TYPED
    of: str = ""


@dataclass(frozen=True)
class DrawnPage:
    """One page of a document, as far as its words are known."""

    n: int
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Document:
    """What was copied. It is never changed."""

    blocks: tuple[TextBlock, ...] = ()
    pages: tuple[DrawnPage, ...] = ()

    @cached_property
    def block_of(self) -> Mapping[str, TextBlock]:
        return {block.key: block for block in self.blocks}

    @cached_property
    def page_of(self) -> Mapping[int, DrawnPage]:
        return {page.n: page for page in self.pages}


@dataclass(frozen=True)
class Marks:
    """The live marks of a document, the people found in it, and what was decided on each of them.

    `must_go` are those among them that nobody may keep: confidential addresses.
    """

    by_hand: Sequence[Range | Rectangle] = ()
    found: Sequence[Span | Box] = ()
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    must_go: frozenset[str] = frozenset()

    @property
    def places(self) -> list[Range | Rectangle | Span | Box]:
        """Every place that is marked, by hand or because somebody was found there."""
        return [*self.by_hand, *self.found]

    @cached_property
    def boxes_of(self) -> Mapping[int, list[Box]]:
        """By page, where somebody was found."""
        return _by_page(mark for mark in self.found if isinstance(mark, Box))

    @cached_property
    def rectangles_of(self) -> Mapping[int, list[Rectangle]]:
        """By page, what was decided by hand."""
        return _by_page(mark for mark in self.by_hand if isinstance(mark, Rectangle))


def _by_page[Mark: (Box, Rectangle)](marks: Iterable[Mark]) -> Mapping[int, list[Mark]]:
    found: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[mark.page].append(mark)
    return found


@dataclass(frozen=True)
class Run:
    """A piece of a released text. Of one that was cut, `text` is what stands instead, and `reasons` say why."""

    text: str
    is_cut: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReleasedBlock:
    """A text as it is released, in runs."""

    key: str
    label: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Painted:
    """What is painted over on a page before the picture is made, and why."""

    area: Area
    reasons: tuple[str, ...] = ()
    instead: str = ""


@dataclass(frozen=True)
class ReleasedPage:
    """A page as it is released: what is painted over, and the words outside."""

    n: int
    painted: tuple[Painted, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Released:
    """What goes out of a document. `open` are the places where somebody was found and nothing is decided."""

    blocks: tuple[ReleasedBlock, ...]
    pages: tuple[ReleasedPage, ...]
    open: tuple[Span | Box, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Whether anything of it was taken out or replaced."""
        return any(run.is_cut for block in self.blocks for run in block.runs) or any(p.painted for p in self.pages)


def document_of(content: Mapping[str, Any]) -> Document:
    """A document from what is kept of it. Raises `BadInput` where two blocks or two pages have one name."""
    blocks = tuple(
        TextBlock(one["key"], one["label"], one["text"], one.get("kind", TYPED), one.get("of", ""))
        for one in content.get("blocks", ())
    )
    pages = tuple(
        DrawnPage(one["n"], tuple(Word(text, Area(*box)) for text, *box in one["words"]))
        for one in content.get("pages", ())
    )
    document = Document(blocks, pages)
    if len(document.block_of) < len(blocks) or len(document.page_of) < len(pages):
        raise BadInput("Two texts or two pages of this document have the same name. Copy it again.")
    return document


def check(document: Document, marks: Marks) -> None:
    """Raises `BadInput` with a sentence for a mark that this document has no place for."""
    for mark in marks.places:
        if isinstance(mark, Range | Span):
            _check_characters(document, mark)
        else:
            _check_area(document, mark)
    for decision in (*marks.decisions.values(), *(mark.decision for mark in marks.by_hand)):
        check_decision(decision)
    _check_what_must_go(marks)


def _check_what_must_go(marks: Marks) -> None:
    kept = [mark for mark in marks.by_hand if mark.decision.deed is Deed.KEEP]
    for place in marks.found:
        if place.person in marks.must_go:
            decision = marks.decisions.get(place.person)
            if (decision and decision.deed is Deed.KEEP) or any(share(place, mark) for mark in kept):
                raise BadInput("A confidential address stands there, and nobody may keep it. Take it out.")


def share(place: Span | Box, mark: Range | Rectangle) -> bool:
    """Whether a mark touches somebody who was found."""
    if isinstance(place, Span) and isinstance(mark, Range):
        return place.block == mark.block and place.start < mark.end and mark.start < place.end
    if isinstance(place, Box) and isinstance(mark, Rectangle):
        return place.page == mark.page and place.area.touches(mark.area)
    return False


def _check_characters(document: Document, mark: Range | Span) -> None:
    block = document.block_of.get(mark.block)
    if block is None:
        raise BadInput("This document has no such text. Open the item again and mark the words there.")
    if not 0 <= mark.start < mark.end:
        raise BadInput("Nothing is marked: the end is not behind the beginning. Mark the words again.")
    if mark.end > len(block.text):
        raise BadInput(
            f"The text “{block.label}” has {len(block.text)} characters, and the mark goes to {mark.end}. "
            "Open the item again and mark the words there."
        )


def _check_area(document: Document, mark: Rectangle | Box) -> None:
    if mark.page not in document.page_of:
        raise BadInput(f"This document has no page {mark.page}. Open the item again and draw the rectangle there.")
    x0, y0, x1, y1 = mark.area
    if not (0 <= x0 <= WHOLE and 0 <= y0 <= WHOLE and 0 <= x1 <= WHOLE and 0 <= y1 <= WHOLE):
        raise BadInput(f"The rectangle leads off page {mark.page}. Draw it within the page.")
    if not (x0 < x1 and y0 < y1):
        raise BadInput(f"The rectangle on page {mark.page} has no size. Draw it over what must go.")


def check_decision(decision: Decision) -> None:
    """Raises `BadInput` for what cannot stand instead of words."""
    instead = decision.instead
    if decision.deed is Deed.REPLACE and not instead.strip():
        raise BadInput("Say what stands instead, such as “a neighbour”, or take the words out.")
    if len(instead) > LONGEST_INSTEAD:
        raise BadInput(f"What stands instead has at most {LONGEST_INSTEAD} characters. Make it shorter.")
    if any(unicodedata.category(letter).startswith("C") for letter in instead) or mentions.mentioned(instead):
        raise BadInput("What stands instead is plain words on one line, without a mention.")
