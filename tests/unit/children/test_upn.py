"""Is a UPN told from what only looks like one? The numbers are those of the domain reference 3.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from children import upn

VALID = [
    "A950000178301",
    "H243278544154",
    "B801200005001",
    "R674123101121",
    "X845212818005",
    "C356999926001",
    "R356999926002",
    "B35699992601A",
]


@pytest.mark.parametrize("number", VALID)
def test_a_right_number_is_valid(number):
    assert upn.is_valid(number)


@pytest.mark.parametrize("number", ["R247962919251", "X428558133462"])
def test_a_wrong_check_letter_is_found(number):
    assert upn.is_well_formed(number)
    assert not upn.is_valid(number)


def test_the_example_that_two_help_pages_work_wrongly():
    assert upn.check_letter("207000016049") == "P"
    assert not upn.is_valid("Q207000016049")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A95000017830",
        "A9500001783011",
        "I950000178301",
        "a950000178301",
        "A95000017830I",
        "A95000O178301",
        "A95000017830１",
        "A٩50000178301",
    ],
)
def test_what_is_no_upn(text):
    assert not upn.is_well_formed(text)


@given(st.from_regex(r"[0-9]{11}[0-9A-HJ-NP-RT-Z]", fullmatch=True))
def test_any_body_has_exactly_one_check_letter(body):
    valid = [letter for letter in upn.LETTERS if upn.is_valid(letter + body)]
    assert valid == [upn.check_letter(body)]


@given(st.integers(0, 11), st.sampled_from(VALID[:7]))
def test_one_wrong_figure_never_goes_unseen(place, number):
    body = list(number[1:])
    body[place] = str((int(body[place]) + 1) % 10)
    assert not upn.is_valid(number[0] + "".join(body))


def test_a_temporary_number_ends_in_a_letter():
    assert upn.is_temporary("B35699992601A")
    assert not upn.is_temporary("C356999926001")


@pytest.mark.parametrize(("number", "known"), [("C356999926001", True), ("G000999924001", False)])
def test_whether_its_authority_is_on_the_list(number, known):
    assert upn.authority_is_known(number) is known
