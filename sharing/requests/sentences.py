"""How does a document stand on the page of who decides on it? Its sentences, in pieces that say how they are marked.

A sentence is what is ticked without a script. A piece knows where it stands, so that a script tells what was selected
in it; a mention is one piece, for its reader is told a name there.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from children import mentions

from .redacting.marks import Area, Box, Deed, Document, DrawnPage, Marks, Range, Rectangle, Span, TextBlock
from .redacting.pages import painted_on
from .redacting.texts import Piece, pieces_of

# The end of a sentence: its stop, what closes it, and the space behind; or the end of a line.
_ENDS = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|\n+")
OPEN, OUT, REPLACE, KEEP, MUST = "open", "out", "replace", "keep", "must"
SAYS = {OPEN: "Suggested", OUT: "Taken out", REPLACE: "Replaced", KEEP: "Kept", MUST: "Must come out"}


@dataclass(frozen=True)
class Shown:
    """A piece of a sentence: its characters and places, how it is marked, and the numbers of its details."""

    text: str
    start: int
    end: int
    state: str = ""
    numbers: tuple[int, ...] = ()
    is_mention: bool = False

    @property
    def says(self) -> str:
        """The state in a word, for who hears the page."""
        return SAYS.get(self.state, "")


@dataclass(frozen=True)
class Sentence:
    """What is ticked at once. `value` is what its tick box sends: the number of the text, and from where to where."""

    value: str
    pieces: tuple[Shown, ...]
    is_blank: bool


@dataclass(frozen=True)
class ShownBlock:
    """A text under its label, in sentences."""

    label: str
    key: str
    number: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class ShownWord:
    """A word of a page, with what its tick box sends."""

    value: str
    text: str
    state: str

    @property
    def says(self) -> str:
        return SAYS.get(self.state, "")


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text stand: all of it, in order. No mention is cut."""
    inside = {place for found in mentions.MARK.finditer(text) for place in range(found.start() + 1, found.end())}
    ends = [found.end() for found in _ENDS.finditer(text) if found.end() not in inside]
    return [(start, end) for start, end in pairwise(dict.fromkeys([0, *ends, len(text)])) if start < end]


def shown_blocks(document: Document, marks: Marks, numbers: Mapping[object, int]) -> list[ShownBlock]:
    """Each text of a document. `numbers`: of a person's key, or of a mark by hand, its number among the details."""
    pieces = pieces_of(document, marks)
    return [
        ShownBlock(block.label, block.key, at, tuple(_sentences(block, at, pieces[block.key], marks, numbers)))
        for at, block in enumerate(document.blocks)
    ]


def _sentences(
    block: TextBlock, at: int, pieces: Sequence[Piece], marks: Marks, numbers: Mapping[object, int]
) -> Iterator[Sentence]:
    there: list[Span | Range] = [
        mark for mark in marks.places if isinstance(mark, Span | Range) and mark.block == block.key
    ]
    found = {(one.start(), one.end()) for one in mentions.MARK.finditer(block.text)}
    inside = {place for start, end in found for place in range(start + 1, end)}
    marked = {edge for mark in there for edge in (mark.start, mark.end)}
    edges = sorted({piece.start for piece in pieces} | {edge for pair in found for edge in pair} | (marked - inside))
    starts = [piece.start for piece in pieces]
    for start, end in sentences_of(block.text):
        cuts = [start, *edges[bisect_right(edges, start) : bisect_left(edges, end)], end]
        near = [mark for mark in there if mark.start < end and start < mark.end]
        shown = tuple(
            _shown(
                Shown(block.text[one:other], one, other, is_mention=(one, other) in found),
                pieces[bisect_right(starts, one) - 1],
                [mark for mark in near if mark.start < other and one < mark.end],
                marks,
                numbers,
            )
            for one, other in pairwise(cuts)
        )
        yield Sentence(f"{at}:{start}:{end}", shown, not block.text[start:end].strip())


