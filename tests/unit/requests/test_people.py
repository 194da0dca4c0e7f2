"""Is somebody found in every form that people write, and nobody else?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from children.names.find import Finder, Hit
from children.names.forms import Person
from children.names.normalise import plain, squeezed, view_of
from sharing.requests.redacting import release
from sharing.requests.redacting.marks import (
    Area,
    Box,
    Decision,
    Deed,
    Document,
    DrawnPage,
    Marks,
    Span,
    TextBlock,
    Word,
)
from sharing.requests.services.matching import text_of
from tests.integration.requests.bundles import found_in

DENISE = Person("denise", "Denise", "Pope", known_forename="Dee", others=("Nan P", "Denise Hart"))
SMITH = Person("smith", "Ann", "Smith-Jones")
ROWAN = Person("rowan", "Rowan", "Ashdown", pseudonym="k7f3q2m9xd")
TOM = Person("tom", "Tom", "Ashdown")
HOME = Person("home", phrases=("14 Example Close, Testham", "AB1 2CD"))


def words(text, *people, shared=()):
    return [(hit.person, hit.words) for hit in Finder(people, shared).hits(text)]


@pytest.mark.parametrize(
    "written",
    [
        "Denise Pope",
        "denise pope",
        "DENISE POPE",
        "Denise",
        "Pope",
        "POPE",
        "Dee Pope",
        "Dee",
        "D.P.",
        "DP",
        "D P",
        "D. Pope",
        "D Pope",
        "Denise P.",
        "Pope, Denise",
        "Denise\u00a0Pope",
        "Den\u00adise",
        "De\u200bnise",
        "Den-\nise",
        "Den\u2010\r\n ise",
        "Den\ufffe\nise",
        "Den\nise",
        "D\nen\nise",
        "Denise\nPope",
        "D e n i s e P o p e",
        "Popes",
        "Nan P",
        "Hart",
        "Denise Hart",
        "Dènise",
        "Ｄｅｎｉｓｅ",
    ],
)
def test_a_form_of_a_name_is_found_whole(written):
    text = f"Then {written} came."
    [(person, found)] = words(text, DENISE)
    assert person == "denise"
    # A full stop behind initials may stay.
    assert found.rstrip(".") == written.rstrip(".")


@pytest.mark.parametrize("behind", ["'s", "’s", "’", "'S", ":", ")", "!", "…"])
def test_what_belongs_to_somebody_is_found(behind):
    assert words(f"(Denise Pope{behind} flat", DENISE) == [("denise", "Denise Pope")]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("denise_pope_letter.pdf", "denise_pope"),
        ("2026-05-04_POPE.docx", "POPE"),
        ("DenisePope.docx", "DenisePope"),
        ("letterDenisePope2.docx", "DenisePope"),
        ("dpope@example.org", "dpope"),
        ("denise.pope@example.org", "denise.pope"),
        ("popeD.jpg", "popeD"),
    ],
)
def test_names_of_files_and_addresses_of_mail_are_taken_apart(name, found):
    assert words(f"See {name} there", DENISE) == [("denise", found)]


def test_what_only_looks_like_a_name_is_not_found():
    assert words("The popery of pope hats, deniseish, a dp and hartless Popery", DENISE) == []
    assert words("He will go in may", Person("may", "May", "Will")) == []
    assert words("He will_may.pdf", Person("may", "May", "Will")) == [("may", "will_may")]


def test_a_name_that_a_line_end_divides_is_found_between_other_line_ends():
    assert words("he was called\nPo\npe\nby his\nfriends", DENISE) == [("denise", "Po\npe")]
    assert words("hippo\nPo\npery", DENISE) == []


def test_double_names_are_found_by_halves_and_over_line_ends():
    for written in ("Smith-Jones", "Smith Jones", "Smith-\nJones", "Smith", "Jones", "Smith\u2011Jones", "SMITH-JONES"):
        assert [found for _, found in words(f"Mrs {written} rang", SMITH)] == [written]


def test_an_apostrophe_may_be_missing_or_of_any_kind():
    for written in ("O’Neill", "O'Neill", "ONeill", "O Neill", "Hugo O`Neill", "O'NEILL"):
        assert [found for _, found in words(f"Mr {written} rang", Person("hugo", "Hugo", "O’Neill"))] == [written]


def test_a_form_that_another_shares_is_nobodys():
    text = "Tom and Rowan Ashdown, T. Ashdown, R. Ashdown, the Ashdowns, ashdown_tom.pdf"
    assert words(text, TOM, shared=[ROWAN]) == [("tom", "Tom"), ("tom", "T. Ashdown"), ("tom", "ashdown_tom")]
    assert [found for _, found in words("The Ashdowns came, all Ashdown.", TOM)] == ["Ashdowns", "Ashdown"]


def test_a_mention_is_found_as_the_child_whom_it_means():
    text = "With @[k7f3q2m9xd] and @[wwwwwwwwww]."
    assert words(text, ROWAN, TOM) == [("rowan", "@[k7f3q2m9xd]")]


def test_an_address_is_found_however_it_is_broken():
    for written in ("14 Example Close, Testham", "14 example close Testham", "14 Example\nClose,\nTestham", "ab12cd"):
        assert words(f"They live at {written} now", HOME) == [("home", written)]
    assert words("Close to 14 Example Road, Testham", HOME) == []


def test_a_person_without_a_name_is_found_nowhere():
    nobody = Person("nobody", surname="-", others=("", " "), phrases=(" , ",))
    assert words("Somebody - and nobody, here.\nAnd there", nobody) == []


def test_people_are_found_in_texts_and_in_the_words_of_pages():
    page = DrawnPage(
        3,
        (
            Word("Mrs", Area(100, 100, 140, 120)),
            Word("Den-", Area(150, 100, 200, 120)),
            Word("ise", Area(100, 130, 130, 150)),
            Word("Pope's", Area(140, 130, 200, 150)),
            Word("flat", Area(210, 130, 250, 150)),
        ),
    )
    document = Document((TextBlock("b1", "Note", "Denise rang"),), (page,))
    assert text_of(page) == ("Mrs Den-\nise Pope's flat", [0, 4, 9, 13, 20])
    found = found_in(document, Finder([DENISE]))
    assert found == [
        Span("b1", 0, 6, "denise"),
        *(Box(3, word.area, "denise") for word in page.words[1:4]),
    ]
    released = release(document, Marks(found=found, decisions={"denise": Decision(Deed.OUT)}))
    assert released.pages[0].words == ("Mrs", "flat")
    assert [run.text for run in released.blocks[0].runs if not run.is_cut] == [" rang"]


def test_letters_are_levelled_and_capitals_stay():
    assert plain("Ångström’s ﬁne—œuvre\u200b") == "Angstrom's fine-oeuvre"
    assert squeezed("D. O’Brien-Å") == "dobriena"
    assert view_of("two-  \r\n  lines\nand\ufffethree").plain == "two-\nlines\nand-\nthree"


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=30),
    st.sampled_from(["Denise Pope", "D. Pope", "Pope", "denise pope", "Den-\nise", "denise_pope.pdf"]),
    st.text(max_size=30),
)
def test_somebody_is_found_in_the_middle_of_anything(before, name, behind):
    text = f"{before} ({name}) {behind}"
    inside = range(len(before) + 2, len(before) + 2 + len(name))
    hits = Finder([DENISE]).hits(text)
    assert any(hit.start < inside.stop and inside.start < hit.end for hit in hits)
    assert all(isinstance(hit, Hit) and 0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(text[hit.start : hit.end] == hit.words for hit in hits)


NAMES = "Denise Pope|DENISE|D. Pope|d pope|Den-\nise|Po\npe|denise_pope.pdf|Dee|Rowan Ashdown|the Popes|Pope, Denise|DP"
AROUND = "Hart|Tom|T. Ashdown|@[k7f3q2m9xd]| and |\n|, |-|’s|P|saw\n"
WRITTEN = st.one_of(st.text(max_size=8), st.sampled_from([*NAMES.split("|"), *AROUND.split("|")]))


@settings(max_examples=300, deadline=None)
@given(st.lists(WRITTEN, max_size=8).map(" ".join))
def test_once_everybody_is_out_nobody_is_found(text):
    finder = Finder([DENISE, TOM], [Person("rowan", "Rowan", "Ashdown")])
    document = Document((TextBlock("b1", "Note", text),))
    decisions = {"denise": Decision(Deed.REPLACE, "a neighbour"), "tom": Decision(Deed.OUT)}
    released = release(document, Marks(found=found_in(document, finder), decisions=decisions))
    assert finder.hits("".join(f"[{run.text}]" if run.is_cut else run.text for run in released.blocks[0].runs)) == []
