"""Is nothing released that was taken out, and everything else, in its order?"""

import itertools
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from children.mentions import MARK
from safeguarding.exceptions import BadInput
from sharing.requests.redacting import release, told, withheld
from sharing.requests.redacting.areas import Areas, each
from sharing.requests.redacting.marks import (
    TAKEN_OUT,
    Area,
    Box,
    Decision,
    Deed,
    Document,
    DrawnPage,
    Marks,
    Range,
    Rectangle,
    Run,
    Span,
    TextBlock,
    Word,
    document_of,
)

OUT = Decision(Deed.OUT, reason="third party")
NEIGHBOUR = Decision(Deed.REPLACE, "a neighbour", "third party")
KEEP = Decision(Deed.KEEP)
NOTE = "Denise Pope, a neighbour, rang. @[k7f3q2m9xd] was there, and Marcus Bell too."


def note(text=NOTE):
    return Document((TextBlock("b1", "What happened", text),))


def where(words, text=NOTE):
    return text.index(words), text.index(words) + len(words)


def marked(words, decision, text=NOTE):
    return Range("b1", *where(words, text), decision)


def named(words, person, text=NOTE):
    return Span("b1", *where(words, text), person)


def runs(marks, document=None):
    return release(document or note(), marks).blocks[0].runs


def said(marks, document=None):
    return "".join(f"[{run.text}]" if run.is_cut else run.text for run in runs(marks, document))


def test_what_is_taken_out_goes_and_what_is_replaced_says_what_stands_there():
    marks = Marks([marked("Denise Pope", NEIGHBOUR), marked(" too", OUT)])
    assert said(marks) == "[a neighbour], a neighbour, rang. @[k7f3q2m9xd] was there, and Marcus Bell[taken out]."
    assert runs(marks)[0] == Run("a neighbour", True, ("third party",))
    assert withheld(note(), marks) == ["Denise Pope", "too"]


def test_a_decision_on_a_person_holds_wherever_they_were_found_unless_a_range_differs():
    text = "Denise rang. Denise came."
    found = [Span("b1", 0, 6, "p"), Span("b1", 13, 19, "p")]
    decided = Marks(found=found, decisions={"p": OUT})
    assert said(decided, note(text)) == "[taken out] rang. [taken out] came."
    kept_once = replace(decided, by_hand=[Range("b1", 13, 19, KEEP)])
    assert said(kept_once, note(text)) == "[taken out] rang. Denise came."


def test_taken_out_beats_kept_and_replaced():
    both = [marked("Denise Pope, a neighbour", KEEP), marked("Pope", OUT)]
    assert said(Marks(both)).startswith("Denise [taken out], a neighbour")
    assert said(Marks([*both, marked("Denise Pope", NEIGHBOUR)])).startswith("[a neighbour][taken out], a")
    found = [named("Marcus Bell", "kept"), named("Bell", "out")]
    people = Marks(found=found, decisions={"kept": KEEP, "out": OUT})
    assert "and Marcus [taken out] too" in said(people)


def test_somebody_found_is_open_until_a_person_or_a_range_decides():
    found = [named("Denise Pope", "p"), named("Marcus Bell", "q")]
    assert release(note(), Marks(found=found)).open == tuple(found)
    assert release(note(), Marks(found=found, decisions={"p": OUT})).open == (found[1],)
    by_hand = [marked("Marcus Bell", KEEP)]
    assert release(note(), Marks(by_hand, found, {"p": OUT})).open == ()
    half = [marked("Marcus", KEEP)]
    assert release(note(), Marks(half, found, {"p": OUT})).open == (found[1],)


def test_what_another_person_keeps_is_still_open():
    found = [named("Marcus Bell", "kept"), named("Bell", "undecided")]
    assert release(note(), Marks(found=found, decisions={"kept": KEEP})).open == (found[1],)


def test_a_mention_is_taken_out_whole_and_kept_whole():
    mention = NOTE.index("@[")
    assert "[taken out] was there" in said(Marks([Range("b1", mention + 4, mention + 5, OUT)]))
    found = [Span("b1", mention, mention + 13, "child")]
    part_kept = Marks([Range("b1", mention, mention + 5, KEEP)], found, {"child": OUT})
    assert "[taken out] was there" in said(part_kept)
    whole_kept = Marks([Range("b1", mention, mention + 13, KEEP)], found, {"child": OUT})
    assert "@[k7f3q2m9xd] was there" in said(whole_kept)


