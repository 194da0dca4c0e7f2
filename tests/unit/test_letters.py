"""Is a text brought into a normal form at a cost that grows with its length, and every text of a language as before?"""

import ast
import unicodedata
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.letters import MOST_MARKS, normal
from safeguarding.packages import own_packages
from tests.hard_texts import Hard
from tests.patterns import costs_more

ROOT = Path(__file__).parent.parent.parent
FORMS = ("NFC", "NFD", "NFKC", "NFKD")
WRITTEN = ["e\u0301", "é", "ệ", "ש\u05c1\u05bc", "مُحَمَّد", "नमस्ते", "👩‍👧", "ｶﾞ", "…", "a", " ", "\u0344"]
MARKS = ["\u0300\u0327", "\u0327\u0300", "\u0344", "\u0f73\u0315", "\uff9e\u0301", "\u05bc\u05c1"]


def longest_run(text):
    runs = groupby(text, lambda letter: unicodedata.combining(letter) > 0)
    return max((len(list(run)) for is_mark, run in runs if is_mark), default=0)


@pytest.mark.parametrize("form", FORMS)
@given(st.lists(st.sampled_from(WRITTEN) | st.text(max_size=20), max_size=20).map("".join))
def test_text_of_a_language_is_brought_into_its_form_unchanged(form, text):
    assert normal(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("marks", MARKS)
def test_long_run_of_marks_is_parted_before_it_is_put_in_order(form, marks):
    text = normal(form, f"ệ{marks * 100}b")
    assert MOST_MARKS - 2 < longest_run(unicodedata.normalize("NFKD", text)) <= MOST_MARKS
    assert normal(form, text) == text
    parted = unicodedata.normalize(form, text.replace("\u034f", ""))
    assert parted == unicodedata.normalize(form, f"ệ{marks * 100}b")
    assert not costs_more(lambda long: normal(form, long), Hard("ệ", marks), enough=5)


def test_no_text_is_brought_into_a_form_past_the_one_place():
    found = [
        str(path.relative_to(ROOT))
        for package in own_packages()
        for path in (ROOT / package).rglob("*.py")
        if "unicodedata" in (text := path.read_text())
        and any(isinstance(node, ast.Attribute) and node.attr == "normalize" for node in ast.walk(ast.parse(text)))
    ]
    assert found == ["safeguarding/letters.py"]
