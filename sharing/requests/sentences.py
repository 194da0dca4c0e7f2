"""How does a document stand on the page of who decides on it? Its sentences, in pieces that say how they are marked.

A sentence is what is ticked without a script. A piece knows where it stands, so that a script tells what was selected
in it; a mention is one piece, for its reader is told a name there.
"""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, islice, pairwise
from operator import attrgetter

from children import mentions

from .redacting.areas import Areas, set_of
from .redacting.marks import Area, Box, Deed, Document, DrawnPage, Marks, Range, Span, TextBlock
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


def about(document: Document, named: Mapping[str, Sequence[Sequence[int]]]) -> list[str]:
    """The sentences of a document in which a child is named, as their tick boxes call them. `named`: where, by the key
    of the text.
    """
    return [
        f"{at}:{start}:{end}"
        for at, block in enumerate(document.blocks)
        for start, end in sentences_of(block.text)
        if any(first < end and start < last for first, last in named.get(block.key, ()))
    ]


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
    over = _Over(there)
    for start, end in sentences_of(block.text):
        cuts = [start, *edges[bisect_right(edges, start) : bisect_left(edges, end)], end]
        shown = tuple(
            _shown(
                Shown(block.text[one:other], one, other, is_mention=(one, other) in found),
                pieces[bisect_right(starts, one) - 1],
                over(one, other),
                marks,
                numbers,
            )
            for one, other in pairwise(cuts)
        )
        yield Sentence(f"{at}:{start}:{end}", shown, not block.text[start:end].strip())


class _Over:
    """Tells which marks stand over some characters. It is asked from the first to the last, and looks at none twice
    that is over.
    """

    def __init__(self, marks: Sequence[Span | Range]) -> None:
        self.next = deque(sorted(marks, key=attrgetter("start")))
        self.here: list[Span | Range] = []

    def __call__(self, start: int, end: int) -> list[Span | Range]:
        self.here = [mark for mark in self.here if start < mark.end]
        while self.next and self.next[0].start < end:
            if start < (mark := self.next.popleft()).end:
                self.here.append(mark)
        return list(self.here)


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
    painted = Areas([one.area for one in painted_on(page, marks)])
    by_hand = marks.rectangles_of.get(page.n, [])
    kept = Areas([mark.area for mark in by_hand if mark.decision.deed is Deed.KEEP])
    boxes = marks.boxes_of.get(page.n, [])
    found, must = Areas([box.area for box in boxes]), _of(boxes, marks.must_go)
    decided = _of(boxes, marks.decisions)

    def state_of(area: Area) -> str:
        here = found.touching(area)
        if here & must:
            return MUST
        if painted.touching(area):
            return OUT
        if kept.holding(area):
            return KEEP
        return "" if not here else OPEN if here & ~decided else KEEP

    return [ShownWord(f"{page.n}:{at}", word.text, state_of(word.area)) for at, word in enumerate(page.words)]


def _of(boxes: Sequence[Box], people: Container[str]) -> int:
    """Of some boxes those in which these people were found, as a set of `Areas`."""
    return set_of([number for number, box in enumerate(boxes) if box.person in people])


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
    in_texts = (hit for at, block in enumerate(document.blocks) for hit in _in_block(block, at, pattern))
    on_pages = (hit for page in document.pages for hit in _in_page(page, pattern))
    return list(islice(chain(in_texts, on_pages), MOST_HITS))


def _in_block(block: TextBlock, at: int, pattern: re.Pattern[str]) -> Iterator[Hit]:
    for found in pattern.finditer(block.text):
        start, end = found.span()
        before, after = block.text[max(0, start - _AROUND) : start], block.text[end : end + _AROUND]
        yield Hit(f"at:{at}:{start}:{end}", before, found[0], after, block.label)


def _in_page(page: DrawnPage, pattern: re.Pattern[str]) -> Iterator[Hit]:
    text = "".join(f"{word.text} " for word in page.words)
    starts = list(accumulate((len(word.text) + 1 for word in page.words), initial=0))
    for found in pattern.finditer(text):
        start, end = found.span()
        first, last = bisect_right(starts, start) - 1, bisect_left(starts, end) - 1
        before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
        yield Hit(f"words:{page.n}:{first}:{last}", before, found[0], after, f"Page {page.n}")
