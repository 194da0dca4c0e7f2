"""Do the pages of a list show every row once, whatever moment rows share and whatever comes in meanwhile?"""

from datetime import UTC, datetime, timedelta

import pytest

from safeguarding.audit.models import Event, Verb
from safeguarding.keys import uuid7
from safeguarding.once import one_page
from safeguarding.paging import Counts, counts_of_page, in_words, newest_first

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def logged(minutes, actor):
    """One row `minutes` after the start."""
    return Event.objects.create(at=START + timedelta(minutes=minutes), actor_id=actor, verb=Verb.LIST)


def rows_of(actor):
    return Event.objects.filter(actor_id=actor)


def walk(rows, size):
    """The pages of a list from the newest to the oldest."""
    pages, place = [], ""
    while True:
        page = newest_first(rows, "at", place, size)
        pages.append(page)
        place = page.older
        if not place:
            return pages


@pytest.mark.parametrize("minutes", [[], [1], [1, 2, 3], [5, 5, 5, 5, 5, 5, 5], [1, 5, 5, 5, 7, 7, 9], [3] * 6])
def test_every_row_is_on_one_page_newest_first(minutes):
    actor = uuid7()
    made = [logged(m, actor) for m in minutes]
    pages = walk(rows_of(actor), size=3)
    shown = [row for page in pages for row in page.rows]
    assert shown == sorted(made, key=lambda e: (e.at, e.pk), reverse=True)
    assert [page.is_first for page in pages] == [True] + [False] * (len(pages) - 1)


def test_a_row_that_comes_in_between_two_pages_moves_nothing():
    actor = uuid7()
    made = [logged(m, actor) for m in range(6)]
    first = newest_first(rows_of(actor), "at", size=3)
    logged(99, actor)
    second = newest_first(rows_of(actor), "at", first.older, size=3)
    assert [*first.rows, *second.rows] == made[::-1]


def test_a_full_last_page_leads_nowhere():
    actor = uuid7()
    for m in range(3):
        logged(m, actor)
    assert newest_first(rows_of(actor), "at", size=3).older == ""


@pytest.mark.parametrize(
    "place", ["", "yesterday", "2026-11-24T09:00:00Z", "2026-11-24T09:00:00_x", "_", "\x00", "9" * 99]
)
def test_a_place_that_is_none_is_the_first_page(place):
    actor = uuid7()
    made = logged(1, actor)
    page = newest_first(rows_of(actor), "at", place)
    assert (list(page.rows), page.is_first) == ([made], True)


def test_a_place_without_a_time_zone_is_none():
    assert newest_first(rows_of(uuid7()), "at", f"2026-11-24T09:00:00_{uuid7()}").is_first


def test_a_place_survives_an_address_as_it_stands():
    actor = uuid7()
    for m in range(2):
        logged(m, actor)
    place = newest_first(rows_of(actor), "at", size=1).older
    assert not set(place) - set("0123456789abcdefTZ:-._")


def test_a_count_goes_no_further_than_its_cap():
    actor = uuid7()
    for m in range(5):
        logged(m, actor)
    counts = Counts()
    counts.ask("three", rows_of(actor), cap=3)
    counts.ask("five", rows_of(actor), cap=5)
    assert (counts["three"], counts["five"]) == (4, 5)
    assert [in_words(412), in_words(1000), in_words(1001)] == ["412", "1,000", "1,000+"]


def test_several_lists_are_counted_in_one_query_each_to_its_cap(django_assert_num_queries):
    few, many, none = uuid7(), uuid7(), uuid7()
    for minutes in range(3):
        logged(minutes, few)
    for minutes in range(7):
        logged(minutes, many)
    counts = Counts()
    with django_assert_num_queries(1):
        counts.ask("few", rows_of(few), cap=5)
        counts.ask("many", rows_of(many).order_by("-at"), cap=5)
        counts.ask("none", rows_of(none))
        counts.ask("never", Event.objects.none())
        assert {name: counts[name] for name in ("few", "many", "none", "never")} == {
            "few": 3,
            "many": 6,
            "none": 0,
            "never": 0,
        }
    # What is asked later is another query, and the first is not asked again.
    with django_assert_num_queries(1):
        counts.ask("later", rows_of(many))
        assert (counts["few"], counts["later"]) == (3, 7)


def test_what_nobody_asked_to_count_is_no_number():
    with pytest.raises(KeyError):
        Counts()["anything"]


def test_the_menu_and_the_page_count_together_and_two_pages_apart(django_assert_num_queries):
    actor = uuid7()
    logged(1, actor)
    with one_page():
        counts_of_page().ask("list", rows_of(actor))
        counts_of_page().ask("menu", rows_of(actor))
        with django_assert_num_queries(1):
            assert (counts_of_page()["menu"], counts_of_page()["list"]) == (1, 1)
    with one_page(), pytest.raises(KeyError):
        counts_of_page()["list"]
