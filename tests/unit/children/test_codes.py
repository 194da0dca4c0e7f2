"""Do the lists of codes hold what they say: once each, with a source, and the codes of today?"""

import pytest

from children import codes

KINDS = ("authority", "ethnicity", "language", "sen", "sen_need", "relationship")


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_has_a_meaning_and_a_source(kind):
    assert all(code.label and code.source for code in codes.codes(kind).values())


def test_authorities_of_today_and_of_the_past():
    known = codes.authorities()
    assert known["356"].label == "Stockport"
    assert known["942"].valid_from == "2023-04-01"
    assert known["909"].valid_until == "2023-03-31"


def test_the_twenty_ethnicities():
    assert len(codes.codes("ethnicity")) == 20


def test_a_code_that_is_not_on_the_list_is_shown_as_it_is():
    assert codes.label("language", "XYZ") == "XYZ"
    assert codes.label("language", "URD") == "Urdu"


@pytest.mark.parametrize(("year", "label"), [(None, ""), (-1, "Nursery"), (0, "Reception"), (5, "Year 5")])
def test_years_in_words(year, label):
    assert codes.year_label(year) == label
