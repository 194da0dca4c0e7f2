"""Does a search say why it found a child, to each reader what that reader may know, and are the likeliest first?"""

from datetime import timedelta

import pytest

from children.facts import Called, Leaving
from children.services import find_children
from children.services.access import grant_child
from children.services.finding import LIMIT
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = factories.SCHOOL_DAY.date()


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def add(cast):
    return lambda *name, **facts: factories.child(cast.school, *name, by=cast.office, **facts)


def found(cast, words, *, by):
    rows = find_children(by=by, school=cast.school, words=words, today=TODAY, everyone=True)
    return [(one.child, one.why, one.asks) for one in rows]


@pytest.fixture
def family(add):
    """One child for each way in which “Eesa” fits a name, registered in the order opposite to that of the list."""
    return {
        "sound": add("Easa", "Adams", class_name="2A", year_group=2),
        "middle": add("Bilal", "Bell", details={"middle_names": "Noor Eesa"}, class_name="5B"),
        "former": add("Omar", "Cole", called=[Called(forename="Eesa", surname="Lee")], class_name="5B"),
        "known": add("Yusuf", "Dean", known_forename="Eesa", class_name="5B"),
        "begins": add("Eesah", "Earl", class_name="5B"),
        "exact": add("Eesa", "Zaman", class_name="2A", year_group=2),
    }


def test_who_reads_records_is_told_which_name_it_was_and_the_exact_one_stands_first(cast, family):
    assert found(cast, "eesa", by=cast.lead) == [
        (family["exact"], "exact name", False),
        (family["begins"], "name begins like this", False),
        (family["former"], "former name Eesa Lee", False),
        (family["known"], "known-as name", False),
        (family["middle"], "middle name Eesa", True),
        (family["sound"], "sounds like this", True),
    ]


def test_who_sees_the_card_only_is_told_that_there_is_such_a_name_and_never_which(cast, family):
    rows = found(cast, "eesa", by=cast.teacher)
    assert rows[:3] == [
        (family["exact"], "exact name", False),
        (family["begins"], "name begins like this", False),
        (family["known"], "known-as name", False),
    ]
    # By name, whichever of the two it is.
    another = "another of this child’s names"
    assert rows[3:] == [
        (family["middle"], another, True),
        (family["former"], another, True),
        (family["sound"], "sounds like this", True),
    ]


def test_of_several_words_the_one_that_fits_worst_decides_and_is_said(cast, add):
    exact = add("Mabel", "Clough", class_name="4B", year_group=4)
    middle = add("Ann", "Clough", details={"middle_names": "Mabel"}, class_name="1A", year_group=1)
    assert found(cast, "mabel clough", by=cast.lead) == [
        (exact, "exact name", False),
        (middle, "middle name Mabel", True),
    ]
    assert found(cast, "clough 4b", by=cast.lead) == [(exact, "in this class", False)]
    assert found(cast, "mabel cl", by=cast.lead)[0] == (exact, "name begins like this", False)
    assert found(cast, str(exact.number), by=cast.lead) == [(exact, "record number", False)]


def test_a_slip_is_said_and_asked_about(cast, add):
    rory = add("Rory", "Fallows")
    assert found(cast, "Falolws", by=cast.teacher) == [(rory, "spelt nearly like this", True)]


def test_the_class_and_the_year_of_who_searches_come_first_and_then_the_years(cast, add):
    rooms = [("1A", 1), ("6A", 6), ("5A", 5), ("5B", 5), ("2A", 2)]
    by_room = {room: add("Mabel", f"S{room}", class_name=room, year_group=year) for room, year in rooms}
    gone = add("Mabel", "Gone", class_name="", year_group=None, entered_on=None, leaving=Leaving(on=TODAY))
    of_5b, lead = found(cast, "mabel", by=cast.teacher), found(cast, "mabel", by=cast.lead)
    assert [child for child, _, _ in of_5b] == [*(by_room[room] for room in ("5B", "5A", "1A", "2A", "6A")), gone]
    assert [child for child, _, _ in lead][:2] == [by_room["1A"], by_room["2A"]]


def test_the_exact_name_is_not_cut_off_by_those_that_begin_like_it(cast, add):
    for letter in "abcdefghijklmnopqrstuvwx":
        add(f"Mab{letter}", f"A{letter}on")
    exact = add("Mab", "Zzyzx", class_name="1A", year_group=1)
    rows = found(cast, "mab", by=cast.teacher)
    assert rows[0] == (exact, "exact name", False)
    assert len(rows) >= LIMIT


def test_one_alike_whom_the_words_do_not_fit_stands_after_all_whom_they_fit_as_well(cast, add):
    first = add("Katherine", "Lomax", known_forename="Kit")
    second = add("Katherine", "Nuttall")
    twin = add("Kit", "Lomacks")
    rows = found(cast, "katherine", by=cast.teacher)
    assert rows == [
        (first, "exact name", False),
        (second, "exact name", False),
        (twin, "has a name like another child found", True),
    ]


def test_access_to_one_child_tells_the_names_of_that_child_only(cast, add):
    opened = add("Bilal", "Bell", details={"middle_names": "Eesa"})
    other = add("Amir", "Cole", details={"middle_names": "Eesa"})
    reason, until = "Works with the family.", TODAY + timedelta(days=30)
    grant_child(child=opened, user=cast.pastoral, reason=reason, last_day=until, by=cast.lead)
    assert found(cast, "eesa", by=cast.pastoral) == [
        (opened, "middle name Eesa", True),
        (other, "another of this child’s names", True),
    ]
