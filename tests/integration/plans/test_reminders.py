"""Who is told of a date, and once each: the day before and when it is late, by a task that may run twice?"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

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


def test_leads_are_told_the_day_before_and_when_it_is_late_once_each(place: Place, review: Step):
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


def test_the_owner_alone_is_told_where_there_is_one(place: Place, review: Step):
    place.name_in_notice("senco")
    book_step(step=review, seen=review.revision, booked_on=DUE, owner=place.senco, by=place.senco)
    tell_of_dates(at=at(DUE - timedelta(days=1)))
    assert told() == {(place.senco, "date_due")}
    # Dropped from the notice, the owner sees nothing of it, and is told nothing.
    place.name_in_notice()
    tell_of_dates(at=at(DUE + timedelta(days=1)))
    people = {user for user, _ in told()}
    assert place.senco not in people
    assert place.room.lead in people


def test_of_dates_of_others_leads_are_told_once_they_are_late_and_not_before(place: Place):
    episode = place.begin("child_protection", starts_on=date(2026, 11, 12))
    step = of(episode, "core_group")
    assert (step.duty, step.due_on) == ("authority", DUE)
    assert tell_of_dates(at=at(DUE - timedelta(days=1))) == 0
    assert tell_of_dates(at=at(DUE + timedelta(days=1))) > 0
    people = {user for user, kind in told() if kind == "date_late"}
    assert place.room.lead in people
    assert people <= leads(place)


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
    assert tell_of_dates(at=at(DUE)) == 0
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
    assert tell_of_dates(at=at(DUE - timedelta(days=1), 11)) == 1
    assert told() == {(place.room.deputy, "date_due")}
