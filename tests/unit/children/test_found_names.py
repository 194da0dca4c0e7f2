"""Are patterns made only of people of whom a word stands in a text, and is nobody missed by that?"""

import random
from time import process_time
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from children.names import find
from children.names.find import Finder
from children.names.forms import Forms, Person, Written
from children.names.instead import LeftOut, always, any_of
from children.names.normalise import plain, squeezed, squeezed_bytes

PEOPLE = [
    Person("denise", "Denise", "Pope", known_forename="Dee", others=("Nan P", "Denise Hart")),
    Person("ann", "Mary Ann", "Smith-Jones"),
    Person("hugo", "’Isa", "O’Neill", pseudonym="k7f3q2m9xd"),
    Person("layan", "Layan", "Al Sabbagh", "Li", "Đurić"),
    Person("ipek", "İpek", "Groß", phrases=("14 Example Close, Testham", "AB1 2CD")),
    Person("nuh", "نوح", "حداد"),
    Person("x", "X", "Y"),
    Person("nobody", surname="-", others=("", " "), phrases=(" , ",)),
]
SHARED = [Person("rowan", "Rowan", "Ashdown"), Person("hart", "Jo", "Hart")]
WORDS = (
    "Denise|Pope|POPES|Dee|D|P|denise|Nan|Hart|Mary|Ann|Smith|Jones|S|’Isa|O’Neill|ONeill|oneill|Layan|Al|Sabbagh|Li|"
    "Đurić|đurić|İpek|Groß|GROSS|14 Example|Close|Testham|AB1|2CD|نوح|حداد|X|Y|XY|Rowan|Ashdown|Jo|and|--|See|"
    "@[k7f3q2m9xd]|es|s|Popees|Den-\nise|Po\npe|ⓐ|⒜|²|ﬁ|a\u0301"
)
BETWEEN = " | |, |. |.||-|-\n|\n|  \r\n |_|\u00ad|\u200b|\x00|\x02|\ufffe|2|'|’|`|’s|@|.pdf"
TEXTS = st.lists(st.sampled_from([*WORDS.split("|"), *BETWEEN.split("|")]) | st.text(max_size=2), max_size=14)


@settings(max_examples=400)
@given(TEXTS.map("".join))
def test_whoever_is_not_looked_up_is_not_in_the_text(text: str) -> None:
    """Beside everybody's patterns, those that pass over line ends too."""
    found = Finder(PEOPLE, SHARED).hits(text)
    assert "nobody" not in {hit.person for hit in found}
    with patch.object(find._Listed, "standing", lambda people, _: people.forms), patch.object(Forms, "_is_divided"):
        assert Finder(PEOPLE, SHARED).hits(text) == found
    out = LeftOut((Written(person, SHARED[0], shortest=2), always(person.key)) for person in PEOPLE)
    said = out(text)
    with patch.object(find.Index, "standing", lambda *_: range(len(PEOPLE))):
        assert out(text) == said


@settings(max_examples=400)
@given(TEXTS.map("".join))
def test_a_first_look_at_the_bytes_misses_no_name(text: str) -> None:
    """Of names in plain letters, as very many rows are looked through."""
    bare, said = squeezed(text), squeezed_bytes(text.encode())
    for name in ("pope", "denise", "alsabbagh", "duric", "gross", "ipek"):
        assert name not in bare or name.encode() in said


def school(size: int) -> list[Person]:
    """People with names that share no beginning with a word of `record`."""
    chance = random.Random(38)

    syllables = ["bo", "ki", "lu", "ma", "ne", "po", "ra", "se", "to", "vu", "xi", "zo"]

    def name() -> str:
        return "".join(chance.choices(syllables, k=6)).title()

    return [Person(str(number), name(), name()) for number in range(size)]


def record(number: int, people: list[Person]) -> str:
    one, other, third = (people[(number + more) % 12] for more in (0, 5, 7))
    again = "He said that it was fine, and went out to play. " * 6
    return f"{one.full_name} came in. {again}\nThen {other.forename} cried, and Mrs {third.surname} rang. {again}"


@pytest.mark.parametrize("made_of", [Finder, LeftOut])
def test_a_thousand_people_cost_what_a_hundred_do(made_of: type[Finder] | type[LeftOut]) -> None:
    def seconds(size: int) -> float:
        people = school(size)
        forms = [Written(person) for person in people]
        made = Finder(people) if made_of is Finder else LeftOut((one, always("x")) for one in forms)
        began = process_time()
        for number in range(100):
            text = record(number, people)
            assert made(text) != text if isinstance(made, LeftOut) else made.hits(text)
        took = process_time() - began
        every = made.forms.values() if isinstance(made, Finder) else forms
        with_patterns = sum("_pattern" in vars(one) or "_whole" in vars(one) for one in every)
        assert with_patterns == 12, "those who are named, and nobody else"
        return took

    # In turn, so that other work of the machine slows down both or neither.
    taken = [(seconds(100), seconds(1_000)) for _ in range(3)]
    few, many = map(min, zip(*taken, strict=True))
    assert many < 4 * few


@pytest.mark.parametrize(
    "said",
    [
        "Siân", "Sia\u0302n", "Sian", "Si\u200bân", "Si\u00adân", "Si\u2060ân", "\u202bSiân\u202c", "Ｓｉâｎ",
        "Siân O’Brien‐Smith", "SIAN O'BRIEN-SMITH", "O’Bri\u200cen–Smith",
        "Siân\u200e Oʼ\u034fBrien-Smith", "Siân_O'Brien-Smith",
    ],
)  # fmt: skip
def test_a_name_goes_out_however_its_letters_are_written(said: str) -> None:
    """With another accent, width or apostrophe, or with something between its letters that nobody sees."""
    out = LeftOut([(Written(Person("sian", "Siân", "O’Brien-Smith"), shortest=2), always("Child B"))])
    left = out(f"So {said} was late, and Ｉｖｙ too.")
    assert plain(left).startswith("So [Child B] was late"), left
    assert left.endswith("was late, and Ｉｖｙ too."), "what is nobody’s stays as it was written"
    kept = LeftOut([(any_of(["Siân O’Brien-Smith"]), always("taken out"))])
    assert kept("Sian\u200b O'Brien‐Smith went") == "[taken out] went"
