"""Which text does a print have, where no test reads its layout? The text of its HTML, as a PDF of a few objects.

A thread of the test process answers the socket with the printer's own code. Only WeasyPrint is replaced: each page of
HTML becomes one sheet, of which the first alone is read where several sizes are sent, and the rules of
`templates/pdf/assets/paper.css` for margins and new sheets are known by name. `tests/papers.py` compares the text with
the printer's for every kind of paper. Lines that mix both directions of writing are not always equal.
"""

import asyncio
import base64
import io
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

from PIL import Image

from safeguarding.printing import printer

# Elements that go on in the line in which they begin; all others begin one.
_INLINE = frozenset({"a", "abbr", "b", "bdi", "em", "i", "small", "span", "strong", "sub", "sup", "time", "u"})
_NOT_SHOWN = frozenset({"desc", "script", "style", "title"})
_VOID = frozenset({"br", "col", "hr", "img", "link", "meta", "wbr"})
_NEW_SHEET = frozenset({"overleaf", "slip"})
# Characters that are laid out and leave nothing to read.
_NO_INK = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff\ufe0f"))
# Letters that are read from the right, with what stands between them: drawn as they stand on paper.
_FROM_THE_RIGHT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_TURNED = re.compile(f"{_FROM_THE_RIGHT}(?:\\W*{_FROM_THE_RIGHT})*")
# In points: A4, its margins, and the size of the letters, each of which is half as wide.
_WIDTH, _HEIGHT, _SIDE, _HEAD, _FOOT, _LINE = 595, 842, 43, 68, 62, 12
# So many letters fit on a line; and PDFium reads no more than so many of them at once.
_WIDEST, _MOST = 2 * (_WIDTH - 2 * _SIDE) // (_LINE - 2), 8000


@dataclass
class Sheet:
    """What one sheet says: in its lines, beside them (bullets and words in drawings, which are drawn last), in its
    margins; and its pictures by their names.

    `number` is what stands in the corner; None where that is the number of the page, "" where joining numbers it.
    """

    head: tuple[str, str] = ("", "")
    foot: str = ""
    number: str | None = None
    lines: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)

    def said(self, number: int, of: int) -> Iterator[tuple[float, list[str]]]:
        """Its texts in the order in which they are drawn, each with how far it begins from the foot of the sheet."""
        yield self.height - _HEAD - _LINE, [*self.lines, *self.beside]
        yield self.height - _HEAD / 2, [" ".join(self.head)]
        yield _FOOT / 2, [f"{self.foot} {f'Page {number} of {of}' if self.number is None else self.number}"]

    @property
    def height(self) -> int:
        return max(_HEIGHT, _HEAD + _FOOT + _LINE * (1 + len(self.lines) + len(self.beside)))


