"""Does a document stand whole on the page of who decides on it, and does each tick mean what stands beside it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from children import mentions
from sharing.requests import redacting, sentences
from sharing.requests.redacting.marks import (
    Area,
    Box,
    Decision,
    Deed,
    Document,
    DrawnPage,
    Marks,
    Range,
    Span,
    TextBlock,
    Word,
)
from tests.hard_texts import Hard
from tests.patterns import costs_more

MARK = mentions.marker("k7f3q2m9xd")
TEXTS = st.lists(
    st.sampled_from(["He came late. ", "“Why?” ", "\n", MARK, "🙂", " ", "a", "No! ", "e.g. "]), max_size=12
).map("".join)
PAGE = DrawnPage(1, (Word("Ann", Area(0, 0, 9, 9)), Word("Lee", Area(10, 0, 19, 9)), Word("rang", Area(0, 20, 9, 29))))


@given(TEXTS, st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=4))
def test_its_sentences_are_the_text_in_pieces_and_no_mention_is_cut(text, places):
    inside = [(a, b) for a, b in places if a < b <= len(text)]
    spans = [Span("t", a, b, "p") for a, b in inside[:2]]
    ranges = [Range("t", a, b, Decision(Deed.OUT, reason="x")) for a, b in inside[2:]]
    marks = Marks(ranges, spans, {}, frozenset())
    [block] = sentences.shown_blocks(Document((TextBlock("t", "Note", text),), ()), marks, {"p": 1})
    pieces = [piece for sentence in block.sentences for piece in sentence.pieces]
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.is_mention] == [MARK] * text.count(MARK)
    for sentence in block.sentences:
        number, start, end = map(int, sentence.value.split(":"))
        assert (number, text[start:end]) == (0, "".join(piece.text for piece in sentence.pieces))
    for piece in pieces:
        assert piece.state == sentences.OUT or not any(r.start <= piece.start < r.end for r in ranges)


def many_names(text):
    """A document that names one adult in each line, and all of these places."""
    spans = [Span("t", at, at + 3, "p") for at in range(0, len(text) - 8, 8)]
    return Document((TextBlock("t", "Note", text),)), spans


@pytest.mark.parametrize("again", ["Ann ran\n", "Ann ran "])
def test_marks_of_a_long_text_are_shown_in_line_with_its_length(again):
    def shown(text):
        document, spans = many_names(text)
        sentences.shown_blocks(document, Marks((), spans, {"p": Decision(Deed.OUT, reason="x")}), {"p": 1})

    assert not costs_more(shown, Hard("", again), enough=5)


@pytest.mark.parametrize(
    "area_of",
    [
        lambda n: Area(n % 100 * 10, n // 100 % 100 * 10, n % 100 * 10 + 9, n // 100 % 100 * 10 + 9),
        lambda n: Area(n % 900, n // 900, n % 900 + 100, n // 900 + 900),
        lambda n: Area(0, 0, 1000, 1000),
    ],
    ids=["beside each other", "over each other", "one over all"],
)
def test_words_of_a_page_are_shown_and_released_in_line_with_their_number(area_of):
    def read(text):
        words = tuple(Word("Ann", area_of(n)) for n in range(len(text) // 8))
        document = Document((), (DrawnPage(1, words),))
        boxes = [Box(1, word.area, "p") for word in words]
        marks = Marks((), boxes, {"p": Decision(Deed.OUT, reason="x")})
        assert {one.state for one in sentences.shown_words(document.pages[0], marks)} == {sentences.OUT}
        assert not redacting.release(document, marks).pages[0].words
        assert redacting.withheld(document, marks)
        assert len(redacting.release(document, Marks((), boxes)).open) == len(words)

    assert not costs_more(read, Hard("", "Ann ran "), enough=10)


def test_words_are_looked_for_on_a_page_in_line_with_their_number():
    def looked(text):
        page = DrawnPage(1, tuple(Word("Ann", Area(0, 0, 9, 9)) for _ in range(len(text) // 4)))
        assert len(sentences.hits_of(Document((), (page,)), "ann")) == min(len(page.words), sentences.MOST_HITS)

    assert not costs_more(looked, Hard("", "Ann "), enough=5)


def test_a_page_with_several_sentences_is_ticked_one_by_one():
    text = "He came late. “Why?” Nobody knew.\nShe rang."
    assert [text[a:b] for a, b in sentences.sentences_of(text)] == [
        "He came late. ",
        "“Why?” ",
        "Nobody knew.\n",
        "She rang.",
    ]


def test_words_that_follow_each_other_in_a_line_are_one_rectangle():
    assert sentences.areas_of(PAGE, [0, 1]) == [Area(0, 0, 19, 9)]
    assert sentences.areas_of(PAGE, [1, 2]) == [Area(10, 0, 19, 9), Area(0, 20, 9, 29)]
    assert sentences.areas_of(PAGE, [2, 0]) == [Area(0, 0, 9, 9), Area(0, 20, 9, 29)]


def test_typed_words_are_found_whole_in_any_case_and_over_line_ends():
    document = Document((TextBlock("t", "Note", "ann\nLEE came to Annual Lee."),), (PAGE,))
    assert [hit.value for hit in sentences.hits_of(document, "Ann  Lee")] == ["at:0:0:7", "words:1:0:1"]
    assert sentences.hits_of(document, "(.*") == sentences.hits_of(document, " ") == []