def test_mentions_are_told_in_what_stays_and_are_no_passage_of_the_check():
    told_note = told(release(note(), Marks()), lambda pseudonym: f"child {pseudonym[:2]}")
    assert "Child k7 was there" in told_note.blocks[0].runs[0].text
    assert withheld(note(), Marks([marked("rang. @[k7f3q2m9xd] was", OUT)])) == ["rang.", "was"]


def test_a_text_without_marks_is_one_run():
    assert runs(Marks()) == (Run(NOTE),)
    assert runs(Marks(), note("")) == ()


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        (Range("b1", 0, len(NOTE) + 1, OUT), f"has {len(NOTE)} characters, and the mark goes to {len(NOTE) + 1}"),
        (Range("b1", -1, 3, OUT), "Nothing is marked"),
        (Range("b1", 3, 3, OUT), "Nothing is marked"),
        (Range("b9", 0, 3, OUT), "has no such text"),
        (Rectangle(4, Area(0, 0, 9, 9), OUT), "has no page 4"),
        (Rectangle(1, Area(0, 0, 1001, 9), OUT), "leads off page 1"),
        (Rectangle(1, Area(-1, 0, 10, 9), OUT), "leads off page 1"),
        (Rectangle(1, Area(5, 5, 5, 9), OUT), "has no size"),
        (Range("b1", 0, 3, Decision(Deed.REPLACE, " ")), "Say what stands instead"),
        (Range("b1", 0, 3, Decision(Deed.REPLACE, "x" * 81)), "at most 80 characters"),
        (Range("b1", 0, 3, Decision(Deed.REPLACE, "a\nb")), "plain words on one line"),
        (Range("b1", 0, 3, Decision(Deed.REPLACE, "@[k7f3q2m9xd]")), "without a mention"),
    ],
)
def test_a_mark_without_a_place_is_refused_in_a_sentence(mark, says):
    document = replace(note(), pages=(DrawnPage(1, ()),))
    with pytest.raises(BadInput, match=r"^[A-Z].*[.]$") as refused:
        release(document, Marks([mark]))
    assert says in refused.value.sentence
    with pytest.raises(BadInput):
        withheld(document, Marks([mark]))


def test_what_must_go_cannot_be_kept():
    home = Marks(found=[named("Denise Pope", "home")], must_go=frozenset({"home"}))
    assert release(note(), home).open == tuple(home.found)
    assert said(replace(home, decisions={"home": OUT})).startswith("[taken out], a neighbour")
    for kept in (
        replace(home, decisions={"home": KEEP}),
        replace(home, decisions={"home": OUT}, by_hand=[marked("Pope, a", KEEP)]),
    ):
        with pytest.raises(BadInput, match="confidential address"):
            release(note(), kept)
    assert said(replace(home, decisions={"home": OUT}, by_hand=[marked("a neighbour", KEEP)]))
    boxed = Marks(found=[Box(1, Area(100, 100, 200, 120), "home")], decisions={"home": OUT}, must_go=home.must_go)
    assert release(PAGE, boxed).pages[0].words == ("Pope", "rang", "twice")
    with pytest.raises(BadInput, match="confidential address"):
        release(PAGE, replace(boxed, by_hand=[Rectangle(1, Area(190, 90, 290, 130), KEEP)]))


def test_two_parts_of_one_name_are_refused():
    block = {"key": "b1", "label": "", "text": ""}
    with pytest.raises(BadInput, match="same name"):
        document_of({"blocks": [block, block], "pages": []})
    kept = {"blocks": [block], "pages": [{"n": 1, "words": [["Hello", 1, 2, 3, 4]]}]}
    assert document_of(kept).pages[0].words == (Word("Hello", Area(1, 2, 3, 4)),)


# A line of four words, and one below it.
PAGE = Document(
    pages=(
        DrawnPage(
            1,
            (
                Word("Denise", Area(100, 100, 200, 120)),
                Word("Pope", Area(210, 100, 280, 120)),
                Word("rang", Area(290, 100, 350, 120)),
                Word("twice", Area(100, 130, 180, 150)),
            ),
        ),
    )
)


