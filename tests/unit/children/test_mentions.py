"""Does a mention come back from a form as it went, whatever stands around it, and never as a name?"""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from children import mentions

pseudonyms = st.text(mentions.ALPHABET, min_size=mentions.LENGTH, max_size=mentions.LENGTH)
# Anything people write: emoji, right to left, apostrophes, brackets, ats, lines.
words = st.text(max_size=60) | st.sampled_from(
    ["@", "@[", "]", "’s ", "שלום", "👩‍👧", "O’Brien", "\n\n", "@home", "@[Rowan x]"]
)
names = st.text(min_size=1, max_size=60).filter(lambda name: mentions.plain(name) != "")
A, B = "k7f3q2m9xd", "bcdfghjkmn"


@given(st.lists(st.tuples(words, pseudonyms, names), max_size=6), words)
def test_what_a_form_shows_comes_back_as_it_was_kept(pieces, tail):
    kept = "".join(text + mentions.marker(pseudonym) for text, pseudonym, _ in pieces) + tail
    called = {pseudonym: name for _, pseudonym, name in pieces}
    shown = mentions.labelled(kept, lambda one: called.get(one, "another child (Year 4)"))
    assert mentions.bare(shown) == mentions.bare(kept)
    assert mentions.mentioned(shown) == mentions.mentioned(kept) >= set(called)


@given(words, pseudonyms, names)
def test_a_page_says_the_same_as_the_text_and_nothing_is_left_of_the_marker(text, pseudonym, name):
    kept = f"{text} {mentions.marker(pseudonym)}"
    as_text = mentions.told(kept, lambda one: name)
    assert mentions.told_page(escape(kept), lambda one: name, lambda one: name) == escape(as_text)
    assert pseudonym not in mentions.told(mentions.marker(pseudonym), lambda one: "another child")


@given(st.text().filter(lambda text: "@[" not in text))
def test_a_text_without_a_mention_is_never_touched(text):
    assert mentions.bare(text) == mentions.told(text, str.upper) == mentions.labelled(text, str.upper) == text


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (
            f"<p>@[{A}] ran. @[{A}] fell, and @[{A}] cried.</p>",
            "<p>Another child ran. Another child fell, and another child cried.</p>",
        ),
        (f"<p>“@[{A}]” it said</p>", "<p>“Another child” it said</p>"),
        (
            f'<textarea name="facts">\nWith @[{A}]</textarea>',
            f'<textarea name="facts">\nWith @[O&#x27;Brien {A}]</textarea>',
        ),
        (
            f'<input value="@[{A}]"><b title="of @[{A}]">',
            f'<input value="@[O&#x27;Brien {A}]"><b title="of another child">',
        ),
        (f"<td>He saw @[O&#x27;Brien {A}] run</td>", "<td>He saw another child run</td>"),
        ("<td>He saw @[k7f3…</td>", "<td>He saw another child…</td>"),
        (f"<td>@[{A.upper()}] and me@[{A[:9]}] stay</td>", f"<td>@[{A.upper()}] and me@[{A[:9]}] stay</td>"),
    ],
)
def test_a_page_tells_each_mention_where_it_stands(page, says):
    assert mentions.told_page(page, lambda one: "another child", lambda one: "O'Brien") == says


def test_names_are_escaped_and_do_not_turn_the_line():
    assert mentions.told_page(f"with @[{A}]", lambda one: "<b>Bo", str) == "with &lt;b&gt;Bo"
    assert mentions.told(f"with @[{A}] there", lambda one: "נועה כהן") == "with \u2068נועה כהן\u2069 there"
    assert mentions.label("Bo [Year 4]\n<x>", B) == f"@[Bo Year 4 x {B}]"


def test_a_pseudonym_is_of_chance_and_no_word():
    made = {mentions.new_pseudonym() for _ in range(500)}
    assert len(made) == 500
    assert all(mentions.is_pseudonym(one) and not set(one) & set("aeiou") for one in made)
    assert not any(map(mentions.is_pseudonym, ["rowan", "k7f3q2m9x", "k7f3q2m9xdd", ""]))
