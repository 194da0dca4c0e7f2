"""How does what is released become paper? As pieces of HTML: the index, each item, and what was left out.

It is given finished runs and pictures that are painted already, and nothing that was taken out: no template of a
released page could print it. A piece is laid out by the printer like every other; a long item is several. Each item
begins on a sheet of its own, under a heading with its number, by which the check of the finished files names it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from safeguarding.exceptions import OutOfTurn
from safeguarding.templatetags.paper import direction

from .redacting.marks import TAKEN_OUT, Painted, Released, ReleasedBlock, ReleasedPage, Run

# Of one file that is handed over.
SHEETS = 150
# Of one piece: pages that are pictures, their bytes, and letters. A line counts as much as what would fill it.
_PAGES, _BYTES, _LETTERS, _LINE = 40, 12 * 2**20, 100_000, 80
# Bytes of a file: the printer takes 32 MB, and is given them in Base64.
_JOINED = 20 * 2**20
_BREAK = SafeString("<br>")
_PARAGRAPH = re.compile(r"\n\s*\n")


class Outcome(StrEnum):
    """How much of an item is given."""

    FULL = "Given in full"
    PART = "Given in part"
    NOT = "Not given"


@dataclass(frozen=True)
class Frame:
    """What stands on every sheet: the reference and the school, and no name of a person."""

    reference: str
    school: str
    made_on: date
    is_practice: bool = False


@dataclass(frozen=True)
class PaperPage:
    """A page as it is given: a picture, painted already, and the words outside what was painted."""

    n: int
    picture: bytes
    words: tuple[str, ...]
    left_out: tuple[Painted, ...] = ()


@dataclass(frozen=True)
class PaperItem:
    """An item as it is given. `about` says in a line what it is; `reasons` are those for which all of it is kept."""

    number: int
    title: str
    about: str
    outcome: Outcome
    blocks: tuple[ReleasedBlock, ...] = ()
    pages: tuple[PaperPage, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A page of HTML for the printer, with the pictures that it shows."""

    html: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _Part:
    """A piece of a paragraph as it is printed."""

    text: str
    is_cut: bool

    @property
    def html(self) -> SafeString:
        if self.is_cut:
            return format_html("<b>{}</b>", self.text)
        return format_html_join(_BREAK, "{}", ((line,) for line in self.text.split("\n")))


@dataclass(frozen=True)
class _Paragraph:
    """A paragraph as it is printed, in the direction of its own letters."""

    direction: str
    parts: tuple[_Part, ...]

    @property
    def html(self) -> SafeString:
        """Escaped, with its line breaks; what stands instead in bold."""
        return format_html_join("", "{}", ((part.html,) for part in self.parts))

    @property
    def weight(self) -> int:
        return sum(len(part.text) + _LINE * (1 + part.text.count("\n")) for part in self.parts)


# Texts with their labels, and pages, as much as one piece holds.
_Portion = tuple[Sequence[tuple[str, list[_Paragraph]]], tuple[PaperPage, ...]]


@dataclass(frozen=True)
class _Row:
    """A line of what was left out: where, how often, and by which law."""

    item: PaperItem
    where: str
    what: str
    reasons: tuple[str, ...]


def given(number: int, title: str, about: str, released: Released, pictures: Mapping[int, bytes]) -> PaperItem:
    """An item that is given, in full or in part. `pictures` are its pages, painted, by their numbers.

    Raises `OutOfTurn` where a place is undecided or a page has no picture.
    """
    if released.open:
        raise OutOfTurn(f"Item {number} has places that nobody has decided. Decide them, and have it approved again.")
    if missing := [page.n for page in released.pages if page.n not in pictures]:
        raise OutOfTurn(f"Page {missing[0]} of item {number} could not be drawn. Draw it again, or withhold the item.")
    pages = tuple(PaperPage(page.n, pictures[page.n], page.words, page.painted) for page in released.pages)
    outcome = Outcome.PART if released.is_cut else Outcome.FULL
    return PaperItem(number, title, about, outcome, released.blocks, pages)


def withheld_item(number: int, title: str, reasons: Sequence[str]) -> PaperItem:
    """An item that is not given. Its title must not say what is in it."""
    return PaperItem(number, title, "", Outcome.NOT, reasons=tuple(reasons))


def rectangles_of(page: ReleasedPage) -> list[list[int]]:
    """What the sandbox paints over on a page before it draws the picture."""
    return [list(painted.area) for painted in page.painted]


def pieces(frame: Frame, items: Sequence[PaperItem], laws: Mapping[str, str]) -> Iterator[Piece]:
    """The whole bundle in its order. `laws` gives each reason as a sentence for the requester."""
    yield _piece("index", frame, {"items": items})
    for item in items:
        if item.outcome is not Outcome.NOT:
            yield from _of_item(frame, item)
    yield _piece("left_out", frame, {"rows": [_told(row, laws) for item in items for row in _left_out(item)]})


