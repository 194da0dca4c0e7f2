"""Does a spreadsheet run anything that Harbour hands it? Ten thousand cells say no."""

import builtins
import csv
import io
import os
import random
import tempfile
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safeguarding.spreadsheet import Sheet, as_csv, as_xlsx, safe_cell
from tests.workbooks import sheets

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")


@settings(max_examples=10_000)
@given(
    st.one_of(
        st.text(max_size=20), st.builds("".join, st.lists(st.sampled_from([*STARTS, " ", "1", "A1"]), max_size=5))
    )
)
@example(" =1+1")
@example("\u00a0=1+1")
def test_no_cell_starts_a_formula(text):
    assert not safe_cell(text).lstrip(" \u00a0").startswith(STARTS)


@pytest.mark.parametrize("text", ["Rowan", "O’Brien", "5B", "1-2", "", "ann@example.org", "07700 900001"])
def test_what_is_no_formula_is_left_alone(text):
    assert safe_cell(text) == text


def test_nothing_is_an_empty_cell_and_numbers_are_text():
    assert (safe_cell(None), safe_cell(12)) == ("", "12")


def test_a_table_is_read_back_as_it_was_apart_from_its_formulas():
    content = as_csv(("Row", "=Child"), [(1, "Zoë, “Zo”"), (2, "=1+1"), (3, "a\nb")])
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["Row", "'=Child"],
        ["1", "Zoë, “Zo”"],
        ["2", "'=1+1"],
        ["3", "a\nb"],
    ]


def test_what_a_program_may_cut_a_row_at_stands_in_quotes():
    """LibreOffice cuts at a comma, a semicolon and a tab, unless it is told otherwise."""
    text = 'Flat 2;=1+1\t=2|=3, "=4"'
    content = as_csv(("Where", "What"), [(text, "a;=1"), ("5 B", None)]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content))) == [["Where", "What"], [text, "a;=1"], ["5 B", ""]]
    assert content == f'Where,What\r\n"{text.replace(chr(34), chr(34) * 2)}","a;=1"\r\n5 B,\r\n'


def test_no_cell_of_ten_thousand_starts_a_formula_in_either_format():
    chance = random.Random(27)
    parts = (*STARTS, " ", "\u00a0", "1", "A1", "SUM(", ")", "|", ";", ",", '"', "'", "<f>", "cmd")
    rows = [["".join(chance.choices(parts, k=chance.randint(1, 6))) for _ in range(4)] for _ in range(2_500)]
    read_back = list(csv.reader(io.StringIO(as_csv("abcd", rows).decode("utf-8-sig"), newline="")))[1:]
    assert [len(row) for row in read_back] == [4] * 2_500
    assert [cell for row in read_back for cell in row if cell.lstrip(" \u00a0").startswith(STARTS)] == []
    # `sheets` fails on a formula; what is a text there runs nothing, however it begins.
    assert all(isinstance(cell, str) for row in sheets(as_xlsx([Sheet("A", "abcd", rows)]))["A"] for cell in row)


# --- workbooks


MARK_UP = '<r><t>x</t></r></is></c><c r="B9"><f>1+1</f></c><c><is><r></r>'


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "@SUM(A1)",
        "+44 7700 900001",
        "\x07 bell and \x0b tab",
        "_x0041_",
        "👩🏽‍🏫 and 🙂",
        " first and last ",
        "two\nlines",
        "http://example.org",
        "0042",
        MARK_UP,
        "t" * 120,
    ],
)
def test_a_text_comes_out_of_a_workbook_as_it_was(text):
    found = sheets(as_xlsx([Sheet("Concerns", ("Title", "Next"), [(text, "end")])]))
    assert found == {"Concerns": [["Title", "Next"], [text, "end"]]}


def test_what_xml_cannot_say_is_replaced_and_breaks_nothing():
    [_, [cell]] = sheets(as_xlsx([Sheet("A", ("Text",), [("a\ud800b\uffff",)])]))["A"]
    assert cell == "a\ufffdb\ufffd"


@pytest.mark.parametrize("text", ["w" * 33_000, "ab " * 11_000 + "🙂", "🙂" * 17_000])
def test_a_text_that_is_too_long_for_a_cell_says_where_all_of_it_stands(text):
    found = sheets(as_xlsx([Sheet("Concerns", ("Number", "Title"), [(1, "short"), (2, text)])]))
    cell = found["Concerns"][2][1]
    assert cell.startswith(text[:16_000]) and "This text is longer than a cell may be" in cell
    assert "sheet “Long texts”, from row 2." in cell
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767
    _, *parts = found["Long texts"]
    assert [part[:4] for part in parts] == [["Concerns", 3.0, "Title", number] for number in range(1, len(parts) + 1)]
    assert "".join(part[4] for part in parts) == text


def test_numbers_are_numbers_and_days_are_days():
    row = (12, Decimal("12.5"), True, None, date(2026, 11, 24), datetime(2026, 11, 24, 9, 30, tzinfo=UTC), 10**17)
    content = as_xlsx([Sheet("A", tuple("abcdefg"), [row, (date(1066, 10, 14),)])])
    [_, cells, [old]] = sheets(content)["A"]
    assert cells == [12, 12.5, "Yes", None, 46350, pytest.approx(46350 + 9.5 / 24, abs=1e-9), str(10**17)]
    assert old == "1066-10-14"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"d mmm yyyy" in book.read("xl/styles.xml")


def test_names_of_sheets_are_names_that_programs_take():
    titles = ("Where/when: [all]", "x" * 40, "X" * 40, "", "History", "'quoted'")
    names = list(sheets(as_xlsx([Sheet(title, ("A",), []) for title in titles])))
    assert names[0].startswith("Where when") and names[5] == "quoted"
    assert len({name.lower() for name in names}) == len(titles)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_nothing_of_a_workbook_is_written_to_a_disk(monkeypatch):
    sheet = Sheet("A", ("Text",), [("words",)] * 3000)
    as_xlsx([sheet])

    def refused(*args, **kwargs):
        raise AssertionError(f"opens {args}")

    for where, name in ((builtins, "open"), (io, "open"), (os, "open"), (tempfile, "mkstemp")):
        monkeypatch.setattr(where, name, refused)
    content = as_xlsx([sheet])
    monkeypatch.undo()
    assert len(sheets(content)["A"]) == 3001


def test_more_rows_than_a_sheet_has_are_refused_and_not_left_out():
    page = Sheet("A", ("Text",), [("a",) * 16_385])
    with pytest.raises(ValueError, match="more rows or columns"):
        as_xlsx([page])
