"""Are names found however they are spelt, and told apart where they only sound alike?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from children import names


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("O’Brien-D'Souza", "obrien dsouza"),
        ("Müller-Ångström", "muller angstrom"),
        ("Błaszczyk", "blaszczyk"),
        ("Țurcanu", "turcanu"),
        ("Yıldız", "yildiz"),
        ("  de la Cruz  y ORTEGA ", "de la cruz y ortega"),
        ("دانا", "دانا"),
    ],
)
def test_a_name_in_plain_letters(text, folded):
    assert names.fold(text) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text):
    once = names.fold(text)
    assert names.fold(once) == once


@pytest.mark.parametrize(
    ("one", "other"), [("Catherine", "Kathryn"), ("Mohammed", "Muhammad"), ("Rory", "Rorey"), ("Stephen", "Steven")]
)
def test_names_that_sound_the_same(one, other):
    assert names.sounds(one) == names.sounds(other)


@pytest.mark.parametrize(("one", "other"), [("Rory", "Lucy"), ("X", "Y"), ("دانا", "عمر")])
def test_names_that_do_not(one, other):
    assert names.sounds(one) != names.sounds(other)


@pytest.mark.parametrize(
    ("legal", "known", "shown"),
    [
        (("Rowan", "Ashdown"), ("", ""), ""),
        (("Rowan", "Ashdown"), ("Rowan", "Ashdown"), ""),
        (("Rowan", "Ashdown"), ("Ro", ""), "Ro"),
        (("Rowan", "Ashdown"), ("", "Smith"), "Rowan Smith"),
    ],
)
def test_known_as_is_shown_only_where_it_differs(legal, known, shown):
    assert names.known_as(*legal, *known) == shown
