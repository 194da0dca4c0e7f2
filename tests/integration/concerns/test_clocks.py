"""Do clocks tell the truth out of hours? What cannot wait, over a Friday night, a weekend and half-term."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from safeguarding.accounts import services as accounts
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.concerns.models import Concern, HowSoon
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.clocks import waited
from tests import factories
from tests.factories import LONDON
from tests.pages import on_one_line

pytestmark = pytest.mark.django_db

# The last Friday before half-term, 39 minutes before the school closes. The clocks go back on that Sunday.
FRIDAY = datetime(2026, 10, 23, 15, 21, tzinfo=LONDON)
MOMENTS = [
    (datetime(2026, 10, 23, 15, 59, tzinfo=LONDON), "38 min", ""),
    (datetime(2026, 10, 23, 18, 57, tzinfo=LONDON), "3 hr 36 min", "39 min of it in school hours"),
    (datetime(2026, 10, 24, 3, 0, tzinfo=LONDON), "11 hr 39 min", "39 min of it in school hours"),
    (datetime(2026, 10, 25, 15, 0, tzinfo=LONDON), "2 days", "39 min of it in school hours"),
    (datetime(2026, 10, 28, 10, 0, tzinfo=LONDON), "4 days 19 hr", "39 min of it in school hours"),
    (datetime(2026, 11, 2, 9, 0, tzinfo=LONDON), "9 days 18 hr", "1 hr 39 min of it in school hours"),
    (datetime(2026, 11, 3, 15, 0, tzinfo=LONDON), "11 days", "1 school day of it"),
]


@pytest.fixture
def room(room):
    for name, first, last in (
        ("First half", date(2026, 9, 2), date(2026, 10, 23)),
        ("Second half", date(2026, 11, 2), date(2026, 12, 18)),
    ):
        accounts.add_term(school=room.school, name=name, starts_on=first, ends_on=last, by=room.headteacher)
    return room


@pytest.fixture
def waiting(room):
    """Longer than what cannot wait: one for today, one for the week, and one for right now that a lead has opened."""
    before = FRIDAY - timedelta(days=2)
    opened = factories.concern(room, how_soon=HowSoon.RIGHT_NOW, at=before)
    deciding.open_concern(concern=opened, by=room.deputy, at=before + timedelta(minutes=4))
    today = factories.concern(room, how_soon=HowSoon.TODAY, at=before)
    week = factories.concern(room, how_soon=HowSoon.THIS_WEEK, at=FRIDAY)
    now = factories.concern(room, how_soon=HowSoon.RIGHT_NOW, at=FRIDAY)
    return [now, opened, today, week]


def rows(room, at):
    found = list(reading.queue(Concern.objects.visible_to(room.lead), room.school.pk))
    reading.dress(found)
    return reading.rows(found, reader=room.lead, at=at)


def test_what_nobody_opened_stays_first_and_red_and_its_clock_goes_on(room, waiting):
    for at, passed, in_school in MOMENTS:
        first, *others = rows(room, at)
        assert [row.concern for row in (first, *others)] == waiting, at
        assert (first.waited, first.in_school, first.is_unanswered) == (passed, in_school, True), at
        assert not any(row.is_unanswered for row in others), at

        with time_machine.travel(at, tick=False):
            client = Client()
            client.force_login(room.lead)
            page = on_one_line(client.get("/today/"))
        assert re.findall(r'<tr role="row" class="([^"]*)"', page)[0].startswith("is-hot"), at
        assert re.findall(r"C-2026-\d{4}", page)[:4] == [one.reference for one in waiting], at
        assert f'class="hb-nowrap hb-late" >{passed}</span>' in page, at
        assert page.count("hb-late") == 1, at


def test_today_says_both_times_and_what_can_wait_waits_in_school_hours_alone(room, waiting):
    _, opened, today, week = rows(room, datetime(2026, 11, 2, 9, 0, tzinfo=LONDON))
    assert (today.waited, today.in_school) == ("11 days 18 hr", "2 school days of it")
    assert (opened.waited, opened.in_school) == (today.waited, today.in_school)
    assert (week.waited, week.in_school) == ("1 hr 39 min", "")


def test_opened_again_its_clock_begins_again(room):
    calendar = SchoolCalendar.of(room.school.pk)
    concern = factories.concern(room, how_soon=HowSoon.RIGHT_NOW, at=FRIDAY - timedelta(days=9))
    concern.reopened_at = FRIDAY
    assert waited(concern, calendar, FRIDAY + timedelta(minutes=20)) == ("20 min", "")


DUTY = [
    (datetime(2026, 10, 23, 15, 21, tzinfo=LONDON), True, "until 4pm", "You until 4pm"),
    (
        datetime(2026, 10, 23, 7, 0, tzinfo=LONDON),
        False,
        "from 8am today",
        "No safeguarding lead is in now; you from 8am today",
    ),
    (
        datetime(2026, 10, 23, 22, 0, tzinfo=LONDON),
        False,
        "from 8am on 2 November",
        "No safeguarding lead is in now; you from 8am on 2 November",
    ),
    (
        datetime(2026, 10, 28, 10, 0, tzinfo=LONDON),
        False,
        "from 8am Monday",
        "No safeguarding lead is in now; you from 8am Monday",
    ),
    (
        datetime(2026, 11, 1, 10, 0, tzinfo=LONDON),
        False,
        "from 8am tomorrow",
        "No safeguarding lead is in now; you from 8am tomorrow",
    ),
    (datetime(2026, 11, 2, 8, 0, tzinfo=LONDON), True, "until 4pm", "You until 4pm"),
]


@pytest.mark.parametrize(("at", "is_in", "says", "line"), DUTY)
def test_every_page_gives_one_answer_to_who_is_on_duty(client, room, at, is_in, says, line):
    standing = {one.user_id: one for one in accounts.duty(room.school.pk, at)}[room.lead.pk]
    assert (standing.is_in, standing.says) == (is_in, says)
    assert accounts.out_of_hours(room.school, at).nobody_on_duty is not is_in
    assert accounts.speak_to(room.school, at)[0].in_school_now is is_in

    with time_machine.travel(at, tick=False):
        client.force_login(room.lead)
        cover, today = on_one_line(client.get("/cover/")), on_one_line(client.get("/today/"))
        client.force_login(room.teacher)
        call, form = on_one_line(client.get("/call/")), on_one_line(client.get("/log/", follow=True))
    assert f"{line}." in cover
    assert f"{line}." in today
    assert ("In now</strong>" in cover, "Not in now</strong>" in cover) == (is_in, not is_in)
    assert f'<span class="sub">{says}</span>' in cover
    for page in (call, form):
        assert ("No safeguarding lead is in now." in page) is not is_in
        assert (f"The next one is in {says}." in page) is not is_in


def test_who_is_away_is_said_with_the_day_from_which_they_are_in(room):
    at = datetime(2026, 11, 3, 10, 0, tzinfo=LONDON)
    accounts.record_absence(
        user=room.lead, starts_on=at.date(), ends_on=date(2026, 11, 6), by=room.deputy, at=at - timedelta(hours=2)
    )
    away = next(one for one in accounts.duty(room.school.pk, at) if one.user_id == room.lead.pk)
    assert (away.is_in, away.is_away, away.says) == (False, True, "from 8am Monday")
    assert "Safeguarding lead, away, in from 8am Monday" in [one.why for one in accounts.speak_to(room.school, at)]
