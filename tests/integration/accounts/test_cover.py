"""Who takes calls, who is in school, and what does a page say when nobody is?"""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine

from safeguarding.accounts import services
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import Event, Verb
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import LONDON, LONG_AGO, SCHOOL_DAY

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 11, 24, 20, 0, tzinfo=LONDON)
FRIDAY_NIGHT = datetime(2026, 11, 27, 22, 0, tzinfo=LONDON)


@pytest.fixture
def room():
    return factories.staffroom()


def away(room, *people, days=1):
    start = SCHOOL_DAY.date()
    for person in people:
        services.record_absence(
            user=person, starts_on=start, ends_on=start + timedelta(days=days - 1), by=room.lead, at=SCHOOL_DAY
        )


def test_leads_come_first_in_the_order_of_calling_and_the_headteacher_last(room, django_assert_num_queries):
    with django_assert_num_queries(2):
        people = services.speak_to(room.school, SCHOOL_DAY)

    assert [(p.name, p.extension, p.in_school_now, p.why) for p in people] == [
        ("Priya Raman", "214", True, "Safeguarding lead, in school now"),
        ("Tom Aldous", "220", True, "Deputy safeguarding lead, in school now"),
        ("Helen Okafor", "201", True, "Headteacher, if it is about an adult in school"),
    ]


def test_the_first_on_the_list_is_somebody_to_try_now(room):
    away(room, room.lead, room.deputy)

    people = services.speak_to(room.school, SCHOOL_DAY)

    assert [p.why for p in people] == [
        "Headteacher, stands in: no safeguarding lead is in today",
        "Safeguarding lead, away, in from 8am tomorrow",
        "Deputy safeguarding lead, away, in from 8am tomorrow",
    ]
    assert [p.in_school_now for p in people] == [True, False, False]


def test_in_the_evening_nobody_is_in_school_now(room):
    assert {p.in_school_now for p in services.speak_to(room.school, EVENING)} == {False}


def test_nobody_of_another_school_and_nobody_who_has_left_is_named(room):
    factories.member(factories.school(), "lead", "Olive", "Marsh")
    factories.member(room.school, "lead", "Guy", "Norton", ends_on=SCHOOL_DAY.date() - timedelta(days=1))

    assert {p.name for p in services.speak_to(room.school, SCHOOL_DAY)} == {"Priya Raman", "Tom Aldous", "Helen Okafor"}


def test_who_holds_two_roles_is_named_and_called_once(room):
    factories.give_role(user=room.headteacher, school=room.school, role_key="lead", starts_on=factories.LONG_AGO)

    assert [p.name for p in services.speak_to(room.school, SCHOOL_DAY)].count("Helen Okafor") == 1
    assert [u.pk for u in services.on_duty(room.school.pk, on=SCHOOL_DAY.date())].count(room.headteacher.pk) == 1


@pytest.mark.parametrize(
    ("at", "nobody", "next_reading"),
    [
        (SCHOOL_DAY, False, SCHOOL_DAY),
        (EVENING, True, datetime(2026, 11, 25, 8, tzinfo=LONDON)),
        (datetime(2026, 11, 24, 6, 30, tzinfo=LONDON), True, datetime(2026, 11, 24, 8, tzinfo=LONDON)),
        (FRIDAY_NIGHT, True, datetime(2026, 11, 30, 8, tzinfo=LONDON)),
    ],
)
def test_out_of_hours_names_the_next_reading(room, at, nobody, next_reading, django_assert_num_queries):
    with django_assert_num_queries(2):
        answer = services.out_of_hours(room.school, at)
    assert (answer.nobody_on_duty, answer.next_reading) == (nobody, next_reading)


THURSDAY = datetime(2026, 11, 26, 8, tzinfo=LONDON)


