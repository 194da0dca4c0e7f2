"""A bundle as the worker makes it: documents and marks, released, painted, laid out and joined; and its check."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from children.names.find import Finder
from children.names.forms import Person
from safeguarding.printing import joining, layout
from sharing.requests.bundling import Frame, PaperItem, given, pieces, rectangles_of, volumes, withheld_item
from sharing.requests.checking import Excused, Find, Passage, Protected, check, left_standing
from sharing.requests.redacting import release, withheld
from sharing.requests.redacting.marks import (
    Area,
    Box,
    Decision,
    Document,
    DrawnPage,
    Marks,
    Range,
    Rectangle,
    Released,
    Span,
    Word,
)
from sharing.requests.services.matching import text_of

LAWS = {"third party": "Third party: Data Protection Act 2018, Schedule 2, paragraph 16"}
FRAME = Frame("SAR-2026-007", "Testham Primary School", date(2026, 11, 28))
_FONT = ImageFont.load_default(30)


@dataclass
class Copy:
    """A document that was copied, and what is marked in it. `title` is what the index calls it."""

    document: Document
    marks: Marks = field(default_factory=Marks)
    title: str = "Note"
    is_withheld: bool = False


def picture_of(page: DrawnPage, rectangles: Sequence[Sequence[int]] = ()) -> bytes:
    """A page with its words, drawn where they stand, and painted over."""
    drawn = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(drawn)
    for word in page.words:
        pen.text((word.area.x0 * 1.24, word.area.y0 * 1.754), word.text, "black", _FONT)
    for x0, y0, x1, y1 in rectangles:
        pen.rectangle((x0 * 1.24 - 4, y0 * 1.754 - 4, x1 * 1.24 + 4, y1 * 1.754 + 4), "black")
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=85)
    return out.getvalue()


def said_by(released: Released) -> list[str]:
    """The texts of what is released, one for each block and page."""
    texts = [" ".join(run.text for run in block.runs if not run.is_cut) for block in released.blocks]
    return [*texts, *(" ".join(page.words) for page in released.pages)]


def page_of(n: int, *lines: str) -> DrawnPage:
    """A page with these words, each line below the other, and what is too long for it below that."""
    words, top = [], 80
    for line in lines:
        left = 80
        for word in line.split():
            width = round(_FONT.getlength(word) / 1.24)
            if left + width > 950:
                left, top = 80, top + 40
            words.append(Word(word, Area(left, top, left + width, top + 22)))
            left += width + 12
        top += 40
    return DrawnPage(n, tuple(words))


def marked(document: Document, people: Sequence[Person], decisions: Mapping[str, Decision], shared=(), by_hand=()):
    """Everybody found, and decided on."""
    return Marks(tuple(by_hand), tuple(found_in(document, _finder(tuple(people), tuple(shared)))), decisions)


def found_in(document: Document, finder: Finder) -> list[Span | Box]:
    """Everybody in a document: spans of its texts, and the boxes of words of its pages."""
    found: list[Span | Box] = []
    for block in document.blocks:
        found += [Span(block.key, hit.start, hit.end, hit.person) for hit in finder.hits(block.text)]
    for page in document.pages:
        text, starts = text_of(page)
        places = list(zip(page.words, starts, strict=True))
        for hit in finder.hits(text):
            touched = (word for word, start in places if start < hit.end and hit.start < start + len(word.text))
            found += [Box(page.n, word.area, hit.person) for word in touched]
    return found


@cache
def _finder(people: tuple[Person, ...], shared: tuple[Person, ...]) -> Finder:
    """One for all documents, as in a request."""
    return Finder(people, shared)


@dataclass
class Bundle:
    """What the worker makes of copies: files, what is protected in them, and what was painted over."""

    copies: Sequence[Copy]
    people: Sequence[Person] = ()
    shared: Sequence[Person] = ()
    most: int = 150

    def items(self) -> list[PaperItem]:
        found = []
        for number, copy in enumerate(self.copies, 1):
            if copy.is_withheld:
                found.append(withheld_item(number, copy.title, ["third party"]))
                continue
            released = release(copy.document, copy.marks)
            pages = {page.n: picture_of(copy.document.page_of[page.n], rectangles_of(page)) for page in released.pages}
            found.append(given(number, copy.title, "Written at school", released, pages))
        return found

    def files(self) -> list[bytes]:
        """Each volume joined of its pieces."""
        printed = []
        for piece in pieces(FRAME, self.items(), LAWS):
            document = layout.lay_out([piece.html], pictures=piece.pictures)
            printed.append((layout.write(document), len(document.pages)))
        parts = volumes([sheets for _, sheets in printed], [len(pdf) for pdf, _ in printed], self.most)
        return [joining.join([printed[place][0] for place in part]) for part in parts]

    def protected(self) -> Protected:
        passages, excused = [], []
        for number, copy in enumerate(self.copies, 1):
            marks = copy.marks
            if copy.is_withheld:
                passages += [Passage(number, block.text) for block in copy.document.blocks]
                continue
            mine = [Passage(number, words) for words in withheld(copy.document, marks)]
            passages += mine
            excused += left_standing(number, said_by(release(copy.document, marks)), mine)
            for mark in marks.by_hand:
                if isinstance(mark, Range) and mark.decision.deed == "keep":
                    text = copy.document.block_of[mark.block].text
                    excused.append(Excused(number, text[mark.start : mark.end]))
                if isinstance(mark, Rectangle) and mark.decision.deed == "keep":
                    page = copy.document.page_of[mark.page]
                    excused.append(
                        Excused(number, " ".join(word.text for word in page.words if mark.area.holds(word.area)))
                    )
        return Protected(tuple(self.people), tuple(self.shared), tuple(passages), tuple(excused))

    def painted(self) -> dict[int, list[list[Area]]]:
        found = {}
        for number, copy in enumerate(self.copies, 1):
            if not copy.is_withheld and copy.document.pages:
                released = release(copy.document, copy.marks)
                found[number] = [[one.area for one in page.painted] for page in released.pages]
        return found

    def check(self, files: Sequence[bytes]) -> list[Find]:
        return check(files, self.protected(), self.painted())
