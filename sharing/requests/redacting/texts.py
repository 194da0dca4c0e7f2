"""Which characters of a text go, and which stay? Decided between any two edges of its marks.

What goes grows to whole mentions and to whole letters with their accents, what is kept by hand shrinks to them.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from children import mentions

from .marks import TAKEN_OUT, Decision, Deed, Document, Marks, Range, Run, Span

# The strongest first.
_STRENGTH = (Deed.OUT, Deed.REPLACE, Deed.KEEP)
_JOINER, _SKIN, _FLAG = "\u200d", ("\U0001f3fb", "\U0001f3ff"), ("\U0001f1e6", "\U0001f1ff")


@dataclass(frozen=True)
class _Mark:
    """A range or a span, as wide as it is effective; nothing is decided where `decision` is None."""

    start: int
    end: int
    decision: Decision | None
    is_by_hand: bool
    origin: Range | Span


class Piece(NamedTuple):
    """Characters between two edges of marks, what is done with them and by which marks."""

    start: int
    end: int
    deed: Deed | None
    decisions: tuple[Decision, ...]
    open: tuple[Span, ...]

    @property
    def is_cut(self) -> bool:
        return self.deed in (Deed.OUT, Deed.REPLACE)

    @property
    def instead(self) -> str:
        return self.decisions[0].instead if self.deed is Deed.REPLACE else TAKEN_OUT


def pieces_of(document: Document, marks: Marks) -> dict[str, list[Piece]]:
    """Each text by its key, whole and in order, in pieces that each go or stay."""
    by_block: defaultdict[str, list[_Mark]] = defaultdict(list)
    edges = {block.key: _edges(block.text) for block in document.blocks}
    for mark in marks.places:
        if isinstance(mark, Range | Span):
            by_block[mark.block].append(_effective(mark, marks.decisions, edges[mark.block]))
    return {block.key: list(_pieces(len(block.text), by_block[block.key])) for block in document.blocks}


def _effective(mark: Range | Span, decisions: Mapping[str, Decision], may_cut: Callable[[int], bool]) -> _Mark:
    """What goes grows to whole mentions and whole letters, what is kept by hand shrinks to them."""
    by_hand = isinstance(mark, Range)
    decision = mark.decision if isinstance(mark, Range) else decisions.get(mark.person)
    out = -1 if not (isinstance(mark, Range) and mark.decision.deed is Deed.KEEP) else 1
    start, end = mark.start, mark.end
    while not may_cut(start):
        start += out
    while not may_cut(end):
        end -= out
    return _Mark(start, end, decision, by_hand, mark)


def _edges(text: str) -> Callable[[int], bool]:
    """Whether a text may be cut before the character at a place."""
    inside = {place for found in mentions.MARK.finditer(text) for place in range(found.start() + 1, found.end())}

    def may_cut(place: int) -> bool:
        if not 0 < place < len(text):
            return True
        return place not in inside and not _belongs_together(text[place - 1], text[place])

    return may_cut


def _belongs_together(left: str, right: str) -> bool:
    """A letter and its marks, an emoji of several, a flag."""
    return (
        _JOINER in (left, right)
        or unicodedata.category(right).startswith("M")
        or _SKIN[0] <= right <= _SKIN[1]
        or (_FLAG[0] <= left <= _FLAG[1] and _FLAG[0] <= right <= _FLAG[1])
    )


def _pieces(length: int, marks: Sequence[_Mark]) -> Iterator[Piece]:
    """The whole text in order, cut at each edge of a mark."""
    marks = [mark for mark in marks if mark.start < mark.end]
    begin: defaultdict[int, list[_Mark]] = defaultdict(list)
    for mark in marks:
        begin[mark.start].append(mark)
    points = sorted({0, length, *begin, *(mark.end for mark in marks)})
    active: list[_Mark] = []
    for start, end in pairwise(points):
        active = [mark for mark in active if mark.end > start] + begin[start]
        yield _decided(start, end, active)


def _decided(start: int, end: int, active: Sequence[_Mark]) -> Piece:
    for is_by_hand in (True, False):
        there = [mark.decision for mark in active if mark.is_by_hand is is_by_hand and mark.decision]
        for deed in _STRENGTH:
            if found := tuple(decision for decision in there if decision.deed is deed):
                left = () if is_by_hand or deed is not Deed.KEEP else _undecided(active)
                return Piece(start, end, deed, found, left)
    return Piece(start, end, None, (), _undecided(active))


def _undecided(active: Sequence[_Mark]) -> tuple[Span, ...]:
    return tuple(mark.origin for mark in active if mark.decision is None and isinstance(mark.origin, Span))


def joined(pieces: Iterable[Piece]) -> Iterator[tuple[bool, int, int, list[Piece]]]:
    """Pieces that stand beside each other and are read as one: both stay, or both go and have the same instead."""
    some: list[Piece] = []
    for piece in pieces:
        if some and (piece.is_cut, piece.is_cut and piece.instead) != (
            some[0].is_cut,
            some[0].is_cut and some[0].instead,
        ):
            yield some[0].is_cut, some[0].start, some[-1].end, some
            some = []
        some.append(piece)
    if some:
        yield some[0].is_cut, some[0].start, some[-1].end, some


def runs(text: str, pieces: Iterable[Piece]) -> Iterator[Run]:
    """What stays as it was written, and between it what stands instead."""
    for is_cut, start, end, some in joined(pieces):
        if is_cut:
            yield Run(some[0].instead, True, reasons(d for piece in some for d in piece.decisions))
        else:
            yield Run(text[start:end])


def reasons(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """The exemptions of some decisions, each once."""
    return tuple(sorted({decision.reason for decision in decisions if decision.reason}))