class _Reader(HTMLParser):
    """Reads one page of HTML of `templates/pdf/`."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__()
        self.pictures = pictures
        self.sheets = [Sheet()]
        self.title = ""
        self._open: list[tuple[str, frozenset[str]]] = []
        self._line: list[str] = []
        self._strings = {"school": "", "reference": "", "printed": "", "side": ""}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        classes = frozenset(about.get("class", "").split())
        if tag not in _INLINE and not self._is_in("svg"):
            self._end_line()
        if classes & _NEW_SHEET and self.sheets[-1].lines:
            self.sheets.append(Sheet())
        if tag not in _VOID:
            self._open.append((tag, classes))
        self._set_strings(tag, about)
        self._set_margins()
        if tag == "li":
            self.sheets[-1].beside.append("•")
        elif tag == "img":
            self.sheets[-1].pictures.append(self.pictures[about["src"].removeprefix("picture:")])

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if tag not in _INLINE and (tag == "text" or not self._is_in("svg")):
            self._end_line()
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inner = self._open[-1][0] if self._open else ""
        if self._is_in("body"):
            shown = inner == "text" if self._is_in("svg") else inner not in _NOT_SHOWN
            self._line += [data] if shown else []
        elif inner == "title":
            self.title = _folded(data)

    def _is_in(self, name: str) -> bool:
        """Whether an element of this name, or of this class, is open."""
        return any(tag == name or name in classes for tag, classes in self._open)

    def _end_line(self) -> None:
        text, sheet = _folded("".join(self._line)), self.sheets[-1]
        self._line.clear()
        if text and self._is_in("svg"):
            sheet.beside.append(text)
        elif text:
            sheet.lines.append(text)
            if self._open[-1][0] == "h1":
                sheet.titles.append(text)

    def _set_strings(self, tag: str, about: Mapping[str, str]) -> None:
        """What the stylesheet reads from attributes for the margins."""
        if tag == "main":
            self._strings |= {name: about.get(f"data-{name}", "") for name in ("school", "reference", "printed")}
        elif "data-reference" in about:
            self._strings |= {"reference": about["data-reference"], "side": "Overleaf" if tag == "h2" else "Front"}

    def _set_margins(self) -> None:
        sheet, said = self.sheets[-1], {name: _folded(text) for name, text in self._strings.items()}
        sheet.head, sheet.foot = (said["school"], said["reference"]), said["printed"]
        if self._is_in("form"):
            sheet.number = said["side"]
        elif self._is_in("piece") or self._is_in("released"):
            sheet.number = ""


def _folded(text: str) -> str:
    return _TURNED.sub(lambda found: found[0][::-1], " ".join(text.translate(_NO_INK).split()))


def read(html: str, pictures: Mapping[str, bytes] | None = None) -> tuple[str, list[Sheet]]:
    """The title of a page of HTML, and what its sheets say. Raises `KeyError` for a picture that is missing."""
    reader = _Reader(pictures or {})
    reader.feed(html)
    reader.close()
    return reader.title, reader.sheets


# --- as PDF


class _File:
    """The objects of a PDF, numbered from 1."""

    def __init__(self) -> None:
        self.objects: list[bytes] = []

    def add(self, content: str, stream: bytes | None = None) -> int:
        body = content.encode()
        if stream is not None:
            body = b"<< %s /Length %d >>\nstream\n%s\nendstream" % (body, len(stream), stream)
        self.objects.append(body)
        return len(self.objects)

    def written(self, root: int, info: int) -> bytes:
        out, places = bytearray(b"%PDF-1.7\n"), []
        for number, body in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        begins = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (len(places) + 1, root, info)
        return bytes(out + b"startxref\n%d\n%%%%EOF\n" % begins)


def write(title: str, sheets: Sequence[Sheet]) -> bytes:
    """These sheets as a PDF, with an outline of their titles."""
    file = _File()
    said = [list(sheet.said(number, len(sheets))) for number, sheet in enumerate(sheets, 1)]
    letters = sorted({letter for parts in said for _, lines in parts for line in lines for letter in line})
    codes = {letter: f"{code:04x}" for code, letter in enumerate(letters, 1)}
    font, pages = _font(file, codes), len(file.objects) + 1
    file.add("")
    kids = [
        _page(file, pages, font, sheet, [_text(begins, lines, codes) for begins, lines in parts])
        for sheet, parts in zip(sheets, said, strict=True)
    ]
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    file.objects[pages - 1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{listed}] >>".encode()
    titles = [(name, kid) for sheet, kid in zip(sheets, kids, strict=True) for name in sheet.titles]
    outline = f" /Outlines {_outline(file, titles)} 0 R" if titles else ""
    root = file.add(f"<< /Type /Catalog /Pages {pages} 0 R /Lang (en-GB){outline} >>")
    return file.written(root, file.add(f"<< /Title {_string(title)} >>"))


def _string(text: str) -> str:
    return f"<feff{text.encode('utf-16-be').hex()}>"


def _font(file: _File, codes: Mapping[str, str]) -> int:
    """A font without shapes: each letter is half as wide as high, and a table says which it is."""
    pairs = "".join(
        f"1 beginbfchar <{code}> <{letter.encode('utf-16-be').hex()}> endbfchar\n" for letter, code in codes.items()
    )
    spaces = "1 begincodespacerange <0000> <ffff> endcodespacerange"
    table = f"/CIDInit /ProcSet findresource begin begincmap\n{spaces}\n{pairs}endcmap end"
    unicode = file.add("", table.encode())
    described = file.add(
        "<< /Type /FontDescriptor /FontName /Double /Flags 4 /FontBBox [0 -200 500 800] /ItalicAngle 0 /Ascent 800 "
        "/Descent -200 /CapHeight 700 /StemV 80 >>"
    )
    letters = file.add(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Double /DW 500 "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {described} 0 R >>"
    )
    return file.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /Double /Encoding /Identity-H /DescendantFonts [{letters} 0 R] "
        f"/ToUnicode {unicode} 0 R >>"
    )


def _page(file: _File, pages: int, font: int, sheet: Sheet, drawn: Sequence[str]) -> int:
    """A page below these `pages`, on which this is `drawn`, and then its pictures."""
    forms = [_picture(file, picture) for picture in sheet.pictures]
    shown = [f"q 100 0 0 100 {_SIDE} {_FOOT} cm /P{form} Do Q\n" for form in forms]
    content = file.add("", "".join([*drawn, *shown]).encode())
    pictures = " ".join(f"/P{form} {form} 0 R" for form in forms)
    return file.add(
        f"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {_WIDTH} {sheet.height}] /Contents {content} 0 R "
        f"/Resources << /Font << /F {font} 0 R >> /XObject << {pictures} >> >> >>"
    )


def _text(begins: float, lines: Iterable[str], codes: Mapping[str, str]) -> str:
    """These lines, the first so far from the foot of the sheet. A long one is drawn narrow, so that it is on it."""
    shown = ""
    for line in lines:
        parts = (line[first : first + _MOST] for first in range(0, len(line), _MOST))
        drawn = " ".join(f"<{''.join(codes[letter] for letter in part)}> Tj" for part in parts)
        shown += f"{min(100, 100 * _WIDEST / len(line)):.4f} Tz {drawn} T*\n"
    return f"BT /F {_LINE - 2} Tf {_LINE} TL {_SIDE} {begins} Td\n{shown}ET\n"


def _picture(file: _File, jpeg: bytes) -> int:
    with Image.open(io.BytesIO(jpeg)) as image:
        width, height, space = *image.size, "DeviceGray" if image.mode == "L" else "DeviceRGB"
    return file.add(
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /{space} /BitsPerComponent 8 "
        "/Filter /DCTDecode",
        jpeg,
    )


def _outline(file: _File, titles: Sequence[tuple[str, int]]) -> int:
    """Where each title stands."""
    top, last = len(file.objects) + 1, len(titles)
    file.add(f"<< /Type /Outlines /First {top + 1} 0 R /Last {top + last} 0 R /Count {last} >>")
    for place, (name, page) in enumerate(titles, 1):
        before = f" /Prev {top + place - 1} 0 R" if place > 1 else ""
        after = f" /Next {top + place + 1} 0 R" if place < last else ""
        file.add(f"<< /Title {_string(name)} /Parent {top} 0 R /Dest [{page} 0 R /Fit]{before}{after} >>")
    return top


# --- as the printer answers


class Double(printer.Printer):
    """A printer that lays nothing out."""

    def __init__(self) -> None:
        super().__init__()
        # By the digest of each PDF: what it is joined from.
        self._made: dict[bytes, tuple[str, list[Sheet]]] = {}

    async def _follow(self, key: str, job: printer.Job) -> None:
        try:
            title, sheets = self._read(job)
            pdf, job.sheets = write(title, sheets), len(sheets)
            self._made[sha256(pdf).digest()] = title, sheets
            job.end(pdf=pdf)
        except (ValueError, KeyError):
            job.end(why="broken")
        self._begin_waiting()

    def _read(self, job: printer.Job) -> tuple[str, list[Sheet]]:
        if job.pieces:
            return _joined([read(html) for html in job.pieces])
        asked = json.loads(job.content)
        if "parts" in asked:
            return _joined([self._made[sha256(base64.b64decode(part)).digest()] for part in asked["parts"]])
        pictures = {name: base64.b64decode(picture) for name, picture in asked.get("pictures", {}).items()}
        return read(asked["pages"][0], pictures)


def _joined(parts: Sequence[tuple[str, list[Sheet]]]) -> tuple[str, list[Sheet]]:
    """Each page is numbered in the whole."""
    return parts[0][0], [replace(sheet, number=None) for _, sheets in parts for sheet in sheets]


class Thread:
    """The double in a thread of this process; as `printers.Program`, it is started when a test first prints."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "printer.sock"
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._end: asyncio.Event

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        listens = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self._serve(listens)], daemon=True)
        self._thread.start()
        listens.wait()

    def stop(self) -> None:
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()
            self._thread = None

    async def _serve(self, listens: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_unix_server(Double().answer, path=self.address):
            listens.set()
            await self._end.wait()