def test_a_rectangle_takes_each_word_that_it_touches_and_grows_over_it():
    page = release(PAGE, Marks([Rectangle(1, Area(150, 105, 220, 125), OUT)])).pages[0]
    assert page.words == ("rang", "twice")
    assert {painted.area for painted in page.painted} == {
        Area(150, 105, 220, 125),
        Area(100, 100, 200, 120),
        Area(210, 100, 280, 120),
    }
    assert withheld(PAGE, Marks([Rectangle(1, Area(150, 105, 220, 125), OUT)])) == ["Denise Pope"]


def test_a_rectangle_between_words_takes_none_and_is_painted():
    page = release(PAGE, Marks([Rectangle(1, Area(400, 400, 500, 500), OUT)])).pages[0]
    assert len(page.words) == 4 and [painted.area for painted in page.painted] == [Area(400, 400, 500, 500)]


def test_boxes_of_a_person_go_by_the_decision_unless_a_rectangle_keeps_them():
    found = [Box(1, Area(100, 100, 200, 120), "p"), Box(1, Area(210, 100, 280, 120), "p")]
    assert release(PAGE, Marks(found=found)).open == tuple(found)
    assert release(PAGE, Marks(found=found, decisions={"p": OUT})).pages[0].words == ("rang", "twice")
    keeps = Rectangle(1, Area(90, 90, 205, 125), KEEP)
    kept = release(PAGE, Marks([keeps], found, {"p": NEIGHBOUR}))
    assert kept.pages[0].words == ("Denise", "rang", "twice")
    assert [painted.instead for painted in kept.pages[0].painted] == ["a neighbour"]
    assert release(PAGE, Marks([keeps], found)).open == (found[1],)
    beaten = release(PAGE, Marks([keeps, Rectangle(1, Area(100, 100, 110, 110), OUT)], found, {"p": KEEP}))
    assert beaten.pages[0].words == ("Pope", "rang", "twice")


def test_words_over_words_go_together():
    twice = Document(pages=(DrawnPage(1, (*PAGE.pages[0].words, Word("Denise", Area(101, 101, 201, 121)))),))
    page = release(twice, Marks([Rectangle(1, Area(100, 100, 101, 101), OUT)])).pages[0]
    assert page.words == ("Pope", "rang", "twice")


EDGES = st.integers(0, 6)
AREAS = st.lists(st.builds(Area, EDGES, EDGES, EDGES, EDGES), max_size=12)


@given(AREAS, st.builds(Area, EDGES, EDGES, EDGES, EDGES))
def test_areas_that_one_touches_are_found_as_if_each_was_compared(areas, one):
    there = Areas(areas)
    assert list(each(there.touching(one))) == [n for n, area in enumerate(areas) if one.touches(area)]
    assert list(each(there.holding(one))) == [n for n, area in enumerate(areas) if area.holds(one)]


CHUNKS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            "@[k7f3q2m9xd]",
            "@[wwwwwwwwww]",
            "@[k7f3",
            "q2m9xd]",
            "e\u0301\u0323",
            "\u0301",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f44d\U0001f3fe",
            "\U0001f1ec\U0001f1e7",
            "\u2764\ufe0f",
            "روان",
            "שרה",
            "مُحَمَّد",
            "\u202eabc\u202c",
            "\u2067x\u2069",
            "नमस्ते",
            "\r\n",
        ]
    ),
)
TEXTS = st.lists(CHUNKS, min_size=1, max_size=8).map("".join).filter(bool)
DECISIONS = st.one_of(
    st.builds(Decision, st.sampled_from([Deed.OUT, Deed.KEEP])),
    st.builds(Decision, st.just(Deed.REPLACE), st.sampled_from(["a neighbour", "Child B"])),
)


@st.composite
def documents(draw):
    """A text, ranges by hand, people found in it, and decisions on some of them."""
    text = draw(TEXTS)
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).filter(lambda two: two[0] < two[1])
    by_hand = [Range("b1", *draw(places), draw(DECISIONS)) for _ in range(draw(st.integers(0, 4)))]
    found = [Span("b1", *draw(places), draw(st.sampled_from("pqr"))) for _ in range(draw(st.integers(0, 4)))]
    return note(text), Marks(by_hand, found, draw(st.dictionaries(st.sampled_from("pq"), DECISIONS)))


