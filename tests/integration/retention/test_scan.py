"""Until when is a record kept, and when is it due?"""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from retention.models import RetentionDate, RetentionRule
from retention.periods import Period
from retention.services import scan as scanning
from retention.services.scan import known_at, scan
from retention.services.statements import state, withdraw
from safeguarding.keys import uuid7
from tests import factories

from .conftest import BORN, LEFT, Office, date_of, days_ago, make_office

pytestmark = pytest.mark.django_db
M = RetentionDate.Missing


def test_a_file_is_kept_twenty_five_years_from_birth_once_the_lead_says_that_this_is_its_last_school(place: Office):
    child = place.leaver()
    scan(at=days_ago(60))
    kept = date_of(child)
    assert (kept.due_on, kept.missing) == (date(2024, 3, 1), M.LAST_SCHOOL)
    place.last_school(child)
    scan(at=days_ago(50))
    kept = date_of(child)
    assert (kept.rule.code, kept.trigger_on, kept.due_on, kept.missing) == ("R02", BORN, date(2024, 3, 1), "")
    assert kept.seen_due_on == timezone.localdate(days_ago(50)) and kept.seen_again_on is None
    scan(at=days_ago(44))
    assert date_of(child).seen_again_on is None
    scan(at=days_ago(43))
    assert date_of(child).seen_again_on == timezone.localdate(days_ago(43))


def test_a_file_that_the_next_school_has_confirmed_ends_thirty_days_later_before_other_rules(place: Office):
    child = place.leaver()
    received = timezone.localdate() - timedelta(days=5)
    said = {"said": "Whitmoor High, Mrs Orme, by telephone.", "by": place.room.lead}
    stated = state(child=child, token=uuid7(), kind="receipt", on=received, **said)
    scan()
    kept = date_of(child)
    assert (kept.rule.code, kept.due_on, kept.seen_due_on) == ("R01", received + timedelta(days=30), None)
    withdraw(statement=stated, by=place.room.lead)
    scan()
    assert date_of(child).rule.code == "R02"


def test_of_a_child_on_roll_there_is_a_forecast_and_nothing_is_due(place: Office):
    child = factories.child(place.school, by=place.room.office, details={"date_of_birth": BORN})
    scan()
    kept = date_of(child)
    assert (kept.due_on, kept.missing, kept.seen_due_on) == (date(2024, 3, 1), M.ON_ROLL, None)


def test_a_day_of_death_needs_no_statement(place: Office):
    died = place.leaver(details={"date_of_birth": BORN, "date_of_death": LEFT})
    scan()
    assert (date_of(died).rule.code, date_of(died).due_on, date_of(died).missing) == ("R02", date(2024, 3, 1), "")


def test_without_a_day_of_birth_nothing_is_ever_due(place: Office):
    child = place.leaver(details={})
    place.last_school(child)
    scan()
    assert (date_of(child).due_on, date_of(child).missing) == (None, M.BIRTH)


def test_a_rule_that_the_school_has_not_adopted_makes_nothing_due(place: Office):
    child = place.leaver()
    place.last_school(child)
    RetentionRule.objects.filter(school=place.school).delete()
    scan()
    assert (date_of(child).due_on, date_of(child).missing) == (date(2024, 3, 1), M.RULE)


def test_a_changed_day_begins_from_the_start(place: Office):
    child = place.leaver()
    place.due(child)
    assert date_of(child).seen_again_on is not None
    until = timezone.localdate() + timedelta(days=100)
    state(child=child, token=uuid7(), kind="keep", on=until, said="Her family asks.", by=place.room.lead)
    scan()
    kept = date_of(child)
    assert (kept.due_on, kept.seen_due_on, kept.changed_on) == (until, None, timezone.localdate())


def test_left_is_the_day_that_the_office_gave(place: Office):
    assert place.leaver().left_on == LEFT


def test_what_is_wrong_at_one_school_keeps_no_other_from_its_dates(
    place: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    others = [make_office("Hazel Bank"), place]
    children = [one.leaver() for one in others]
    first = min(others, key=lambda one: one.school.pk).school.pk

    def known(school_id: UUID) -> scanning.Known:
        if school_id == first:
            raise ValueError("year 10000 is out of range")
        return known_at(school_id)

    monkeypatch.setattr(scanning, "known_at", known)
    with pytest.raises(ValueError, match="year 10000"):
        scan()
    assert [RetentionDate.objects.filter(record_key=one.pk).exists() for one in children] == [
        one.school.pk != first for one in others
    ]
    assert "not worked out" in caplog.text


def test_a_day_of_the_far_future_ends_with_the_calendar():
    years = Period("R10", None, 12, None, "raised", is_in_force=True)
    assert years.ends(date(9995, 1, 1)) == date.max and years.ends(date(2020, 2, 29)) == date(2032, 2, 29)
    assert Period("R16", None, None, 30, "withdrawal", is_in_force=True).ends(date.max) == date.max
