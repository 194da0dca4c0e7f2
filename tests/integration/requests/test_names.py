"""Twenty people in a hundred items, as people write their names: does anything of them go out?"""

import io
import random
import re

import pikepdf
import pypdfium2
import pytest

from children.names.find import Finder
from children.names.forms import Person
from children.names.normalise import squeezed
from safeguarding.printing import joining, layout
from sharing.requests.bundling import given, pieces
from sharing.requests.checking import check
from sharing.requests.redacting import release
from sharing.requests.redacting.marks import Decision, Deed, Document, Marks, TextBlock
from tests.integration.requests.bundles import FRAME, LAWS, Bundle, Copy, marked, page_of

FORENAMES = (
    "Denise Marcus Priya Ellie Olwen Tomasz Bríd Fatima Grace Kwame Zoë Ivor Mei Sadia Hugo Nia Ravi Una Piotr Jo"
)
SURNAMES = (
    "Pope Bell Raman Marsden Griffiths Wójcik Ní-Dhuibhne Al-Hassan O’Neill Mensah Smith-Jones Novello Lin Qureshi "
    "Beaumont Evans Chandra Corrigan Lewandowski Okafor"
)
PEOPLE = [
    Person(f"p{number}", forename, surname)
    for number, (forename, surname) in enumerate(zip(FORENAMES.split(), SURNAMES.split(), strict=True))
]
ROWAN = Person("rowan", "Rowan", "Ashdown")
DECISIONS = {
    person.key: Decision(Deed.REPLACE, f"Person {number}", "third party")
    if number % 2
    else Decision(Deed.OUT, reason="third party")
    for number, person in enumerate(PEOPLE, 1)
}


def forms(person: Person) -> list[str]:
    """One name as staff write it."""
    first, last = person.forename, person.surname
    middle = len(last) // 2
    return [
        f"{first} {last}",
        f"{first} {last}’s",
        f"Mrs {last}",
        f"{last.upper()}",
        f"{first.lower()} {last.lower()}",
        f"{first[0]}.{last[0]}.",
        f"{first[0]}{last[0]}",
        f"{first[0]}. {last}",
        f"{last}, {first}",
        f"{last[:middle]}-\n{last[middle:]}",
        f"{first}\n{last}",
        f"the {last}s",
        f"{first}_{last}_letter.pdf".lower(),
        f"{first}{last}.docx",
    ]


def items() -> list[Copy]:
    """A hundred items: texts and, of every tenth, a page."""
    chance = random.Random(26)
    found = []
    for number in range(100):
        people = chance.sample(PEOPLE, 3)
        written = [chance.choice(forms(person)) for person in people]
        words = " and Rowan Ashdown saw ".join(f"then {one}" for one in written) + ", and went home."
        if number % 10:
            document = Document((TextBlock("b1", "What happened", words),))
        else:
            document = Document(pages=(page_of(1, *words.replace("\n", " \n ").split("\n")),))
        found.append(Copy(document, marked(document, PEOPLE, DECISIONS, [ROWAN]), f"Note {number}"))
    return found


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Bundle(items(), PEOPLE, [ROWAN])


@pytest.fixture(scope="module")
def files(bundle: Bundle) -> list[bytes]:
    return bundle.files()


def test_the_check_finds_none_in_the_files(bundle, files):
    assert {mark.person for copy in bundle.copies for mark in copy.marks.found} == {person.key for person in PEOPLE}
    for person in PEOPLE:
        finder = Finder([person])
        for form in forms(person):
            assert finder.hits(f"then {form} and"), form
    assert bundle.check(files) == []


def test_no_reader_reads_one(files):
    """Asked without any of the product's patterns: whole names and surnames, with and without what divides them, as
    PDFium reads them, and as pikepdf does in every string of the structure and by the fonts of the pages.
    """
    for content in files:
        with pypdfium2.PdfDocument(content) as document:
            text = "\n".join(page.get_textpage().get_text_range() for page in document)
        assert "Rowan Ashdown" in re.sub(r"\s+", " ", text)
        _has_none(text)
        with pikepdf.open(io.BytesIO(content)) as made:
            said = []
            for one in made.objects:
                if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                    said += [str(one.get(key)) for key in list(one.keys()) if isinstance(one.get(key), pikepdf.String)]
            drawn = "".join(_drawn(page) for page in made.pages)
        assert "RowanAshdown" in re.sub(r"\s", "", drawn)
        _has_none("\n".join(said))
        _has_none(drawn)


def _has_none(text: str) -> None:
    bare = squeezed(text)
    words = set(re.findall(r"\w+", text))
    for person in PEOPLE:
        assert squeezed(person.full_name) not in bare
        assert squeezed(person.surname) not in bare or len(squeezed(person.surname)) < 5
        assert not {person.surname, person.forename} & words


def _drawn(page: pikepdf.Page) -> str:
    """The letters that are drawn on a page, by the tables of its fonts."""
    tables: dict[str, dict[int, str]] = {}
    said: list[str] = []
    letters: dict[int, str] = {}
    fonts = page.obj.Resources.get("/Font", pikepdf.Dictionary())
    for instruction in pikepdf.parse_content_stream(page):
        name = str(instruction.operator)
        if name == "Tf":
            font = str(instruction.operands[0])
            letters = tables.setdefault(font, _table(fonts[font].ToUnicode.read_bytes().decode()))
        elif name in ("Tj", "TJ"):
            some = instruction.operands[0]
            for one in [some] if isinstance(some, pikepdf.String) else list(some):
                if isinstance(one, pikepdf.String):
                    codes = bytes(one)
                    said += [letters.get(int.from_bytes(codes[at : at + 2]), "") for at in range(0, len(codes), 2)]
        elif name == "ET":
            said.append("\n")
    return "".join(said)


def _table(written: str) -> dict[int, str]:
    found = {}
    for code, letters in re.findall(r"<([0-9A-Fa-f]{4})>\s+<([0-9A-Fa-f]+)>", written):
        found[int(code, 16)] = bytes.fromhex(letters).decode("utf-16-be")
    return found


def test_a_name_that_came_back_is_found_in_its_item(bundle):
    """One item printed as it was written."""
    item = given(42, "Note", "", release(bundle.copies[41].document, Marks()), {})
    made = [layout.make(piece.html) for piece in pieces(FRAME, [item], LAWS)]
    finds = check([joining.join(made)], bundle.protected(), {})
    assert finds and {find.item for find in finds} == {42}


def test_initials_in_the_number_of_a_file_are_chance_and_a_name_there_is_found(bundle, files):
    """Who writes a PDF draws its number by lot."""

    def numbered(number: bytes) -> list[bytes]:
        with pikepdf.open(io.BytesIO(files[0])) as made:
            written = io.BytesIO()
            made.save(written, static_id=True)
        # Replaces the number that `static_id` writes; both have 16 bytes.
        former = re.search(rb"/ID \[(<[0-9a-f]{32}>)", written.getvalue())
        assert former is not None
        return [written.getvalue().replace(former[1], b"<" + number.hex().encode() + b">"), *files[1:]]

    assert bundle.check(numbered(b"\x01\xfe NE \x8f\x02 N.E.\xff\x00")) == []
    assert bundle.check(numbered(b"Kwame Mensah 123")) != []
