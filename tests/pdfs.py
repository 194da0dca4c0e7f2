"""What does a PDF say, and how is it tagged? Read back with pikepdf and PDFium, which come as Python packages."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pikepdf
import pypdfium2

# Operators that leave ink: text, strokes, fills, images.
_DRAWING = {"Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do"}

_MM = 72 / 25.4


@dataclass(frozen=True)
class Printed:
    """A PDF as its reader meets it."""

    data: bytes

    @cached_property
    def document(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.data))

    @property
    def text(self) -> str:
        """All text, in order, with runs of white space as one space."""
        return " ".join(self.pages())

    def pages(self) -> list[str]:
        """The text of each page."""
        with pypdfium2.PdfDocument(self.data) as document:
            return [" ".join(page.get_textpage().get_text_range().split()) for page in document]

    def shapes(self) -> int:
        """How many drawings there are, larger than a line or the frame of a box: figures and codes."""
        with pypdfium2.PdfDocument(self.data) as document:
            drawn = (thing for page in document for thing in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH]))
            return sum(pypdfium2.raw.FPDFPath_CountSegments(thing) > 100 for thing in drawn)

    def beyond_the_margins(self, *, side: float = 15, foot: float = 8) -> str:
        """The characters that lie outside the sheet less its margins (in millimetres): what a printer cuts off."""
        found = []
        with pypdfium2.PdfDocument(self.data) as document:
            for page in document:
                width, height = page.get_size()
                text = page.get_textpage()
                for place in range(text.count_chars()):
                    if not (character := text.get_text_range(place, 1)).strip():
                        continue
                    left, bottom, right, top = text.get_charbox(place)
                    inside = left >= side * _MM - 1 and right <= width - side * _MM + 1
                    if not (inside and bottom >= foot * _MM and top <= height - foot * _MM):
                        found.append(character)
        return "".join(found)

    def left_edges(self, *, of: str) -> list[int]:
        """How far from the left of the sheet, in points, each place begins where these words stand."""
        found = []
        with pypdfium2.PdfDocument(self.data) as document:
            for page in document:
                text = page.get_textpage()
                search = text.search(of)
                while (place := search.get_next()) is not None:
                    found.append(round(text.get_charbox(place[0], loose=True)[0]))
        return found

    def tags(self) -> Counter[str]:
        """How often each tag stands in the structure that a screen reader walks: H1, Table, TH, Figure, …"""
        return Counter(str(element.S)[1:] for element in self.elements())

    def unmarked(self) -> list[str]:
        """What is drawn without being either part of the structure or marked as decoration."""
        found = []
        for page in self.document.pages:
            open_marks = 0
            for instruction in pikepdf.parse_content_stream(page):
                name = str(instruction.operator)
                open_marks += (name in ("BDC", "BMC")) - (name == "EMC")
                if name in _DRAWING and not open_marks:
                    found.append(name)
        return found

    def elements(self) -> Iterator[pikepdf.Object]:
        yield from _below(self.document.Root.StructTreeRoot.K)


def _below(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _below(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        if "/K" in node:
            yield from _below(node.K)
