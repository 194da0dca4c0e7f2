"""Does a spreadsheet run anything that Harbour hands it? Ten thousand cells say no."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safeguarding.spreadsheet import as_csv, safe_cell

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
