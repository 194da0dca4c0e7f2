"""How are words looked for in a text, and what of the text is shown?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.concerns.services.passages import PASSAGES, composed, passages_in, pattern_of, plain, terms_of


def found_in(text, words):
    """The parts of the passages of one text in which `words` stand, or none."""
    return [p.parts for p in passages_in([("Note", text, plain(text))], [pattern_of(term) for term in terms_of(words)])]


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("toast coat", ["toast", "coat"]),
        ('"left arm" bruise', ["left arm", "bruise"]),
        ("“Left   Arm”", ["left arm"]),
        ("Élodie’s", ["elodie's"]),
        ('a I "', []),
        ("toast. (coat) 'arm' hat?", ["toast", "coat", "arm", "hat"]),
        ('"toast." it´s', ["toast.", "it's"]),
        ("की", ["की"]),
        ("🌊", []),
        ("toast TOAST", ["toast"]),
        ('"unclosed phrase', ["unclosed", "phrase"]),
        (" ".join(f"word{n}" for n in range(20)), [f"word{n}" for n in range(8)]),
    ],
)
def test_words_and_phrases_are_told_apart(words, terms):
    assert terms_of(words) == terms


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Asked for toast.", "toast", ["toast"]),
        ("Bruising on the arm", "bruis", ["Bruis"]),
        ("Élodie was late", "elodie", ["Élodie"]),
        ("Cafe\u0301 at noon", "café", ["Café"]),
        ("It’s his mum’s", "mum's", ["mum’s"]),
        ("left\n arm", '"left arm"', ["left\n arm"]),
        ("toast", "toa toast", ["toast"]),
        ("Ølund and Łuk", "olund luk", ["Ølund", "Łuk"]),
    ],
)
def test_a_word_is_found_at_its_beginning_whatever_its_accents_and_capitals(text, words, marked):
    [parts] = found_in(text, words)
    assert [part for part, is_found in parts if is_found] == marked


@pytest.mark.parametrize(
    ("text", "words"),
    [("Untoasted", "toast"), ("left, then arm", '"left arm"'), ("toast", "toast coat"), ("", "toast"), ("İ", "toast")],
)
def test_a_word_that_does_not_stand_there_is_not_found(text, words):
    assert found_in(text, words) == []


def test_every_word_may_stand_in_another_text_of_the_same_concern():
    looked_for = [pattern_of(term) for term in ("toast", "coat")]
    said = [("Account", "Asked for toast."), ("Note", "No coat."), ("Note", "Nothing.")]
    texts = [(where, text, plain(text)) for where, text in said]
    assert [p.where for p in passages_in(texts, looked_for)] == ["Account", "Note"]
    assert passages_in(texts[:1], looked_for) == []
    assert len(passages_in(texts * 5, looked_for)) == PASSAGES


def test_of_a_long_text_the_part_around_the_word_is_shown_cut_between_words():
    [parts] = found_in("before " * 60 + "toast " + "after " * 60, "toast")
    shown = "".join(part for part, _ in parts)
    assert shown.startswith("… before ")
    assert shown.endswith("after …")
    assert len(shown) < 200


def test_of_a_long_text_without_spaces_no_more_is_shown():
    [parts] = found_in("ß" * 5000 + "\ntoast" + "x" * 5000, "toast")
    assert len("".join(part for part, _ in parts)) < 200


@given(st.text())
def test_a_place_in_the_plain_text_is_the_same_place_in_the_text(text):
    assert len(plain(text)) == len(composed(text))


@given(st.text(alphabet="abcé \n’Z", max_size=400), st.text(alphabet="abcz", min_size=2, max_size=3))
def test_what_is_shown_stands_so_in_the_text(text, word):
    for parts in found_in(text, word):
        shown = "".join(part for part, _ in parts).removeprefix("… ").removesuffix(" …")
        assert shown in text
        assert all(plain(part).startswith(word) for part, is_found in parts if is_found)
