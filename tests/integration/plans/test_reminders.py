"""Who is told of a date, and once each: before it happens and when it is late, by a task that may run twice?"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from children.models import Child
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import Notice, RoleAssignment, User
from safeguarding.accounts.services import add_term
from safeguarding.plans.models import Step
from safeguarding.plans.services.episodes import enter_in_error, put_back
from safeguarding.plans.services.missing import count_missing_days
from safeguarding.plans.services.reminders import tell_of_dates
from safeguarding.plans.services.steps import book_step, correct_step

from .conftest import Place
from .pages import Visitor
from .test_steps import of

pytestmark = pytest.mark.django_db
MADE = date(2025, 12, 25)
# Four weeks before the twelve months after the final plan are over: the school's own duty.
DUE = date(2026, 11, 26)


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), LONDON)


def told() -> set[tuple[User, str]]:
    """Who has which notice now; they are opened with that."""
    found = {(one.user, one.kind) for one in Notice.objects.filter(kind__in=("date_due", "date_late"), opened_at=None)}
    Notice.objects.all().delete()
    return found


@pytest.fixture
def review(place: Place, clock: Any) -> Iterator[Step]:
    """An annual review that is due on 26 November 2026."""
    episode = place.begin("ehcp", starts_on=date(2025, 6, 4))
    place.step(episode, "final_plan", held_on=MADE)
    step = of(episode, "annual_review")
    assert step.due_on == DUE
    yield step


def leads(place: Place) -> set[User]:
    return {place.room.lead, place.room.deputy, place.acting}


def test_leads_are_told_the_school_day_before_and_when_it_is_late_once_each(place: Place, review: Step):
    assert tell_of_dates(at=at(DUE - timedelta(days=2))) == 0
    assert tell_of_dates(at=at(DUE - timedelta(days=1), 6)) == 0
    assert tell_of_dates(at=at(DUE - timedelta(days=1))) > 0
    people = {user for user, kind in told() if kind == "date_due"}
    assert place.room.lead in people
    assert people <= leads(place)
    assert tell_of_dates(at=at(DUE - timedelta(days=1), 10)) == 0
    assert tell_of_dates(at=at(DUE)) == 0
    assert tell_of_dates(at=at(DUE + timedelta(days=1))) > 0
    assert {kind for _, kind in told()} == {"date_late"}
    assert tell_of_dates(at=at(DUE + timedelta(days=2))) == 0


def test_the_owner_and_the_leads_are_told_before_and_the_owner_alone_when_it_is_late(place: Place, review: Step):
    place.name_in_notice("senco")
    book_step(step=review, seen=review.revision, booked_on=DUE, owner=place.senco, by=place.senco)
    tell_of_dates(at=at(DUE - timedelta(days=1)))
    assert told() == {(person, "date_due") for person in (place.senco, *leads(place))}
    tell_of_dates(at=at(DUE + timedelta(days=1)))
    assert told() == {(place.senco, "date_late")}


def test_an_owner_who_may_not_open_it_is_told_nothing_and_the_page_says_so(client: Client, place: Place, review: Step):
    place.name_in_notice("senco")
    book_step(step=review, seen=review.revision, booked_on=DUE, owner=place.senco, by=place.senco)
    lead = Visitor(client, place.room.lead)
    assert "Not told: may not open this" not in lead.page("plan_step", review.pk)
    # Dropped from the notice, the owner sees nothing of it, and is told nothing.
    place.name_in_notice()
    for day, kind in ((DUE - timedelta(days=1), "date_due"), (DUE + timedelta(days=1), "date_late")):
        tell_of_dates(at=at(day))
        assert told() == {(person, kind) for person in leads(place)}
    assert "Not told: may not open this" in lead.page("plan_step", review.pk)


def test_of_dates_of_others_people_are_told_alike(place: Place):
    episode = place.begin("child_protection", starts_on=date(2026, 11, 12))
    step = of(episode, "core_group")
    assert (step.duty, step.due_on) == ("authority", DUE)
    for day, kind in ((DUE - timedelta(days=1), "date_due"), (DUE + timedelta(days=1), "date_late")):
        assert tell_of_dates(at=at(day)) > 0
        assert told() == {(person, kind) for person in leads(place)}


def test_a_booked_day_is_told_and_not_the_day_by_which_it_is_due(place: Place):
    step = of(place.begin("child_protection", starts_on=date(2026, 11, 12)), "core_group")
    book_step(step=step, seen=0, booked_on=DUE + timedelta(days=6), by=place.room.lead)
    assert tell_of_dates(at=at(DUE - timedelta(days=1))) == 0
    assert tell_of_dates(at=at(DUE + timedelta(days=1))) > 0
    assert {kind for _, kind in told()} == {"date_late"}
    assert tell_of_dates(at=at(DUE + timedelta(days=5))) > 0
    assert {kind for _, kind in told()} == {"date_due"}


def test_over_the_holidays_people_are_told_on_the_last_school_day_and_again_on_the_eve(place: Place):
    for name, first, last in (
        ("Autumn", date(2026, 9, 2), date(2026, 12, 18)),
        ("Spring", date(2027, 1, 4), date(2027, 3, 24)),
    ):
        add_term(school=place.school, name=name, starts_on=first, ends_on=last, by=place.room.lead)
    plan = place.begin("child_protection", starts_on=date(2026, 11, 20))
    legal = place.step(plan, "legal_meeting", booked_on=date(2027, 1, 4))
    days = [date(2026, 12, 17) + timedelta(days=number) for number in range(19)]
    found = []
    for day in days:
        Notice.objects.all().delete()
        tell_of_dates(at=at(day))
        if Notice.objects.filter(object_id=legal.pk, kind="date_due").exists():
            found.append(day)
    assert found == [date(2026, 12, 18), date(2027, 1, 3)]


def test_another_time_of_the_same_day_is_told_anew_and_what_was_told_before_asks_for_nothing(
    place: Place, review: Step
):
    lead, before = place.room.lead, at(DUE - timedelta(days=1))
    booked = book_step(step=review, seen=review.revision, booked_on=DUE, booked_time=time(14), by=lead)
    assert tell_of_dates(at=before) > 0
    book_step(step=booked, seen=booked.revision, booked_on=DUE, booked_time=time(15), by=lead, at=before)
    assert not Notice.objects.filter(object_id=review.pk, settled_at=None).exists()
    assert tell_of_dates(at=before + timedelta(hours=1)) > 0
    review.refresh_from_db()
    there: dict[str, Any] = {"booked_on": DUE, "booked_time": time(15), "place": "Online"}
    book_step(step=review, seen=review.revision, by=lead, at=before, **there)
    assert tell_of_dates(at=before + timedelta(hours=2)) == 0


def test_a_day_that_was_counted_again_is_told_again(place: Place, review: Step):
    tell_of_dates(at=at(DUE - timedelta(days=1)))
    told()
    made = of(review.episode, "final_plan")
    correct_step(
        step=made,
        seen=made.revision,
        token=review.token,
        reason="It was sent later.",
        held_on=MADE + timedelta(days=7),
        by=place.room.lead,
    )
    assert tell_of_dates(at=at(DUE)) == 0
    assert tell_of_dates(at=at(DUE + timedelta(days=6))) > 0


def test_nothing_is_told_of_a_child_who_has_left(place: Place, review: Step):
    Child.objects.filter(pk=place.child.pk).update(left_on=DUE - timedelta(days=30))
    assert tell_of_dates(at=at(DUE + timedelta(days=1))) == 0
    assert told() == set()


def test_what_nobody_could_be_told_is_told_once_there_is_somebody(place: Place, review: Step):
    lead, episode = place.room.lead, review.episode
    gone = enter_in_error(episode=episode, seen=episode.revision, reason="Her brother’s.", by=lead)
    assert tell_of_dates(at=at(DUE + timedelta(days=1))) == 0
    put_back(episode=gone, by=lead)
    assert tell_of_dates(at=at(DUE + timedelta(days=1), 10)) > 0
    assert {kind for _, kind in told()} == {"date_late"}


def test_where_no_lead_is_there_to_be_told_those_are_who_read_it(place: Place, review: Step):
    for person in (*leads(place), place.trust):
        RoleAssignment.objects.filter(user=person).update(ends_on=DUE - timedelta(days=5))
    assert tell_of_dates(at=at(DUE + timedelta(days=1))) == 1
    assert told() == {(place.room.headteacher, "date_late")}


def test_what_no_rule_gives_a_day_is_told_by_the_day_for_which_it_is_booked(place: Place):
    episode = place.begin("child_protection", starts_on=date(2026, 11, 23))
    place.step(episode, "legal_meeting", booked_on=DUE)
    # Booked late, or looked at late, it is told on the day itself.
    assert tell_of_dates(at=at(DUE)) > 0
    assert {kind for _, kind in told()} == {"date_due"}
    assert tell_of_dates(at=at(DUE + timedelta(days=1))) > 0
    assert {kind for _, kind in told()} == {"date_late"}
    assert tell_of_dates(at=at(DUE + timedelta(days=1), 10)) == 0


def test_a_day_is_worked_out_once_term_dates_are_there(place: Place):
    episode = place.begin("looked_after", starts_on=date(2026, 3, 2))
    place.step(episode, "pep", held_on=date(2026, 11, 16))
    step = of(episode, "pep")
    assert (step.due_on, step.missing) == (None, "The school’s term dates are not set.")
    assert count_missing_days() == 0
    for name, first, last in (
        ("Autumn", date(2026, 9, 2), date(2026, 12, 18)),
        ("Spring", date(2027, 1, 4), date(2027, 3, 24)),
        ("Summer", date(2027, 4, 12), date(2027, 7, 21)),
    ):
        add_term(school=place.school, name=name, starts_on=first, ends_on=last, by=place.room.lead)
    assert count_missing_days() == 1
    now = of(episode, "pep")
    assert (now.due_on, now.missing) == (date(2027, 3, 24), "")
    assert count_missing_days() == 0


def test_who_takes_a_date_over_is_told_of_it_too(place: Place, review: Step):
    tell_of_dates(at=at(DUE - timedelta(days=1)))
    told()
    review.refresh_from_db()
    book_step(step=review, seen=review.revision, booked_on=DUE, owner=place.room.deputy, by=place.room.lead)
    assert tell_of_dates(at=at(DUE - timedelta(days=1), 11)) > 0
    assert (place.room.deputy, "date_due") in told()
