"""What does the Headteacher meet first? A concern about an adult, with the day by which something has to be done."""

from datetime import datetime, timedelta

import pytest

from tests.factories import LONDON, SCHOOL_DAY
from tests.pages import on_one_line

pytestmark = pytest.mark.django_db


def first_page(client, user):
    client.force_login(user)
    return on_one_line(client.get("/today/"))


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (SCHOOL_DAY, "Contact the LADO by the end of tomorrow"),
        (SCHOOL_DAY + timedelta(days=1), "Contact the LADO by the end of today"),
        (SCHOOL_DAY + timedelta(days=2), "Contact the LADO now: due by the end of yesterday"),
    ],
)
def test_the_headteacher_reads_it_before_the_new_concerns_with_its_day(client, place, clock, at, says):
    place.concern(raised_as="harm")
    clock.move_to(at)
    page = first_page(client, place.room.headteacher)
    assert says in page
    assert page.index(says) < page.index("New concerns")


def test_a_day_over_a_weekend_is_named(client, place, clock):
    friday = datetime(2026, 11, 27, 10, tzinfo=LONDON)
    clock.move_to(friday)
    place.concern(raised_as="harm", at=friday)
    assert "Contact the LADO by the end of Monday" in first_page(client, place.room.headteacher)


def test_what_has_a_day_comes_first_and_then_what_nobody_has_read(client, place):
    older = place.concern(raised_as="harm", facts="A push.", at=SCHOOL_DAY - timedelta(days=9))
    newer = place.concern(raised_as="harm", facts="A slap.", at=SCHOOL_DAY)
    small = [place.concern(facts=f"Small {n}.", at=SCHOOL_DAY + timedelta(minutes=n)) for n in range(3)]
    page = first_page(client, place.room.headteacher)
    top = page[page.index('id="adults"') : page.index("New concerns")]
    assert top.index(older.reference) < top.index(newer.reference) < top.index(small[2].reference)
    assert small[0].reference not in top
    assert "Read it" in top


def test_who_reads_none_has_no_panel(client, place):
    place.concern(raised_as="harm")
    assert 'id="adults"' not in first_page(client, place.room.lead)
