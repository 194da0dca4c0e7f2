"""What does a document or a message say, text by text? Asked by `contents.py` alone, inside its process.

A Word or OpenDocument text is told with its notes, comments, heads and feet, and with what was struck out and is still
in the file; a workbook sheet by sheet, hidden ones too; a message with its sender, its recipients and when, and with
the names of what is attached. What is drawn (pictures, diagrams, text on shapes of a workbook) is not told. It knows
nothing of Harbour.
"""

import codecs
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from io import BytesIO
from itertools import chain
from typing import Any

# Letters of all texts of one file.
MOST = 2_000_000
_TOO_MUCH = "It has more text than one item can hold. Split it, and add what is asked for."
_NOTHING = "It says nothing that can be copied as words. Print it to a PDF, and add that."
_DAMAGED = "It is damaged, or is not such a document. Print it to a PDF, and add that."
_RICH = "Its words are kept in a form that cannot be read here. Save it as a PDF in your mail program, and add that."
_CHARSETS = (
    *("utf-8-sig", "utf-16", "utf-16-le", "utf-7", "ascii", "latin-1", "iso8859-2", "iso8859-15", "cp437", "cp1250"),
    *("cp1251", "cp1252", "cp1254", "cp1256", "koi8-r", "gb18030", "big5", "shift_jis", "iso2022_jp", "euc_kr"),
)
_PICTURE = re.compile(r"(?:(?:word|xl)/media|Pictures)/[^/]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Texts = Iterator[tuple[str, str]]


class _Unreadable(Exception):
    """It cannot be told, and the sentence says why."""


def tell(kind: str, content: bytes, sandbox: Any) -> dict[str, Any]:
    """The texts of a file as blocks. Raises the `Refused` of the sandbox."""
    try:
        blocks: list[dict[str, str]] = []
        opened = _opened(kind, content, sandbox)
        for label, text in chain(TELL[kind](opened), _pictures(opened)):
            if tidy := _tidy(text):
                blocks.append({"key": f"b{len(blocks) + 1}", "label": label, "text": tidy})
            if sum(len(block["text"]) for block in blocks) > MOST:
                raise _Unreadable(_TOO_MUCH)
        if not blocks:
            raise _Unreadable(_NOTHING)
    except _Unreadable as error:
        raise sandbox.Refused(str(error)) from None
    except (sandbox.Refused, MemoryError):
        raise
    except Exception:
        raise sandbox.Refused(_DAMAGED) from None
    return {"blocks": blocks}


def _opened(kind: str, content: bytes, sandbox: Any) -> Any:
    if kind not in ("docx", "odt", "xlsx"):
        return content
    found = zipfile.ZipFile(BytesIO(content))
    sandbox.bounded(found)
    return found


def _tidy(text: str) -> str:
    """Lines without what no printer prints, and no more than one empty line."""
    text = _CONTROLS.sub("", re.sub(r"\r\n?", "\n", text))
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", re.sub(r"(?<![ \t])[ \t]++\n", "\n", text)).strip()


def _pictures(opened: Any) -> Texts:
    """What is in the document and is not told, so that nobody takes the texts for all of it."""
    if isinstance(opened, zipfile.ZipFile):
        count = len(_members(opened, _PICTURE))
        if count:
            yield "Pictures in it", f"{count} not shown here. To have them looked at, print it to a PDF, and add that."


def _xml(found: zipfile.ZipFile, name: str) -> Any:
    from defusedxml import ElementTree

    return ElementTree.fromstring(found.read(name), forbid_dtd=True)


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _value(element: Any, name: str) -> str:
    """The attribute of this name, of whichever namespace."""
    return next((str(value) for key, value in element.attrib.items() if _local(key) == name), "")


def _members(found: zipfile.ZipFile, pattern: re.Pattern[str]) -> list[str]:
    return sorted(filter(pattern.fullmatch, found.namelist()))


# Parts of a Word document, in the order in which they are told.
_WORD = (
    ("Head", re.compile(r"word/header\d*\.xml")),
    ("Text", re.compile(r"word/document\.xml")),
    ("Foot", re.compile(r"word/footer\d*\.xml")),
    ("Footnotes", re.compile(r"word/footnotes\.xml")),
    ("Endnotes", re.compile(r"word/endnotes\.xml")),
    ("Comments", re.compile(r"word/comments\.xml")),
)
_WORD_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def _docx(found: zipfile.ZipFile) -> Texts:
    for label, pattern in _WORD:
        for name in _members(found, pattern):
            yield label, "".join(_word(_xml(found, name)))


def _word(element: Any) -> Iterator[str]:
    """The text of a part, with what is struck out. What is written twice, for older programs, is told once."""
    tag = _local(element.tag)
    if tag in ("t", "delText"):
        yield element.text or ""
    elif tag in _WORD_MARKS:
        yield _WORD_MARKS[tag]
    elif tag == "tc":
        yield "".join(part for child in element for part in _word(child)).strip() + "\t"
    elif tag != "Fallback" and not tag.endswith("Pr"):
        if tag == "comment":
            yield f"{_value(element, 'author')}: "
        for child in element:
            yield from _word(child)
        if tag in ("p", "tr"):
            yield "\n"


_OPEN_MARKS = {"tab": "\t", "line-break": "\n"}


def _odt(found: zipfile.ZipFile) -> Texts:
    content = _xml(found, "content.xml")
    body = next(element for element in content if _local(element.tag) == "body")
    yield "Text", "".join(_open_text(body))
    if "styles.xml" in found.namelist():
        masters = [part for part in _xml(found, "styles.xml") if _local(part.tag) == "master-styles"]
        for label, tags in (("Head", {"header", "header-left"}), ("Foot", {"footer", "footer-left"})):
            yield (
                label,
                "".join(
                    text
                    for part in masters
                    for one in part.iter()
                    if _local(one.tag) in tags
                    for text in _open_text(one)
                ),
            )


def _open_text(element: Any, *, is_words: bool = False) -> Iterator[str]:
    """The text of an element; white space between elements that hold no words of their own is none."""
    tag = _local(element.tag)
    is_words = is_words or tag in ("p", "h", "creator", "date")
    if tag == "s":
        yield " " * min(int(_value(element, "c") or 1), 100)
    elif tag in _OPEN_MARKS:
        yield _OPEN_MARKS[tag]
    if tag == "table-cell":
        yield "".join(text for child in element for text in _open_text(child)).strip() + "\t"
        return
    if is_words and element.text:
        yield re.sub(r"\s+", " ", element.text)
    for child in element:
        inner = _local(child.tag)
        yield from _open_text(child, is_words=is_words and inner not in ("annotation", "note", "frame"))
        if is_words and child.tail:
            yield re.sub(r"\s+", " ", child.tail)
    if tag in ("p", "h", "table-row", "creator", "date", "annotation"):
        yield "\n"


_NOTES = re.compile(r"xl/(comments\d*|threadedComments/[^/]+)\.xml")
# Numbers of formats that show a day or a time, in every workbook.
_DAYS = frozenset({*range(14, 23), *range(45, 48)})
_FIRST_DAY = datetime(1899, 12, 30)
# Letters of a format of cells: a spreadsheet takes no longer one.
_LONGEST_FORMAT = 255


def _xlsx(found: zipfile.ZipFile) -> Texts:
    names = found.namelist()
    shared = _shared(found) if "xl/sharedStrings.xml" in names else []
    days = _styles_of_days(found) if "xl/styles.xml" in names else set()
    leads = {}
    if "xl/_rels/workbook.xml.rels" in names:
        leads = {one.get("Id"): str(one.get("Target")) for one in _xml(found, "xl/_rels/workbook.xml.rels")}
    sheets = [one for one in _xml(found, "xl/workbook.xml").iter() if _local(one.tag) == "sheet"]
    for number, sheet in enumerate(sheets, 1):
        target = leads.get(_value(sheet, "id"), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in names:
            is_hidden = _value(sheet, "state") in ("hidden", "veryHidden")
            # Its name is text like its rows: a sheet may be called like a person.
            rows = [_value(sheet, "name"), *_rows(_xml(found, path), shared, days)]
            yield f"Sheet {number}, hidden" if is_hidden else f"Sheet {number}", "\n".join(rows)
    for name in _members(found, _NOTES):
        root = _xml(found, name)
        notes = [one for one in root.iter() if _local(one.tag) in ("comment", "threadedComment")]
        yield "Notes on cells", "\n".join(f"{_value(one, 'ref')}: {''.join(_cell_text(one))}" for one in notes)


def _shared(found: zipfile.ZipFile) -> list[str]:
    return ["".join(_cell_text(one)) for one in _xml(found, "xl/sharedStrings.xml")]


def _cell_text(element: Any) -> Iterator[str]:
    """Its text, without what says how it is spoken."""
    tag = _local(element.tag)
    if tag in ("t", "text") and element.text:
        yield element.text
    if tag != "rPh":
        for child in element:
            yield from _cell_text(child)


def _styles_of_days(found: zipfile.ZipFile) -> set[int]:
    """The styles whose numbers are days or times."""
    root = _xml(found, "xl/styles.xml")
    formats = {}
    for one in (each for each in root.iter() if _local(each.tag) == "numFmt"):
        bare = re.sub(r'"[^"]*"|\[[^\[\]]*+\]|\\.', "", one.get("formatCode", "")[:_LONGEST_FORMAT])
        formats[int(one.get("numFmtId", 0))] = bool(re.search(r"[dmyh]", bare, re.IGNORECASE))
    cells = next((one for one in root if _local(one.tag) == "cellXfs"), ())
    numbers = [int(one.get("numFmtId", 0)) for one in cells]
    return {place for place, number in enumerate(numbers) if number in _DAYS or formats.get(number)}


def _rows(sheet: Any, shared: list[str], days: set[int]) -> Iterator[str]:
    for row in (one for one in sheet.iter() if _local(one.tag) == "row"):
        if line := "\t".join(filter(None, (_cell(cell, shared, days) for cell in row))):
            yield line


def _cell(cell: Any, shared: list[str], days: set[int]) -> str:
    kind = cell.get("t", "n")
    value = next((one.text or "" for one in cell if _local(one.tag) == "v"), "")
    if kind == "s" and value:
        return shared[int(value)]
    if kind == "inlineStr":
        return "".join(_cell_text(cell))
    if kind == "b":
        return {"1": "yes", "0": "no"}.get(value, value)
    if kind == "n" and value and int(cell.get("s", 0)) in days:
        moment = _FIRST_DAY + timedelta(seconds=round(float(value) * 86_400))
        return moment.strftime(
            "%H:%M" if float(value) < 1 else "%d %B %Y" if float(value).is_integer() else "%d %B %Y %H:%M"
        )
    return value


def _txt(content: bytes) -> Texts:
    for encoding in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252"):
        try:
            yield "Text", content.decode(encoding)
            return
        except UnicodeDecodeError:
            continue
    raise _Unreadable("It is not plain text.")


def _eml(content: bytes) -> Texts:
    yield from _message(BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content))


def _message(found: Any) -> Texts:
    heads = [("From", found["from"]), ("To", found["to"]), ("Cc", found["cc"]), ("Bcc", found["bcc"])]
    heads += [("Date", found["date"]), ("About", found["subject"])]
    yield "From, to and when", "\n".join(f"{name}: {said}" for name, said in heads if said)
    body = found.get_body(("plain", "html"))
    if body is not None:
        text = body.get_content()
        yield "Message", text if body.get_content_type() == "text/plain" else _of_html(text)
    mails = [part for part in found.iter_attachments() if part.get_content_type() == "message/rfc822"]
    others = [part for part in found.iter_attachments() if part.get_content_type() != "message/rfc822"]
    names = [part.get_filename() or "A file without a name" for part in others]
    yield "Attached files, to be added by themselves", "\n".join(names)
    for part in mails:
        yield from _message(part.get_content())


class _Html(HTMLParser):
    """What a page says, without how it looks."""

    _silent = frozenset({"style", "script", "head", "title"})
    _lines = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "table", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._within = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._within += tag in self._silent
        if tag in self._lines:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in self._silent and self._within > 0
        if tag in self._lines:
            self.said.append("\n")
        elif tag in ("td", "th"):
            self.said.append("\t")

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.said.append(re.sub(r"\s+", " ", data))


def _of_html(text: str) -> str:
    page = _Html()
    page.feed(text)
    page.close()
    return "".join(page.said)


# Properties of a message that Outlook has saved, by their numbers.
_BODY, _HTML, _RTF, _NAME, _SHORT_NAME = "1000", "1013", "1009", "3707", "3704"
_SENT = 0x0039
_HEADS = (("From", "0C1A"), ("From", "0C1F"), ("To", "0E04"), ("Cc", "0E03"), ("Bcc", "0E02"), ("About", "0037"))


def _msg(content: bytes) -> Texts:
    import olefile

    with olefile.OleFileIO(BytesIO(content)) as found:
        heads = [f"{name}: {said}" for name, number in _HEADS if (said := _property(found, [], number))]
        if sent := _sent(found):
            heads.append(f"Date: {sent}")
        yield "From, to and when", "\n".join(heads)
        text = _property(found, [], _BODY)
        if not text and (html := _property(found, [], _HTML)):
            text = _of_html(html)
        if not text and found.exists(f"__substg1.0_{_RTF}0102"):
            raise _Unreadable(_RICH)
        yield "Message", text
        folders = sorted({parts[0] for parts in found.listdir() if parts[0].startswith("__attach_version1.0")})
        names = [_property(found, [one], _NAME) or _property(found, [one], _SHORT_NAME) for one in folders]
        yield "Attached files, to be added by themselves", "\n".join(name or "A file without a name" for name in names)


def _property(found: Any, folder: list[str], number: str) -> str:
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "cp1252"), ("0102", "utf-8")):
        stream = [*folder, f"__substg1.0_{number}{kind}"]
        if found.exists(stream):
            return str(found.openstream(stream).read().decode(encoding, "replace")).replace("\0", "").strip()
    return ""