def volumes(sheets: Sequence[int], sizes: Sequence[int], most: int = SHEETS) -> list[range]:
    """Which pieces become one file, by the sheets and the bytes of each: in their order, and no more than `most` sheets
    and what the printer joins at once, unless one piece has more.
    """
    found: list[range] = []
    first, count, taken = 0, 0, 0
    for place, (some, size) in enumerate(zip(sheets, sizes, strict=True)):
        if place > first and (count + some > most or taken + size > _JOINED):
            found.append(range(first, place))
            first, count, taken = place, 0, 0
        count, taken = count + some, taken + size
    return [*found, range(first, len(sheets))] if sheets else []


def _of_item(frame: Frame, item: PaperItem) -> Iterator[Piece]:
    portions: list[_Portion] = [*_texts(item), *_pictures(item)] or [([], ())]
    for place, (texts, pages) in enumerate(portions):
        shown = [{"page": page, "name": _name(item, page), "says": _says(page)} for page in pages]
        said = {"item": item, "texts": texts, "pages": shown, "is_continued": place > 0}
        yield replace(_piece("item", frame, said), pictures={_name(item, page): page.picture for page in pages})


def _name(item: PaperItem, page: PaperPage) -> str:
    return f"item{item.number}page{page.n}"


def _says(page: PaperPage) -> str:
    """What a screen reader says of a page: the words that everybody else sees on it."""
    gone = " Some of it was taken out." if page.left_out else ""
    return f"Page {page.n}.{gone} " + (" ".join(page.words) or "It has no words that can be read out.")


def _texts(item: PaperItem) -> Iterator[_Portion]:
    """The texts of an item, as much at a time as one piece holds."""
    some: list[tuple[str, list[_Paragraph]]] = []
    weight = 0
    for block in item.blocks:
        some.append((block.label, []))
        for paragraph in paragraphs(block.runs):
            if weight + paragraph.weight > _LETTERS and weight:
                yield some, ()
                some, weight = [(f"{block.label}, continued", [])], 0
            some[-1][1].append(paragraph)
            weight += paragraph.weight
    if some:
        yield some, ()


def _pictures(item: PaperItem) -> Iterator[_Portion]:
    some: list[PaperPage] = []
    for page in item.pages:
        if some and (len(some) == _PAGES or sum(len(one.picture) for one in (*some, page)) > _BYTES):
            yield [], tuple(some)
            some = []
        some.append(page)
    if some:
        yield [], tuple(some)


def paragraphs(runs: Iterable[Run]) -> list[_Paragraph]:
    """Runs as paragraphs. What stands instead is in square brackets, so that everybody sees that something is gone."""
    found: list[list[_Part]] = [[]]
    for run in runs:
        if run.is_cut:
            found[-1].append(_Part(f"[{run.text}]", True))
            continue
        first, *more = _PARAGRAPH.split(run.text)
        found[-1].append(_Part(first, False))
        found += [[_Part(text, False)] for text in more]
    return [_paragraph(parts) for parts in found if any(part.text.strip() for part in parts)]


def _paragraph(parts: Sequence[_Part]) -> _Paragraph:
    """What stands instead does not turn the words around it, whatever way they run."""
    way = direction("".join(part.text for part in parts if not part.is_cut))
    if way == "rtl":
        parts = [replace(part, text=f"\u2068{part.text}\u2069") if part.is_cut else part for part in parts]
    return _Paragraph(way, tuple(part for part in parts if part.text))


def _left_out(item: PaperItem) -> Iterator[_Row]:
    """What is not given of an item: its places by their reasons, and never what stood there."""
    if item.outcome is Outcome.NOT:
        yield _Row(item, "The whole item", "", item.reasons)
    for block in item.blocks:
        cut = [run for run in block.runs if run.is_cut]
        for reasons in dict.fromkeys(run.reasons for run in cut):
            some = [run.text for run in cut if run.reasons == reasons]
            yield _Row(item, block.label, _counted(some), reasons)
    for page in item.pages:
        for reasons in dict.fromkeys(one.reasons for one in page.left_out):
            named = dict.fromkeys(one.instead for one in page.left_out if one.reasons == reasons and one.instead)
            yield _Row(item, f"Page {page.n}", "; ".join(["Painted over", *named]), reasons)


def _counted(instead: Sequence[str]) -> str:
    """How often something was taken out, and what stands in its place where it was replaced."""
    out = instead.count(TAKEN_OUT)
    said = [f"Taken out {_times(out)}"] if out else []
    words = dict.fromkeys(one for one in instead if one != TAKEN_OUT)
    said += [f"“{one}” stands instead, {_times(instead.count(one))}" for one in words]
    return "; ".join(said)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _told(row: _Row, laws: Mapping[str, str]) -> dict[str, object]:
    return {"item": row.item, "where": row.where, "what": row.what, "laws": [laws[reason] for reason in row.reasons]}


def _piece(name: str, frame: Frame, said: Mapping[str, object]) -> Piece:
    about = {
        "title": frame.reference,
        "school": frame.school,
        "made_on": frame.made_on,
        "practice": frame.is_practice,
        "piece": True,
    }
    return Piece(render_to_string(f"pdf/released_{name}.html", {**about, **said}))
