"""What is in a workbook? Read as a program reads it, by zip and XML, without the library that wrote it."""

import io
import re
import zipfile
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

_NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """Each sheet by its name: rows of texts and numbers, None for an empty cell. No cell may be a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        names = [one.get("name") or "" for one in fromstring(book.read("xl/workbook.xml")).iterfind(".//x:sheet", _NS)]
        return {
            name: _rows(fromstring(book.read(f"xl/worksheets/sheet{number}.xml")))
            for number, name in enumerate(names, 1)
        }


def _rows(sheet: Element) -> list[list[Any]]:
    assert not sheet.findall(".//x:f", _NS), "a formula"
    assert not sheet.findall(".//x:hyperlink", _NS), "a link"
    rows = []
    for row in sheet.iterfind(".//x:row", _NS):
        cells: list[Any] = []
        for cell in row.iterfind("x:c", _NS):
            place = _column(cell.get("r") or "")
            cells += [None] * (place - len(cells)) + [_value(cell)]
        rows.append(cells)
    return rows


def _column(reference: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", reference):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: Element) -> Any:
    if cell.get("t") == "inlineStr":
        text = "".join(one.text or "" for one in cell.iterfind(".//x:t", _NS))
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    value = cell.find("x:v", _NS)
    return None if value is None or value.text is None else float(value.text)