def _sent(found: Any) -> str:
    """When it was sent: rows of sixteen bytes behind a head of thirty-two."""
    rows = found.openstream("__properties_version1.0").read()[32:]
    for at in range(0, len(rows) - 15, 16):
        if int.from_bytes(rows[at + 2 : at + 4], "little") == _SENT:
            moment = int.from_bytes(rows[at + 8 : at + 16], "little")
            return (datetime(1601, 1, 1) + timedelta(microseconds=moment // 10)).strftime("%d %B %Y %H:%M UTC")
    return ""


TELL: dict[str, Callable[[Any], Texts]] = {}
TELL |= {"docx": _docx, "odt": _odt, "xlsx": _xlsx, "txt": _txt, "eml": _eml, "msg": _msg}


def load() -> None:
    """Everything that is loaded when it is first used, while files can still be opened."""
    from defusedxml import ElementTree

    ElementTree.fromstring(b"<a/>", forbid_dtd=True)
    for charset in _CHARSETS:
        codecs.lookup(charset)
    import olefile  # noqa: F401

    made = EmailMessage()
    made["subject"], made["date"] = "é", "Tue, 24 Nov 2026 09:00:00 +0000"
    made.set_content("é")
    made.add_alternative("<p>é</p>", subtype="html")
    made.add_attachment(b"a", "text", "plain", filename="é.txt")
    list(_eml(made.as_bytes()))
    zipfile.ZipFile(BytesIO(), "w").close()
    _FIRST_DAY.strftime("%d %B %Y")
