"""What a page reads once, and what is never kept."""

import pytest

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.services import add_closure, get_school
from safeguarding.once import once, one_page
from tests import factories


class Reader:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def test_a_page_reads_the_same_thing_once():
    read = Reader()
    with one_page():
        assert [once("days", read), once("days", read)] == [1, 1]
        assert once("other days", read) == 2


def test_the_next_page_reads_again():
    read = Reader()
    for expected in (1, 2):
        with one_page():
            assert once("days", read) == expected


def test_outside_a_page_nothing_is_kept():
    read = Reader()
    assert [once("days", read), once("days", read)] == [1, 2]


@pytest.mark.django_db
def test_the_school_and_its_calendar_are_read_once_a_page(django_assert_num_queries):
    school = factories.school()
    with one_page(), django_assert_num_queries(2):
        for _ in range(3):
            SchoolCalendar.of(get_school(school.pk).pk)


@pytest.mark.django_db
def test_what_was_written_is_seen_where_nothing_is_kept():
    school = factories.school()
    day = factories.SCHOOL_DAY.date()
    assert SchoolCalendar.of(school.pk).is_school_day(day)

    add_closure(school=school, on=day, reason="Snow")

    assert not SchoolCalendar.of(school.pk).is_school_day(day)
