"""What does a PDF say and carry? Everything that a reader of the file could find in it, with PDFium and with pikepdf.

The item of a page is told by the outline, where each item has an entry with its number.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import pikepdf
import pypdfium2
from PIL import Image

_MM = 72 / 25.4
# The margins of a sheet in millimetres, where the same stands on each.
_HEAD, _FOOT = 24, 22
# Letters at the end of one page and the beginning of the next that are read together.
_OVER = 2000
# A word of the format, such as /Page: people have the same as a surname.
_PLAIN_NAME = re.compile(r"/[A-Za-z0-9+.,:-]*")
# What is markup in a description of a file, and not said by it.
_TAG = re.compile(r"</?[\w:.-]++|(?<![\w:.-])[\w:.-]++=")
_ITEM = re.compile(r"Item (\d+): ")
# What no file needs that is handed over, by the key of its dictionary.
_FOREIGN = {
    "/EmbeddedFiles": "carries an attachment",
    "/EF": "carries an attachment",
    "/AF": "carries an attachment",
    "/OCProperties": "has a layer that can be hidden",
    "/OC": "has a layer that can be hidden",
    "/AcroForm": "has fields to fill in",
    "/XFA": "has fields to fill in",
    "/JavaScript": "does something by itself",
    "/JS": "does something by itself",
    "/OpenAction": "does something by itself",
    "/AA": "does something by itself",
    "/Thumb": "has a small picture of a page",
    "/Alternates": "has another picture behind one",
    "/PieceInfo": "carries the working data of a program",
}
_ALTERNATIVE = ("/Alt", "/ActualText", "/E")
# Of dictionaries that are drawn with a page: how deep forms may lie in forms.
_DEPTH = 15


class Broken(Exception):
    """The file cannot be looked into; the words say why."""


@dataclass(frozen=True)
class Said:
    """Text that stands somewhere in a file."""

    TEXT: ClassVar[str] = "the text of a page"
    ALTERNATIVE: ClassVar[str] = "the alternative text of a picture"
    METADATA: ClassVar[str] = "what the file says about itself"
    OUTLINE: ClassVar[str] = "the outline"
    NOTE: ClassVar[str] = "a note on a page"
    STRUCTURE: ClassVar[str] = "the structure of the file"
    # Where words may stand that were kept on purpose.
    EXCUSABLE: ClassVar[frozenset[str]] = frozenset({TEXT, ALTERNATIVE})

    where: str
    text: str
    page: int | None = None


class File:
    """A finished PDF. Raises `Broken` where it cannot be opened, or is locked."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._structure = pikepdf.open(io.BytesIO(content))
            self._drawn = pypdfium2.PdfDocument(content)
        except Exception:
            raise Broken("it cannot be opened, so it was not checked") from None
        if self._structure.is_encrypted:
            raise Broken("it is locked, so it was not checked")

    def item_of(self, page: int | None) -> int | None:
        """The item to which a page belongs; pages count from 1."""
        return self._items[page - 1] if page else None

    def said(self) -> Iterator[Said]:
        """All text of the file, wherever it stands."""
        for number, text in enumerate(self._texts, 1):
            yield Said(Said.TEXT, text, number)
        grouped: defaultdict[tuple[str, int | None], list[str]] = defaultdict(list)
        for one in self._strings():
            grouped[one.where, one.page].append(one.text)
        # A figure between two of them: nothing is found that begins in one and ends in another.
        yield from (Said(where, "\n|0|\n".join(texts), page) for (where, page), texts in grouped.items())

    def foreign(self) -> Iterator[tuple[str, int | None]]:
        """What no such file needs, and the page that has it."""
        if self._content.count(b"startxref") != 1:
            yield "holds an earlier state of itself", None
        for one, page in self._dictionaries:
            yield from ((what, page) for key, what in _FOREIGN.items() if key in one)
            if one.get("/Type") == "/EmbeddedFile" or one.get("/Type") == "/Filespec":
                yield "carries an attachment", page
        for number, sheet in enumerate(self._structure.pages, 1):
            for note in sheet.obj.get("/Annots", ()):
                if note.get("/Subtype") != "/Link":
                    yield "has a note on a page", number

    def pictures(self) -> Iterator[tuple[int, Any]]:
        """Each picture as it is drawn, in grey, with its page."""
        kind = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
        for number, page in enumerate(self._drawn, 1):
            for one in page.get_objects(filter=kind, max_depth=_DEPTH):
                yield number, one.get_bitmap().to_pil().convert("L")

    def said_by_pictures(self) -> Iterator[str]:
        """Pictures that say something beside what they show."""
        for one in self._structure.objects:
            if isinstance(one, pikepdf.Stream) and one.get("/Filter") == "/DCTDecode":
                with Image.open(io.BytesIO(one.read_raw_bytes()), formats=["JPEG"]) as picture:
                    if picture.getexif() or {"comment", "xmp", "photoshop"} & set(picture.info):
                        yield "a picture says something beside what it shows"

    @cached_property
    def _texts(self) -> list[str]:
        return [page.get_textpage().get_text_range() for page in self._drawn]

    def over_pages(self) -> Iterator[tuple[int, str, str]]:
        """Where a text may go over the end of a page: its number, the end of it and the beginning of the next, without
        what stands in the margins between.
        """
        bodies = []
        for page in self._drawn:
            _, height = page.get_size()
            bodies.append(page.get_textpage().get_text_bounded(bottom=_FOOT * _MM, top=height - _HEAD * _MM))
        for number, (before, behind) in enumerate(pairwise(bodies), 1):
            if self._items[number - 1] == self._items[number]:
                yield number, before[-_OVER:], behind[:_OVER]

    @cached_property
    def _items(self) -> list[int | None]:
        begins: dict[int, int] = {}
        for entry in self._drawn.get_toc():
            found, where = _ITEM.match(entry.get_title()), entry.get_dest()
            index = where.get_index() if where else None
            if found and index is not None:
                begins[index] = int(found[1])
        ends = set(self._ends())
        items: list[int | None] = []
        for index in range(len(self._drawn)):
            before = items[-1] if items and index not in ends else None
            items.append(begins.get(index, before))
        return items

    def _ends(self) -> Iterator[int]:
        """The pages where something begins that is no item."""
        for entry in self._drawn.get_toc():
            where = entry.get_dest()
            if not _ITEM.match(entry.get_title()) and where and where.get_index() is not None:
                yield where.get_index()

    def _strings(self) -> Iterator[Said]:
        about = self._structure.trailer.get("/Info")
        for one, page in self._dictionaries:
            is_about = about is not None and one.is_indirect and one.objgen == about.objgen
            for key in _keys(one):
                if key == "/ID" and _is_by_lot(one.get(key)):
                    continue
                for text in _texts_of(one.get(key)):
                    yield Said(Said.METADATA if is_about else _where(one, key), text, page)
                if not _PLAIN_NAME.fullmatch(key):
                    yield Said(Said.STRUCTURE, key, page)
            if isinstance(one, pikepdf.Stream) and one.get("/Type") == "/Metadata":
                yield Said(Said.METADATA, _TAG.sub(" ", one.read_bytes().decode("utf-8", "replace")))
        for number, sheet in enumerate(self._structure.pages, 1):
            yield from (Said(Said.ALTERNATIVE, text, number) for text in _in_content(sheet))

    @cached_property
    def _dictionaries(self) -> list[tuple[Any, int | None]]:
        """Every dictionary of the file with its page, those inside others too."""
        numbers = {sheet.obj.objgen: number for number, sheet in enumerate(self._structure.pages, 1)}
        found: list[tuple[Any, int | None]] = []
        waiting: list[tuple[Any, int | None]] = [(one, None) for one in self._structure.objects]
        waiting.append((self._structure.trailer, None))
        for number, sheet in enumerate(self._structure.pages, 1):
            waiting += [(note, number) for note in sheet.obj.get("/Annots", ())]
        while waiting:
            one, page = waiting.pop()
            if isinstance(one, pikepdf.Array):
                waiting += [(value, page) for value in one if _is_inside(value)]
            elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                page = page or _page_of(one, numbers)
                found.append((one, page))
                waiting += [(value, page) for key in _keys(one) if _is_inside(value := one.get(key))]
        return found


