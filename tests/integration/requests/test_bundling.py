"""Does paper show what is released, say what is not, and hold nothing else?"""

from dataclasses import fields, replace

import pytest

from safeguarding.exceptions import OutOfTurn
from safeguarding.printing import joining, layout
from sharing.requests import bundling
from sharing.requests.bundling import Outcome, PaperItem, PaperPage, given, paragraphs, pieces, volumes, withheld_item
from sharing.requests.redacting import release, told
from sharing.requests.redacting.marks import Decision, Deed, Document, Marks, Range, Rectangle, Run, Span, TextBlock
from tests.integration.requests.bundles import FRAME, LAWS, page_of, picture_of
from tests.pdfs import Printed

OUT = Decision(Deed.OUT, reason="third party")
NEIGHBOUR = Decision(Deed.REPLACE, "a neighbour", "third party")
NOTE = Document((TextBlock("b1", "What <happened>", "Denise rang.\nTwice & late.\n\nThen @[k7f3q2m9xd] left."),))
CUT = Marks([Range("b1", 0, 6, NEIGHBOUR), Range("b1", 13, 18, OUT)])


def note(number=1, marks=CUT, document=NOTE):
    released = told(release(document, marks), lambda pseudonym: "Child B")
    return given(number, "Note of 11 September", "Written by a teaching assistant", released, {})


def printed(*items, frame=FRAME):
    made = [layout.make(piece.html, piece.pictures) for piece in pieces(frame, items, LAWS)]
    return Printed(joining.join(made))


def test_what_is_released_stands_on_paper_and_what_is_cut_in_brackets():
    text = printed(note()).text
    assert "[a neighbour] rang. [taken out] & late." in text
    assert "Then Child B left." in text and "What <happened>" in text
    assert "Denise" not in text and "Twice" not in text and "k7f3q2m9xd" not in text
    assert "SAR-2026-007, item 1" in text and "Given in part" in text


def test_paper_is_tagged_all_of_it_and_says_what_its_pictures_say():
    page = page_of(1, "A letter from Denise", "to the school")
    document = Document(pages=(page,))
    released = release(document, Marks([Rectangle(1, page.words[3].area, OUT)]))
    areas = [list(one.area) for one in released.pages[0].painted]
    item = given(2, "Letter", "Received 4 May 2026", released, {1: picture_of(page, areas)})
    made = printed(note(), item)
    assert made.unmarked() == []
    assert made.tags()["H1"] == 4 and made.tags()["Figure"] == 1 and made.tags()["Table"] == 2
    [figure] = [one for one in made.elements() if one.S == "/Figure"]
    assert str(figure.Alt) == "Page 1. Some of it was taken out. A letter from to the school"
    assert "Page 1: Painted over" in made.text
    assert made.beyond_the_margins() == ""


def test_a_page_without_words_says_so():
    assert bundling._says(PaperPage(3, b"", ())) == "Page 3. It has no words that can be read out."


def test_what_was_left_out_is_listed_by_place_and_law_without_a_word_of_it():
    whole = withheld_item(2, "Note of 12 September", ["third party"])
    left_out = printed(note(), whole).pages()[-1]
    assert "1 What <happened>: Taken out once; “a neighbour” stands instead, once Third party" in left_out
    assert "2 The whole item Third party: Data Protection Act 2018" in left_out
    assert "Nothing was left out." in printed(note(marks=Marks())).pages()[-1]


def test_the_index_says_of_each_item_how_much_is_given():
    index = printed(note(1), note(2, Marks()), withheld_item(3, "Minutes", ["third party"])).pages()[0]
    assert "1 Note of 11 September Given in part" in index
    assert "2 Note of 11 September Given in full" in index and "3 Minutes Not given" in index
    assert "Nothing was found." in printed().pages()[0]


def test_an_item_with_an_open_place_or_without_a_picture_is_not_printed():
    found = release(NOTE, Marks(found=[Span("b1", 0, 6, "denise")]))
    with pytest.raises(OutOfTurn, match="Item 4 has places that nobody has decided"):
        given(4, "Note", "", found, {})
    with pytest.raises(OutOfTurn, match="Page 1 of item 4 could not be drawn"):
        given(4, "Letter", "", release(Document(pages=(page_of(1, "a"),)), Marks()), {})


def test_nothing_that_is_handed_to_a_template_can_hold_what_was_taken_out():
    """The types of paper have no place for a document, its marks or what is withheld."""
    kinds = {str(one.type) for kind in (PaperItem, PaperPage) for one in fields(kind)}
    assert not [kind for kind in kinds if any(word in kind for word in ("Document", "Marks", "TextBlock", "Word"))]
    shown = "".join(piece.html for piece in pieces(FRAME, [note()], LAWS))
    assert "Denise" not in shown and "Twice" not in shown


def test_a_long_item_is_several_pieces_and_keeps_its_number():
    long = Document((TextBlock("b1", "Minutes", "\n\n".join(["A line of minutes"] * 2500)),))
    made = list(pieces(FRAME, [note(1), note(7, Marks(), long)], LAWS))
    of_it = [piece.html for piece in made if "Item 7: " in piece.html]
    assert len(of_it) == 3
    assert "continued" not in of_it[0] and all("Note of 11 September, continued" in html for html in of_it[1:])
    assert sum(html.count("A line of minutes") for html in of_it) == 2500


def test_pages_are_shared_out_by_number_and_by_bytes():
    pages = tuple(PaperPage(n, b"x" * 1000, ()) for n in range(1, 101))
    item = PaperItem(1, "Letter", "", Outcome.FULL, pages=pages)
    made = [piece for piece in pieces(FRAME, [item], LAWS) if piece.pictures]
    assert [len(piece.pictures) for piece in made] == [40, 40, 20]
    large = replace(item, pages=tuple(replace(page, picture=b"x" * 5 * 2**20) for page in pages[:5]))
    assert [len(piece.pictures) for piece in pieces(FRAME, [large], LAWS) if piece.pictures] == [2, 2, 1]


@pytest.mark.parametrize(
    ("sheets", "parts"),
    [
        ([], []),
        ([10], [[0]]),
        ([100, 50, 1], [[0, 1], [2]]),
        ([100, 51, 99], [[0], [1, 2]]),
        ([1, 400, 1], [[0], [1], [2]]),
    ],
)
def test_pieces_are_bound_in_order_and_none_is_divided(sheets, parts):
    assert [list(part) for part in volumes(sheets, [1] * len(sheets))] == parts
    assert [list(part) for part in volumes(sheets, [11 * 2**20] * len(sheets))] == [[n] for n in range(len(sheets))]


def test_paragraphs_are_those_of_the_text_and_a_cut_stands_inside_one():
    runs = [Run("One\n\nTwo "), Run("a neighbour", True), Run(" here\n\n\n"), Run("taken out", True), Run("\n\n")]
    assert ["".join(part.text for part in one.parts) for one in paragraphs(runs)] == [
        "One",
        "Two [a neighbour] here",
        "[taken out]",
    ]
    assert str(paragraphs([Run("a<b\nc")])[0].html) == "a&lt;b<br>c"


def test_what_stands_instead_does_not_turn_words_that_run_from_the_right():
    [paragraph] = paragraphs([Run("روان "), Run("a neighbour", True), Run(" هنا")])
    assert paragraph.direction == "rtl"
    assert paragraph.parts[1].text == "\u2068[a neighbour]\u2069"


def test_practice_says_that_nobody_in_it_is_real():
    assert "every person in this is invented" in printed(note(), frame=replace(FRAME, is_practice=True)).text
    assert "invented" not in printed(note()).text
