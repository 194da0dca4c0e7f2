"""What does a file show, page by page or text by text? Asked in a process of its own, with the limits of the sandbox.

    python -I contents.py < request > answer

The request is a line of JSON and the bytes of the file. `wants` "pages": pages `first` to `last` of a PDF, or a picture
as its only page, are drawn; `rectangles` by the number of a page are painted over before the picture is made, so that
nothing is under them. With each page come the words that its file knows there, and their boxes in thousandths of the
page; a word that cannot be seen there is none. `wants` "texts": the texts of a document or a message, told by
`texts.py` beside this. The answer is a line of JSON (`problem`, `count`, `pages`, `blocks`) and the pictures.
"""

import ctypes
import importlib.util
import json
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

# Of one file, and of those how many in one process.
MOST_PAGES, MOST_AT_ONCE = 1000, 10
# What a PDF says of itself, and how much of it and of the names of files inside it is told.
_PROPERTIES = ("/Title", "/Subject", "/Author", "/Keywords")
MOST_INSIDE, MOST_LETTERS = 100, 10_000
# Points of a picture: 150 for each inch of A4.
WIDE, TALL = 1240, 1754
WHOLE = 1000
# A rectangle is painted a little larger: letters have soft edges.
_EDGE = 4
# Of 255: between the ink of a word and what it stands on.
_SEEN = 24
_TOO_LONG = (
    "It has {count} pages, and a copy takes up to {most}. "
    "Split it into several files, and add those that are asked for."
)
_LOCKED = "It asks for a password. Open it with the password, print it to a PDF without one, and add that."
_BROKEN = "It is damaged, and its pages cannot be drawn. Print it, and add the print."
# Letters of one word are no further from each other, in thousandths of the page.
_NEAR = 8
# As PDFium tells that it needs a password.
_PASSWORD = 4
# As it tells a hyphen at the end of a line, behind which it tells no line end.
_DIVIDES = (0xFFFE, 2)
_SPACE, _LINE_ENDS = " \t\u00a0", "\r\n"


