"""Whom does a text name? Mentions that are certain are kept as such, and of everything else its writer is asked."""

from datetime import date
from random import Random
from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from children import mentions
from children.models import Child
from children.services.picking import Pickable
from safeguarding.concerns.forms.apart import FileForm
from safeguarding.concerns.forms.deciding import ReopenForm
from safeguarding.concerns.forms.mention import LONGEST, Looking
from safeguarding.concerns.services.looking_over import look_over, with_choice
from safeguarding.concerns.services.pointing import pointed_out, swapped
from tests.hard_texts import Hard
from tests.patterns import costs_more

# The same ones each time: they stand in the names of the tests, and every process has to find the same tests.
_CHANCE = Random(11)


def pseudonym():
    return "".join(_CHANCE.choice(mentions.ALPHABET) for _ in range(mentions.LENGTH))


def child(forename, surname="", **facts):
    return Child(forename=forename, surname=surname, school_id=uuid4(), year_group=4, pseudonym=pseudonym(), **facts)


ROWAN = child("Rowan", "Ashdown")
RORY, OTHER_RORY = child("Rory", "Fallows", class_name="3A"), child("Rory", "Fallows", class_name="3B")
SIAN = child("Siân", "O’Brien-Şahin", known_forename="Shan")
NOAH, EVA = child("نوح", "حداد"), child("Eva", "Pennington")
CARDS = [ROWAN, RORY, OTHER_RORY, SIAN, NOAH, EVA, child("Zubin")]


def pickable(cards=CARDS):
    found = Pickable(SimpleNamespace(pk=uuid4()), uuid4(), date(2026, 11, 24))
    found.__dict__["cards"] = cards
    return found


def marker(card):
    return mentions.marker(card.pseudonym)


def looked(text, linked=(ROWAN,), **more):
    over = look_over(text, pickable(), linked=linked, **more)
    return over.stored, [(one.kind, one.said, list(one.choices)) for one in over.findings]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("@Rowan Ashdown ran.", f"{marker(ROWAN)} ran."),
        ("With (@eva pennington), then @Eva\nPennington’s coat", f"With ({marker(EVA)}), then {marker(EVA)}’s coat"),
        ("👩‍👧 @Sian OBrien Sahin and @Shan O'Brien-Şahin!", f"👩‍👧 {marker(SIAN)} and {marker(SIAN)}!"),
        ("مع @نوح حداد اليوم", f"مع {marker(NOAH)} اليوم"),
        (f"@{EVA.pseudonym} and @Zubin's bag", f"{marker(EVA)} and {marker(CARDS[-1])}'s bag"),
        (mentions.label("Eva Pennington", EVA.pseudonym) + marker(ROWAN), marker(EVA) + marker(ROWAN)),
    ],
)
def test_a_mention_that_is_certain_is_kept_without_a_name(typed, kept):
    assert looked(typed) == (kept, [])
    assert looked(kept) == (kept, [])


@pytest.mark.parametrize(
    "typed",
    ["", "mail eva@pennington.org or @ 3pm, @home, @@eva_x", "@Evan said", "Rowan Ashdown’s book, Rowan Ashdown", "PE"],
)
def test_what_names_nobody_else_is_left_as_it_is(typed):
    assert looked(typed, linked=[ROWAN, child("Pia", "Eaton")]) == (typed, [])


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("@Rory Fallows hit her", [("which", "@Rory Fallows", [RORY, OTHER_RORY])]),
        ("@Eva cried, @Eva left", [("which", "@Eva", [EVA])]),
        (
            "Eva Pennington fell, eva pennington’s knee",
            [("name", "Eva Pennington", [EVA]), ("name", "eva pennington", [EVA])],
        ),
        (
            "RA and R.A. and R. A. said",
            [("initials", "RA", [ROWAN]), ("initials", "R.A.", [ROWAN]), ("initials", "R. A.", [ROWAN])],
        ),
        ("Rory Fallows sang", [("name", "Rory Fallows", [RORY, OTHER_RORY])]),
        # Somebody typed another name into a mention, or mentions nobody whom they may.
        (mentions.label("Rowan Ashdown", EVA.pseudonym), [("label", "Rowan Ashdown", [EVA, ROWAN])]),
        (marker(child("Gone")), [("label", "another child", [])]),
    ],
)
def test_of_what_is_less_than_certain_the_writer_is_asked(typed, asked):
    kept, found = looked(typed)
    assert found == asked
    # Kept as it was written; what looks like a mention and is none names nobody.
    assert mentions.mentioned(kept) == set()
    assert kept == typed or found[0][0] == "label"