def _keys(one: Any) -> list[str]:
    return list(one.keys())


def _is_inside(value: Any) -> bool:
    return isinstance(value, pikepdf.Array | pikepdf.Dictionary) and not value.is_indirect


def _page_of(one: Any, numbers: dict[tuple[int, int], int]) -> int | None:
    """The page of a dictionary: itself, the one it names, or that of an element of the structure above it."""
    for _ in range(_DEPTH):
        if one.is_indirect and one.objgen in numbers:
            return numbers[one.objgen]
        if isinstance(page := one.get("/Pg"), pikepdf.Dictionary):
            return numbers.get(page.objgen)
        above = one.get("/P")
        if not isinstance(above, pikepdf.Dictionary):
            return None
        one = above
    return None


def _texts_of(value: Any) -> Iterator[str]:
    """The strings and names in a value that is no dictionary."""
    some = list(value) if isinstance(value, pikepdf.Array) and not value.is_indirect else [value]
    for one in some:
        if isinstance(one, pikepdf.String) or (isinstance(one, pikepdf.Name) and not _PLAIN_NAME.fullmatch(str(one))):
            yield str(one)


def _is_by_lot(value: Any) -> bool:
    """Whether a file's number is bytes drawn by lot, in which initials stand by chance: none of it reads as a text."""
    return isinstance(value, pikepdf.Array) and all(
        isinstance(one, pikepdf.String) and not (bytes(one).isascii() and bytes(one).decode().isprintable())
        for one in value
    )


def _where(one: Any, key: str) -> str:
    if key in _ALTERNATIVE:
        return Said.ALTERNATIVE
    if key == "/Contents" or one.get("/Type") == "/Annot":
        return Said.NOTE
    if key == "/Title" and ("/Dest" in one or "/A" in one or "/Next" in one or "/Prev" in one):
        return Said.OUTLINE
    return Said.STRUCTURE


def _in_content(page: Any) -> Iterator[str]:
    """What is said of parts of a page where they are drawn."""
    for instruction in pikepdf.parse_content_stream(page):
        if str(instruction.operator) in ("BDC", "DP"):
            for one in instruction.operands:
                if isinstance(one, pikepdf.Dictionary):
                    yield from (text for key in _keys(one) for text in _texts_of(one.get(key)))
