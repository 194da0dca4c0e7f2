"""Which parts of a page are painted over, and which of its words stay? What goes grows over each word that it touches.

So nothing is left of a word once a part of it was taken out: no upper half on the picture, no letters beside it.
"""

from collections.abc import Iterator, Sequence

from .marks import Area, Box, Decision, Deed, Document, DrawnPage, Marks, Painted, Rectangle, ReleasedPage, Word
from .texts import reasons


def released_page(page: DrawnPage, marks: Marks) -> ReleasedPage:
    """What is painted over on a page, and the words outside."""
    painted = painted_on(page, marks)
    outside = tuple(word.text for word in page.words if not any(p.area.touches(word.area) for p in painted))
    return ReleasedPage(page.n, painted, outside)


def painted_on(page: DrawnPage, marks: Marks) -> tuple[Painted, ...]:
    """What is painted over: what goes by hand, the boxes of people who go and are not kept by hand, and all of each
    word that either touches.
    """
    by_hand = [mark for mark in marks.by_hand if isinstance(mark, Rectangle) and mark.page == page.n]
    going = [(mark.area, mark.decision) for mark in by_hand if mark.decision.deed is not Deed.KEEP]
    kept = [mark.area for mark in by_hand if mark.decision.deed is Deed.KEEP]
    for box in _boxes(page, marks):
        decision = marks.decisions.get(box.person)
        if decision and decision.deed is not Deed.KEEP and not any(area.holds(box.area) for area in kept):
            going.append((box.area, decision))
    return tuple(_grown(page.words, going))


def _grown(words: Sequence[Word], going: Sequence[tuple[Area, Decision]]) -> Iterator[Painted]:
    """Each area, and the words that it touches; and what those touch, for a page may have words over words."""
    left = list(words)
    waiting = list(going)
    while waiting:
        area, decision = waiting.pop(0)
        yield Painted(area, reasons([decision]), decision.instead if decision.deed is Deed.REPLACE else "")
        touched = [word for word in left if area.touches(word.area)]
        left = [word for word in left if word not in touched]
        waiting += [(word.area, decision) for word in touched if not area.holds(word.area)]


def passages(words: Sequence[Word], painted: Sequence[Painted]) -> Iterator[str]:
    """The words that go, those that follow each other as one passage."""
    some: list[str] = []
    for word in words:
        if any(one.area.touches(word.area) for one in painted):
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
        settled = [painted.area for painted in painted_on(page, marks)]
        settled += [mark.area for mark in marks.by_hand if isinstance(mark, Rectangle) and mark.page == page.n]
        still_open += [
            box
            for box in _boxes(page, marks)
            if box.person not in marks.decisions and not any(area.holds(box.area) for area in settled)
        ]
    return still_open


def _boxes(page: DrawnPage, marks: Marks) -> list[Box]:
    return [box for box in marks.found if isinstance(box, Box) and box.page == page.n]