def _shown(
    bare: Shown, piece: Piece, here: Sequence[Span | Range], marks: Marks, numbers: Mapping[object, int]
) -> Shown:
    """A piece of a sentence with how it is marked: by `here`, whose effect is `piece`."""
    of = {numbers[key] for mark in here if (key := mark.person if isinstance(mark, Span) else mark) in numbers}
    must = any(isinstance(mark, Span) and mark.person in marks.must_go for mark in here)
    state = MUST if must else OPEN if piece.open else _STATES.get(piece.deed, "")
    return replace(bare, state=state, numbers=tuple(sorted(of)) if state else ())


_STATES: dict[Deed | None, str] = {Deed.OUT: OUT, Deed.REPLACE: REPLACE, Deed.KEEP: KEEP}


def shown_words(page: DrawnPage, marks: Marks) -> list[ShownWord]:
    """The words of a page in their order, each with how it is marked."""
    painted = [one.area for one in painted_on(page, marks)]
    boxes = [mark for mark in marks.found if isinstance(mark, Box) and mark.page == page.n]
    kept = [
        mark.area
        for mark in marks.by_hand
        if isinstance(mark, Rectangle) and mark.page == page.n and mark.decision.deed is Deed.KEEP
    ]
    return [
        ShownWord(f"{page.n}:{at}", word.text, _state_of(word.area, painted, boxes, kept, marks))
        for at, word in enumerate(page.words)
    ]


def _state_of(area: Area, painted: Sequence[Area], boxes: Sequence[Box], kept: Sequence[Area], marks: Marks) -> str:
    here = [box for box in boxes if box.area.touches(area)]
    if any(box.person in marks.must_go for box in here):
        return MUST
    if any(one.touches(area) for one in painted):
        return OUT
    if any(one.holds(area) for one in kept):
        return KEEP
    if not here:
        return ""
    return KEEP if all(box.person in marks.decisions for box in here) else OPEN


def areas_of(page: DrawnPage, indexes: Sequence[int]) -> list[Area]:
    """Rectangles over some words of a page: one for those that follow each other in a line."""
    found: list[Area] = []
    last = -2
    for at in sorted(set(indexes)):
        area = page.words[at].area
        if at == last + 1 and found[-1].y0 < area.y1 and area.y0 < found[-1].y1 and area.x0 >= found[-1].x0:
            before = found.pop()
            area = Area(before.x0, min(before.y0, area.y0), max(before.x1, area.x1), max(before.y1, area.y1))
        found.append(area)
        last = at
    return found


@dataclass(frozen=True)
class Hit:
    """Words that were looked for, where they stand: what their tick box sends, and what is around them."""

    value: str
    before: str
    words: str
    after: str
    place: str


_AROUND = 40
MOST_HITS = 200


def hits_of(document: Document, words: str) -> list[Hit]:
    """Where these words stand in a document, in any case and with any white space between them: 200 at most.

    Only whole words: "Ann" is not found in "Annual".
    """
    parts = [re.escape(part) for part in words.split()]
    if not parts:
        return []
    pattern = re.compile(rf"(?<!\w){r'\s+'.join(parts)}(?!\w)", re.IGNORECASE)
    found = [hit for at, block in enumerate(document.blocks) for hit in _in_block(block, at, pattern)]
    found += [hit for page in document.pages for hit in _in_page(page, pattern)]
    return found[:MOST_HITS]


def _in_block(block: TextBlock, at: int, pattern: re.Pattern[str]) -> Iterator[Hit]:
    for found in pattern.finditer(block.text):
        start, end = found.span()
        before, after = block.text[max(0, start - _AROUND) : start], block.text[end : end + _AROUND]
        yield Hit(f"at:{at}:{start}:{end}", before, found[0], after, block.label)


def _in_page(page: DrawnPage, pattern: re.Pattern[str]) -> Iterator[Hit]:
    starts, text = [], ""
    for word in page.words:
        starts.append(len(text))
        text += f"{word.text} "
    for found in pattern.finditer(text):
        start, end = found.span()
        here = [at for at, word in enumerate(page.words) if starts[at] < end and start < starts[at] + len(word.text)]
        before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        yield Hit(f"words:{page.n}:{here[0]}:{here[-1]}", before, found[0], after, f"Page {page.n}")