def beside(name: str) -> Any:
    """The module of this name in this folder: `-I` looks for none."""
    if name not in sys.modules:
        spec: Any = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def pages(asked: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The pages that are asked for, drawn."""
    draw = _pdf_pages if asked["kind"] == "pdf" else _picture_page
    return draw(asked, content)


def _pdf_pages(asked: dict[str, Any], content: bytes) -> dict[str, Any]:
    import pypdfium2

    refused = beside("sandbox").Refused
    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
        if document.get_formtype():
            document.init_forms()
    except pypdfium2.PdfiumError as error:
        raise refused(_LOCKED if getattr(error, "err_code", None) == _PASSWORD else _BROKEN) from None
    if count > MOST_PAGES:
        raise refused(_TOO_LONG.format(count=f"{count:,}", most=f"{MOST_PAGES:,}"))
    numbers = _numbers(asked, count)
    try:
        drawn = [_pdf_page(document[n - 1], n, _rectangles(asked, n)) for n in numbers]
        blocks = list(_beside_pages(content, numbers))
    except (MemoryError, refused):
        raise
    except Exception:
        raise refused(_BROKEN) from None
    return {"count": count, "pages": drawn, "blocks": blocks}


def _beside_pages(content: bytes, numbers: list[int]) -> Iterator[dict[str, str]]:
    """What a PDF says on its pages and not in their text: comments, and what was filled in. With its first page what it
    says of itself, and the names of files inside it.
    """
    import pikepdf

    with pikepdf.open(BytesIO(content)) as found:
        if numbers[0] == 1:
            yield from _of_itself(found)
        for n in numbers:
            notes = [one for one in found.pages[n - 1].obj.get("/Annots", ()) if isinstance(one, pikepdf.Dictionary)]
            for label, key, said in (
                ("Comments on page", "comments", [_string(one, "/Contents") for one in notes]),
                ("Filled in on page", "fields", [_string(one, "/V") for one in notes]),
            ):
                if text := "\n".join(filter(None, said)):
                    yield {"key": f"{key}{n}", "label": f"{label} {n}", "text": text}


def _of_itself(found: Any) -> Iterator[dict[str, str]]:
    about = found.trailer.get("/Info", {})
    said = [f"{name[1:]}: {text}" for name in _PROPERTIES if (text := _string(about, name))]
    inside = [_printable(name)[:MOST_LETTERS] for name in islice(found.attachments, MOST_INSIDE)]
    for key, label, lines in (("properties", "Properties", said), ("inside", "Files inside it", inside)):
        if lines:
            yield {"key": key, "label": label, "text": "\n".join(lines)[:MOST_LETTERS]}


def _string(note: Any, key: str) -> str:
    """What a note says, or the field that it is a part of."""
    import pikepdf

    value = note.get(key, note.get("/Parent", {}).get(key) if key == "/V" else None)
    return _printable(str(value)) if isinstance(value, pikepdf.String) else ""


def _printable(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n").strip()


def _numbers(asked: dict[str, Any], count: int) -> list[int]:
    """The pages that are drawn. Raises `Refused` where something is to be painted on another: nobody would miss it."""
    numbers = list(range(max(asked["first"], 1), min(asked["last"], count, asked["first"] + MOST_AT_ONCE - 1) + 1))
    if not numbers or {int(n) for n in asked["rectangles"]} - set(numbers):
        raise beside("sandbox").Refused(f"It has {count} pages, and others were asked for.")
    return numbers


def _pdf_page(page: Any, n: int, rectangles: list[list[int]]) -> dict[str, Any]:
    width, height = page.get_size()
    scale = min(WIDE / max(width, 1), TALL / max(height, 1), 4)
    shown = page.render(scale=scale).to_pil().convert("RGB")
    words = [word for word in _words(page) if _is_seen(shown, word)]
    return _page(n, shown, words, rectangles)


def _picture_page(asked: dict[str, Any], content: bytes) -> dict[str, Any]:
    [n] = _numbers(asked, 1)
    shown = beside("sandbox").upright(content, asked["kind"]).convert("RGB")
    shown.thumbnail((WIDE, TALL))
    return {"count": 1, "pages": [_page(n, shown, [], _rectangles(asked, n))]}


def _page(n: int, shown: Any, words: list[list[Any]], rectangles: list[list[int]]) -> dict[str, Any]:
    """A page with what is painted over. Words under it are no words of the page that is given out."""
    for rectangle in rectangles:
        _paint(shown, rectangle)
    outside = [word for word in words if not any(_touch(word[1:], one) for one in rectangles)]
    picture = beside("sandbox").bare(shown, "JPEG", quality=85)
    return {"n": n, "width": shown.width, "height": shown.height, "words": outside, "picture": picture}


def _rectangles(asked: dict[str, Any], n: int) -> list[list[int]]:
    found = asked["rectangles"].get(str(n), [])
    for x0, y0, x1, y1 in found:
        if not (0 <= x0 < x1 <= WHOLE and 0 <= y0 < y1 <= WHOLE):
            raise beside("sandbox").Refused(f"A rectangle leads off page {n}.")
    return list(found)


def _paint(shown: Any, rectangle: list[int]) -> None:
    from PIL import ImageDraw

    x0, y0, x1, y1 = _points(shown, rectangle)
    ImageDraw.Draw(shown).rectangle((x0 - _EDGE, y0 - _EDGE, x1 + _EDGE, y1 + _EDGE), fill="black")


def _points(shown: Any, area: list[int]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = area
    return (
        x0 * shown.width // WHOLE,
        y0 * shown.height // WHOLE,
        -(-x1 * shown.width // WHOLE),
        -(-y1 * shown.height // WHOLE),
    )


def _touch(word: list[int], other: list[int]) -> bool:
    return word[0] < other[2] and other[0] < word[2] and word[1] < other[3] and other[1] < word[3]


def _is_seen(shown: Any, word: list[Any]) -> bool:
    """Whether anything is drawn where a word is said to be: a layer may say what no page shows."""
    part = shown.crop(_points(shown, word[1:])).convert("L")
    if not (part.width and part.height):
        return False
    low, high = part.getextrema()
    return bool(high - low >= _SEEN)


def _words(page: Any) -> Iterator[list[Any]]:
    """The words that a PDF knows on a page, in its order, each with its box."""
    text = page.get_textpage()
    letters: list[int] = []
    box: list[int] = []
    for place in range(text.count_chars()):
        code = _code(text, place)
        if chr(code) in _SPACE + _LINE_ENDS or code == 0:
            yield from _word(letters, box)
            letters, box = [], []
            continue
        found = _box(page, text, place)
        if box and _is_elsewhere(box, found):
            yield from _word(letters, box)
            letters, box = [], []
        letters.append(code)
        box = found if not box else _around(box, found)
        if code in _DIVIDES:
            yield from _word(letters, box)
            letters, box = [], []
    yield from _word(letters, box)


def _code(text: Any, place: int) -> int:
    from pypdfium2 import raw

    return int(raw.FPDFText_GetUnicode(text, place))


def _is_elsewhere(box: list[int], found: list[int]) -> bool:
    """Not beside what came before, whichever way the page is turned: a word that is divided is two, each with its own
    box.
    """
    across = max(found[0] - box[2], box[0] - found[2])
    down = max(found[1] - box[3], box[1] - found[3])
    return max(across, down) > _NEAR


def _around(one: list[int], other: list[int]) -> list[int]:
    return [min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])]


def _box(page: Any, text: Any, place: int) -> list[int]:
    """Where a letter stands, in thousandths of the page as it is shown: turned, and cut to its box."""
    from pypdfium2 import raw

    left, bottom, right, top = text.get_charbox(place)
    found = []
    for x, y in ((left, bottom), (right, top)):
        at_x, at_y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, WHOLE, WHOLE, 0, x, y, at_x, at_y)
        found.append((at_x.value, at_y.value))
    (x0, y0), (x1, y1) = found
    return [min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1]


def _word(letters: list[int], box: list[int]) -> Iterator[list[Any]]:
    """A word on the page; none of one that is off it. Letters beyond 16 bits come in two halves."""
    if not letters:
        return
    x0, y0, x1, y1 = (min(max(edge, 0), WHOLE) for edge in box)
    said = "".join(map(chr, letters)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    said = said.replace("\ufffe", "-").replace("\x02", "-")
    said = "".join(letter for letter in said if letter.isprintable())
    if said and x0 < x1 and y0 < y1:
        yield [said, x0, y0, x1, y1]


def load(kind: str) -> None:
    """What is needed beside what the sandbox loads, while files can still be opened."""
    beside("sandbox")
    if kind in beside("texts").TELL:
        beside("texts").load()
        return
    from PIL import Image, ImageDraw

    ImageDraw.Draw(Image.new("RGB", (1, 1))).rectangle((0, 0, 1, 1), fill="black")
    Image.new("RGB", (1, 1)).save(BytesIO(), "JPEG")


def answer(asked: dict[str, Any], content: bytes) -> bytes:
    """What the file shows, as it is answered. From here on this process can do nothing else."""
    load(asked["kind"])
    sandbox = beside("sandbox")
    sandbox.limit(asked["kind"])
    found: dict[str, Any] = {}
    try:
        found = (
            pages(asked, content)
            if asked["wants"] == "pages"
            else beside("texts").tell(asked["kind"], content, sandbox)
        )
        problem = ""
    except sandbox.Refused as error:
        problem = str(error)
    except MemoryError:
        problem = "It needs more memory to open than such a file should. It is not copied."
    pictures = [page.pop("picture") for page in found.get("pages", [])]
    for page, picture in zip(found.get("pages", []), pictures, strict=True):
        page["size"] = len(picture)
    head = {"problem": problem, "count": 0, "pages": [], "blocks": []} | found
    return json.dumps(head).encode() + b"\n" + b"".join(pictures)


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    sys.stdout.buffer.write(answer(asked, sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
