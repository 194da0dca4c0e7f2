"""Which parts of a page are painted over, and which of its words stay? What goes grows over each word that it touches.

So nothing is left of a word once a part of it was taken out: no upper half on the picture, no letters beside it.
"""

from collections import deque
from collections.abc import Iterator, Sequence

from .areas import Areas, each
from .marks import Area, Box, Decision, Deed, Document, DrawnPage, Marks, Painted, ReleasedPage, Word
from .texts import reasons


def released_page(page: DrawnPage, marks: Marks) -> ReleasedPage:
    """What is painted over on a page, and the words outside."""
    painted = painted_on(page, marks)
    over = Areas([one.area for one in painted])
    outside = tuple(word.text for word in page.words if not over.touching(word.area))
    return ReleasedPage(page.n, painted, outside)


def painted_on(page: DrawnPage, marks: Marks) -> tuple[Painted, ...]:
    """What is painted over: what goes by hand, the boxes of people who go and are not kept by hand, and all of each
    word that either touches.
    """
    by_hand = marks.rectangles_of.get(page.n, [])
    going = [(mark.area, mark.decision) for mark in by_hand if mark.decision.deed is not Deed.KEEP]
    kept = Areas([mark.area for mark in by_hand if mark.decision.deed is Deed.KEEP])
    for box in marks.boxes_of.get(page.n, []):
        decision = marks.decisions.get(box.person)
        if decision and decision.deed is not Deed.KEEP and not kept.holding(box.area):
            going.append((box.area, decision))
    return tuple(_grown(page.words, going))


def _grown(words: Sequence[Word], going: Sequence[tuple[Area, Decision]]) -> Iterator[Painted]:
    """Each area, and the words that it touches; and what those touch, for a page may have words over words."""
    there = Areas([word.area for word in words])
    left = there.all
    waiting = deque(going)
    while waiting:
        area, decision = waiting.popleft()
        yield Painted(area, reasons([decision]), decision.instead if decision.deed is Deed.REPLACE else "")
        touched = left & there.touching(area)
        left &= ~touched
        grown = (words[number].area for number in each(touched))
        waiting += [(other, decision) for other in grown if not area.holds(other)]


def passages(words: Sequence[Word], painted: Sequence[Painted]) -> Iterator[str]:
    """The words that go, those that follow each other as one passage."""
    some: list[str] = []
    over = Areas([one.area for one in painted])
    for word in words:
        if over.touching(word.area):
            some.append(word.text)
        elif some:
            yield " ".join(some)
            some = []
    if some:
        yield " ".join(some)


def open_boxes(document: Document, marks: Marks) -> list[Box]:
    """Boxes on which nothing is decided, and that no rectangle by hand settles."""
    still_open = []
    for page in document.pages:
        by_hand = [mark.area for mark in marks.rectangles_of.get(page.n, [])]
        settled = Areas([*(painted.area for painted in painted_on(page, marks)), *by_hand])
        still_open += [
            box
            for box in marks.boxes_of.get(page.n, [])
            if box.person not in marks.decisions and not settled.holding(box.area)
        ]
    return still_open