@pytest.mark.parametrize("days", [2, 120])
def test_with_every_lead_away_the_headteacher_who_is_told_reads_it(room, days):
    away(room, room.lead, days=days)
    assert services.out_of_hours(room.school, SCHOOL_DAY).nobody_on_duty is False
    away(room, room.deputy, days=days)
    answer = services.out_of_hours(room.school, SCHOOL_DAY)
    assert (answer.nobody_on_duty, answer.next_reading, answer.reads_now) == (True, SCHOOL_DAY, True)
    assert answer.reader == "Helen Okafor, Headteacher"
    later = services.out_of_hours(room.school, EVENING)
    assert (later.next_reading, later.reads_now) == (datetime(2026, 11, 25, 8, tzinfo=LONDON), False)
    assert later.reader == "Helen Okafor, Headteacher"


def test_with_everybody_away_who_is_back_first_reads_it(room):
    away(room, room.headteacher, room.deputy, days=4)
    away(room, room.lead, days=2)
    answer = services.out_of_hours(room.school, SCHOOL_DAY)
    assert (answer.nobody_on_duty, answer.next_reading, answer.reader) == (True, THURSDAY, "")


@pytest.mark.parametrize(
    ("away_until", "said"),
    [
        ({"lead": 2, "deputy": 2}, "It goes to Helen Okafor, Headteacher, who is in."),
        ({"lead": 2, "deputy": 4, "headteacher": 4}, "The next one is in from 8am Thursday."),
        ({"lead": 120, "deputy": 120, "headteacher": 120}, "Everybody who takes calls is marked away."),
    ],
)
def test_what_the_page_says_of_who_reads_it(client, room, away_until, said):
    for name, days in away_until.items():
        away(room, getattr(room, name), days=days)
    with time_machine.travel(SCHOOL_DAY, tick=False):
        client.force_login(room.teacher)
        for page in ("/log/", "/call/"):
            assert said in client.get(page, follow=True).content.decode()


def test_a_closed_school_reads_on_its_next_day(room):
    services.add_closure(school=room.school, on=SCHOOL_DAY.date(), reason="Training day", by=room.headteacher)
    assert services.out_of_hours(room.school, SCHOOL_DAY).next_reading == datetime(2026, 11, 25, 8, tzinfo=LONDON)


def test_a_school_without_anybody_who_reads_says_so():
    school = factories.school(social_care_night="0161 496 0000")
    answer = services.out_of_hours(school, SCHOOL_DAY)
    assert (answer.nobody_on_duty, answer.next_reading, answer.social_care_night) == (True, None, "0161 496 0000")
    assert services.speak_to(school, SCHOOL_DAY) == []


def test_an_absence_withdrawn_puts_the_person_back_and_is_kept(room):
    today = SCHOOL_DAY.date()
    absence = services.record_absence(user=room.lead, starts_on=today, ends_on=today, by=room.deputy, at=SCHOOL_DAY)
    assert room.lead not in services.leads_on_duty(room.school.pk, on=today)

    services.withdraw_absence(absence=absence, by=room.deputy)

    assert room.lead in services.leads_on_duty(room.school.pk, on=today)
    assert type(absence).objects.filter(pk=absence.pk, withdrawn_at__isnull=False).exists()
    with pytest.raises(OutOfTurn):
        services.withdraw_absence(absence=absence, by=room.deputy)


def test_days_away_recorded_twice_are_one_absence_and_in_after_all_takes_them_out(room):
    today = SCHOOL_DAY.date()
    week = {"user": room.lead, "starts_on": today, "ends_on": today + timedelta(days=4), "by": room.deputy}
    first = services.record_absence(**week, at=SCHOOL_DAY)
    assert services.record_absence(**week, at=SCHOOL_DAY) == first
    within = week | {"starts_on": today + timedelta(days=1), "ends_on": today + timedelta(days=2)}
    assert services.record_absence(**within, at=SCHOOL_DAY) == first
    assert Event.objects.filter(verb=Verb.ADD, object_id=first.pk).count() == 1

    services.withdraw_absence(absence=first, by=room.deputy)

    assert room.lead in services.leads_on_duty(room.school.pk, on=today)
    assert services.record_absence(**week, at=SCHOOL_DAY) != first


