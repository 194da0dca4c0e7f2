"""Does a text cost what its length costs, whatever pattern of Harbour reads it?"""

import re
from functools import cache

import pytest

from children.names.find import Finder
from children.names.forms import Person
from safeguarding.audit.seals.notes import notes_in
from sharing.requests.services.matching import _called_alike
from tests.hard_texts import Hard, hard_texts
from tests.patterns import Use, asking, costs_more, patterns_made_by, uses
from tests.worst_texts import MADE_BY, WORST

_uses = cache(uses)
NAMESAKES = Finder([Person("1", "Ann", "Hill"), Person("2", "Bob", "Ann")])


def patterns_of(use: Use, monkeypatch) -> list[re.Pattern]:
    return [use.pattern] if use.pattern else patterns_made_by(use, MADE_BY[use.place], monkeypatch)


def test_every_pattern_has_its_worst_text():
    places = {use.place for use in _uses()}
    made = {use.place for use in _uses() if use.pattern is None}
    assert sorted(places - WORST.keys()) == [], "add the worst text you know to tests/worst_texts.py"
    assert sorted(WORST.keys() - places) == [], "these patterns are gone: take their lines out of tests/worst_texts.py"
    assert made == MADE_BY.keys()


def test_worst_text_costs_what_its_length_costs(monkeypatch):
    slow = [
        f"{use.place} ({method})"
        for use in _uses()
        for pattern in patterns_of(use, monkeypatch)
        for method in use.methods
        if costs_more(asking(pattern, method), WORST[use.place])
    ]
    assert slow == []


def test_pattern_reads_its_own_letters_in_line_with_their_number(monkeypatch):
    slow = [
        f"{use.place} ({method}): {text}"
        for use in _uses()
        for pattern in patterns_of(use, monkeypatch)
        for text in hard_texts(pattern)
        for method in use.methods
        if costs_more(asking(pattern, method), text, screened=True)
    ]
    assert slow == []


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (notes_in, Hard("", "1\n")),
        (notes_in, Hard("", "a\n1\nb\n\n")),
        (notes_in, Hard("", "\n— a\n")),
        (notes_in, Hard("a\n1\nb\n", "c\n")),
        (lambda text: _called_alike(NAMESAKES.hits(text)), Hard("", "Ann, Ann Bob ")),
    ],
)
def test_text_is_read_in_line_with_its_length(read, text):
    # Not patterns alone: some of it is Python, letter by letter.
    assert not costs_more(read, text, enough=5)


@pytest.mark.parametrize(
    ("slow", "linear", "method", "text"),
    [
        (r"\s*\n", r"(?<!\s)[^\S\n]*+\n\s*+", "sub", Hard("", " ", "x")),
        (r'"(?:[^"\\]|\\.)*"', r'"(?:[^"\\]|\\.)*+"?+', "finditer", Hard('"', '\\"')),
        (r"9(?:\s*\d?)*", r"9(?:\s++\d?+|\d)*+", "fullmatch", Hard("9", " ", "x")),
    ],
)
def test_slow_pattern_is_noticed(slow, linear, method, text):
    assert costs_more(asking(re.compile(slow), method), text)
    assert not costs_more(asking(re.compile(linear), method), text)


def test_slow_pattern_is_noticed_by_its_own_letters():
    slow = re.compile(r"\d+(?:\s*,?\s*x)?")
    assert any(costs_more(asking(slow, "fullmatch"), text, screened=True) for text in hard_texts(slow))