def letters(text):
    """The text as people see its letters: a mention is one, a letter with its marks is one. As (start, end)."""
    ends = {0, len(text)}
    for place in range(1, len(text)):
        left, right = text[place - 1], text[place]
        joins = unicodedata.category(right)[0] == "M" or "\u200d" in (left, right) or right in "\U0001f3fe\U0001f3ff"
        joins = joins or right in {chr(0x1F3FB + n) for n in range(5)}
        joins = joins or all(0x1F1E6 <= ord(one) <= 0x1F1FF for one in (left, right))
        if not joins:
            ends.add(place)
    for mention in MARK.finditer(text):
        ends -= set(range(mention.start() + 1, mention.end()))
    points = sorted(ends)
    return list(itertools.pairwise(points))


def goes(letter, marks):
    """Asked of one letter alone, in the plainest way."""
    start, end = letter
    hand = [m.decision.deed for m in marks.by_hand if m.start < end and start < m.end]
    if {Deed.OUT, Deed.REPLACE} & set(hand):
        return True
    if any(m.decision.deed is Deed.KEEP and m.start <= start and end <= m.end for m in marks.by_hand):
        return False
    people = [marks.decisions.get(s.person, KEEP).deed for s in marks.found if s.start < end and start < s.end]
    return bool({Deed.OUT, Deed.REPLACE} & set(people))


@settings(max_examples=400, deadline=None)
@given(documents())
def test_no_character_that_was_taken_out_is_released_and_every_other_is_in_order(case):
    document, marks = case
    text = document.blocks[0].text
    released = runs(marks, document)
    stays = "".join(text[slice(*letter)] for letter in letters(text) if not goes(letter, marks))
    assert "".join(run.text for run in released if not run.is_cut) == stays
    assert {run.text for run in released if run.is_cut} <= {TAKEN_OUT, "a neighbour", "Child B"}
    assert any(run.is_cut for run in released) is any(goes(letter, marks) for letter in letters(text))
    assert release(document, marks).open == () or any(span.person not in marks.decisions for span in marks.found)


@settings(max_examples=200, deadline=None)
@given(documents())
def test_a_cut_stands_where_something_went_and_no_mention_is_cut(case):
    document, marks = case
    text = document.blocks[0].text
    kinds = [goes(letter, marks) for letter in letters(text)]
    pattern = [run.is_cut for run in runs(marks, document)]
    # Runs beside each other that both go have different words instead; none that stays follows one that stays.
    assert not any(not one and not two for one, two in itertools.pairwise(pattern))
    assert pattern[0] is kinds[0] and pattern[-1] is kinds[-1]
    around = [
        letter
        for m in MARK.finditer(text)
        for letter in letters(text)
        if letter[0] <= m.start() and m.end() <= letter[1]
    ]
    staying = [letter for letter in around if not goes(letter, marks)]
    assert sum(len(MARK.findall(run.text)) for run in runs(marks, document) if not run.is_cut) == len(staying)


WORDS = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 100), st.integers(1, 100)), max_size=8
).map(lambda some: tuple(Word(f"w{n}", Area(x, y, x + w, y + h)) for n, (x, y, w, h) in enumerate(some)))


@settings(max_examples=200, deadline=None)
@given(WORDS, st.lists(st.tuples(WORDS, DECISIONS), max_size=3))
def test_no_word_that_is_released_lies_under_anything_painted(words, drawn):
    document = Document(pages=(DrawnPage(1, words),))
    marks = [Rectangle(1, word.area, decision) for some, decision in drawn for word in some]
    page = release(document, Marks(marks)).pages[0]
    for mark in marks:
        if mark.decision.deed is not Deed.KEEP:
            assert any(painted.area == mark.area for painted in page.painted)
    released = {word for word in words if word.text in page.words}
    assert not any(painted.area.touches(word.area) for painted in page.painted for word in released)
    for word in set(words) - released:
        assert any(painted.area.holds(word.area) for painted in page.painted)
    assert [word.text for word in words if word in released] == list(page.words)