def test_what_stood_there_before_stays_whoever_it_is_and_a_choice_takes_the_place_of_words():
    hidden = child("Away")
    text = f"{mentions.label('another child (Year 4)', hidden.pseudonym)} and Eva Pennington, Eva Pennington"
    assert looked(text, known={hidden.pseudonym})[0].startswith(marker(hidden))
    over = look_over(text, pickable(), linked=[ROWAN], known={hidden.pseudonym})
    assert [len(one.spans) for one in over.findings] == [2]
    chosen = with_choice(text, over.findings[0], EVA)
    assert look_over(chosen, pickable(), linked=[ROWAN], known={hidden.pseudonym}).findings == []
    assert chosen.count(mentions.label("Eva Pennington", EVA.pseudonym)) == 2
    # A name that a linked child has too is taken for that child's.
    assert looked("Rory Fallows sang", linked=[OTHER_RORY]) == ("Rory Fallows sang", [])


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["@Eva ", "RA", "@[", "Eva Pennington", "]", "’s", "\n", "@"])).map("".join)
)
def test_whatever_is_typed_is_kept_and_looked_over_once_more_the_same(typed):
    over = look_over(typed, pickable(), linked=[ROWAN])
    again = look_over(over.stored, pickable(), linked=[ROWAN])
    assert again.stored == over.stored
    for one in over.findings:
        assert all(typed[start:end] == one.words for start, end in one.spans)
    named = {card.pseudonym: card.full_name for card in CARDS}
    if not over.findings and "’" not in typed:
        assert len(mentions.told(over.stored, named.__getitem__)) <= len(typed) + 20 * typed.count("@")


def test_a_thousand_children_and_a_long_text_are_looked_up_not_tried_one_by_one():
    cards = [child(f"Ada{n}", f"Lund{n}") for n in range(1000)]
    many = pickable(cards)
    over = look_over("They ran, and Ada7 Lund7 saw it. " * 600 + "@Ada999 Lund999", many, linked=())
    assert (over.findings[0].choices, len(over.findings[0].spans)) == ((cards[7],), 600)
    assert over.stored.endswith(marker(cards[999]))
    # By the first word: of a thousand names only those that begin so are compared.
    assert max(len(names) for names in many._full.values()) == 1


@pytest.mark.parametrize("again", ["RA ", "@Rowan ", "Eva Pennington ", f"@[{pseudonym()}]", "@Eva Pennington "])
def test_text_is_looked_over_in_line_with_its_length(again):
    assert not costs_more(lambda text: look_over(text, pickable(), linked=[ROWAN]), Hard("", again), enough=5)


@pytest.mark.parametrize("read", [pointed_out, swapped])
@pytest.mark.parametrize("again", ["Rowan ", "RA ", "Rowan Ashdown\n"])
def test_names_are_pointed_out_and_swapped_in_line_with_the_length(read, again):
    assert not costs_more(lambda text: read(text, {ROWAN: "another child"}), Hard("", again), enough=5)


def test_text_too_long_to_be_kept_is_not_looked_over():
    typed = {"reason": "RA " * LONGEST, "swap": "reason:0:0", "token": uuid4()}
    form = ReopenForm(typed).look(Looking(None))
    assert form.swapped("reason:0:0") == {}
    assert form.errors["reason"] == ["Why it is opened again must be 20000 characters or fewer"]
    assert form["reason"].value() == typed["reason"]
    file = FileForm({"story": "Rowan " * 1_000}, others={ROWAN: "another child"})
    assert file.with_names_swapped()["story"].value() == file["story"].value()
    assert (
        FileForm({"story": "Rowan"}, others={ROWAN: "another child"}).with_names_swapped()["story"].value()
        == "Another child"
    )