def test_days_that_are_over_cannot_be_recorded(room):
    yesterday = SCHOOL_DAY.date() - timedelta(days=1)
    with pytest.raises(BadInput, match="Last day away must be today or later"):
        services.record_absence(user=room.lead, starts_on=yesterday, ends_on=yesterday, by=room.lead, at=SCHOOL_DAY)
    services.record_absence(user=room.lead, starts_on=yesterday, ends_on=SCHOOL_DAY.date(), by=room.lead, at=SCHOOL_DAY)


def test_only_those_who_take_calls_at_the_school_change_who_is_called(room):
    today = SCHOOL_DAY.date()
    stranger = factories.member(factories.school(), "lead", "Olive", "Marsh")
    for somebody in (room.teacher, room.office, stranger):
        with pytest.raises(NotAllowed):
            services.record_absence(user=room.lead, starts_on=today, ends_on=today, by=somebody)
        with pytest.raises(NotAllowed):
            services.set_call_order(school=room.school, user_ids=[room.deputy.pk], by=somebody)
    with pytest.raises(BadInput):
        services.record_absence(user=room.lead, starts_on=today, ends_on=date(2026, 11, 1), by=room.lead, at=SCHOOL_DAY)


def test_the_order_of_calling_is_set_and_who_is_not_named_comes_after(room):
    services.set_call_order(school=room.school, user_ids=[room.deputy.pk], by=room.lead)
    assert services.on_duty(room.school.pk, on=SCHOOL_DAY.date()) == [room.deputy, room.lead, room.headteacher]
    with pytest.raises(BadInput):
        services.set_call_order(school=room.school, user_ids=[uuid4()], by=room.lead)


def test_hours_of_the_school_decide(room):
    services.change_school(school=room.school, by=room.headteacher, day_starts=time(7), day_ends=time(21))
    room.school.refresh_from_db()
    assert services.out_of_hours(room.school, EVENING).nobody_on_duty is False


@pytest.mark.parametrize(
    ("missing", "at", "line"),
    [
        ([], SCHOOL_DAY, "You until 4pm"),
        (["lead"], SCHOOL_DAY, "Tom Aldous until 4pm, then you tomorrow"),
        (["deputy"], SCHOOL_DAY, "You until 4pm"),
        (["lead", "deputy"], SCHOOL_DAY, "No safeguarding lead is in now; you from 8am tomorrow"),
        ([], EVENING, "No safeguarding lead is in now; you from 8am tomorrow"),
        ([], FRIDAY_NIGHT, "No safeguarding lead is in now; you from 8am Monday"),
    ],
)
def test_cover_in_one_line(room, missing, at, line):
    away(room, *(getattr(room, name) for name in missing))
    assert services.cover_line(room.school.pk, at=at, reader=room.lead) == line


def test_the_staff_of_a_day_are_those_whom_each_question_finds_by_itself(room):
    for key, order in (("trust_lead", 1), ("alternate_lead", 1), ("chair", 4), ("acting_lead", 2)):
        factories.member(room.school, key, call_order=order)
    # Two who hold several roles: the order of calling is that of the one which is asked for.
    factories.give_role(
        user=room.pastoral, school=room.school, role_key="deputy_lead", starts_on=LONG_AGO, call_order=7
    )
    factories.give_role(user=room.headteacher, school=room.school, role_key="lead", starts_on=LONG_AGO, call_order=9)
    factories.member(factories.school(), "lead")
    factories.member(room.school, "lead", ends_on=LONG_AGO, call_order=1)
    on = SCHOOL_DAY.date()
    for gone in ((), (room.lead, room.headteacher)):
        away(room, *gone)
        there = services.staffing(room.school.pk, on=on)
        assert there.leads_on_duty() == services.leads_on_duty(room.school.pk, on=on)
        for capability in Capability:
            found = list(people_with(capability, room.school.pk, on))
            assert there.who_may(capability) == found, capability
            duty = services.on_duty(room.school.pk, on=on, capability=capability)
            assert there.on_duty(capability) == duty == [one for one in found if one not in gone], capability
