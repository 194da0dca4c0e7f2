"""Is somebody found wherever they stand, in texts and on pages, and nobody once they were taken out?

What is found of how people write is in `tests/data/names.csv`.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from children.names.find import Finder, Hit
from children.names.forms import Person
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
TOM = Person("tom", "Tom", "Ashdown")


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
