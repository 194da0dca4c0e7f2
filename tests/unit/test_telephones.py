"""Which text is a whole telephone number that can be pressed, and how is a colleague rung?"""

import pytest

from safeguarding.telephones import beside, in_sentence, link


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("999", "999"),
        ("0161 496 0000", "01614960000"),
        ("(0161) 496-0000", "01614960000"),
        ("+44 (0)161 496 0000", "+441614960000"),
        ("07700 900123 ", "07700900123"),
        ("0161 496 0000 ext. 214", "01614960000"),
        ("0161 496 0000, extension 214", "01614960000"),
    ],
)
def test_a_whole_number_is_a_link_that_rings_it(number: str, dialled: str) -> None:
    assert link(number) == f'<a class="hb-nowrap" href="tel:{dialled}">{number}</a>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("14", "14"),
        ("m.lowe@example.sch.uk", "m.lowe@example.sch.uk"),
        ("ask 0161 496 0000", "ask 0161 496 0000"),
        ("<b>1</b>", "&lt;b&gt;1&lt;/b&gt;"),
        ('0161" onclick="x', "0161&#34; onclick=&#34;x"),
    ],
)
def test_anything_else_stands_as_it_is(text: str, shown: str) -> None:
    assert link(text) == shown


SCHOOL = '<a class="hb-nowrap" href="tel:01614960000">0161 496 0000</a>'
EXTENSION = '<span class="hb-nowrap">extension 214</span>'


@pytest.mark.parametrize(
    ("extension", "telephone", "shown"),
    [
        ("214", "0161 496 0000", f"{SCHOOL}, {EXTENSION}"),
        ("214", "", EXTENSION),
        ("", "0161 496 0000", SCHOOL),
        ("", "", ""),
    ],
)
def test_an_extension_stands_beside_the_number_of_the_school(extension: str, telephone: str, shown: str) -> None:
    assert beside(extension, telephone) == shown


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Ring social care, 0161 496 0000.", f"Ring social care, {SCHOOL}."),
        ("Pat Lowe 0161 496 0000 & 0161 496 0000", f"Pat Lowe {SCHOOL} &amp; {SCHOOL}"),
        ("C-2026-0123456789 on 24 November 2026", "C-2026-0123456789 on 24 November 2026"),
        ("<b>Nobody</b>", "&lt;b&gt;Nobody&lt;/b&gt;"),
    ],
)
def test_the_numbers_in_a_sentence_can_be_pressed(sentence: str, shown: str) -> None:
    assert in_sentence(sentence) == shown
