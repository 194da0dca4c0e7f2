"""Do the dates of a case follow from its steps, and who is told of them?"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from safeguarding.accounts.models import Notice
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import RequestRole, RequestStep
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.services import reminders, roles, steps
from tests.factories import LONDON
from tests.walls import as_role

from .cases import handed_in, taken_up

pytestmark = pytest.mark.django_db
RECEIVED = date(2026, 9, 3)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


def asked(cast: Any, **facts: Any) -> Any:
    """A case received on 3 September, due on 5 October 2026."""
    return taken_up(cast, cast.child(), case=handed_in(cast, received_on=RECEIVED, channel="letter"), **facts)


def step(case: Any, by: Any, kind: str, day: int, **other: Any) -> RequestStep:
    return steps.add(
        case, by=by, kind=kind, happened_on=date(2026, 9, day), **({"token": uuid7(), "text": "Passport"} | other)
    )


def test_the_dates_follow_the_steps_and_a_withdrawn_one_counts_for_nothing(cast: Any) -> None:
    case = asked(cast)
    assert steps.dates_of(case).due_on == date(2026, 10, 5)
    step(case, cast.office, "clarification_asked", 10)
    assert steps.dates_of(case).is_paused
    given = step(case, cast.office, "clarification_given", 14)
    assert steps.dates_of(case).due_on == date(2026, 10, 8)
    steps.withdraw(given, by=cast.office)
    assert steps.dates_of(case).due_on is None
    with pytest.raises(OutOfTurn):
        steps.withdraw(given, by=cast.office)
    with pytest.raises(NotAllowed):
        steps.withdraw(given, by=cast.teacher)


def test_identity_that_was_seen_is_written_on_the_case_as_its_kind(cast: Any) -> None:
    case = asked(cast)
    step(case, cast.office, "identity_asked", 4)
    step(case, cast.office, "identity_seen", 9)
    case.refresh_from_db()
    assert (case.identity_seen, steps.dates_of(case).start) == ("Passport", date(2026, 9, 9))


def test_pressed_twice_it_is_recorded_once(cast: Any) -> None:
    case, token = asked(cast), uuid7()
    first, again = (step(case, cast.office, "note", 10, token=token) for _ in range(2))
    assert first == again


def test_what_cannot_be_is_refused_with_a_sentence(cast: Any) -> None:
    case = asked(cast)
    with pytest.raises(BadInput, match="was received on"):
        step(case, cast.office, "note", 2)
    with pytest.raises(BadInput, match="Record first"):
        step(case, cast.office, "clarification_given", 9)
    with pytest.raises(BadInput, match="complex"):
        step(case, cast.office, "extended", 9, text="")
    with pytest.raises(BadInput, match="is to come"):
        steps.add(case, by=cast.office, kind="note", happened_on=date(2099, 1, 1), text="x", token=uuid7())
    with pytest.raises(BadInput, match="had to be told by 3 October 2026") as late:
        steps.add(case, by=cast.office, kind="extended", happened_on=date(2026, 10, 4), text="Large", token=uuid7())
    assert late.value.sentence.endswith("the answer is due by 5 October 2026.")
    step(case, cast.office, "extended", 30)
    assert steps.dates_of(case).due_on == date(2026, 12, 3)
    with pytest.raises(OutOfTurn):
        step(handed_in(cast), cast.office, "note", 30)


def test_a_step_of_the_review_is_for_who_reviews(cast: Any) -> None:
    case = asked(cast)
    roles.name(case, by=cast.office, user=cast.lead, part=RequestRole.Part.PREPARER)
    with pytest.raises(NotAllowed):
        step(case, cast.office, "writer_consulted", 10)
    assert step(case, cast.lead, "writer_consulted", 10).kind == "writer_consulted"


def test_the_educational_record_has_its_date_beside(cast: Any) -> None:
    case = asked(cast, wants_record=True)
    assert steps.dates_of(case).record_due_on == date(2026, 9, 24)


def test_who_works_on_it_is_told_once_for_each_day_that_comes_near(cast: Any) -> None:
    case = asked(cast)
    due = date(2026, 10, 5)
    assert reminders.remind(at=at(due - timedelta(days=18))) == 0
    told = []
    for day in (due - timedelta(days=14), due - timedelta(days=7), due + timedelta(days=1)):
        assert reminders.remind(at=at(day, hour=5)) == 0
        with as_role("worker"):
            assert reminders.remind(at=at(day)) > 0
        assert reminders.remind(at=at(day)) == 0
        rows = Notice.objects.filter(object_id=case.pk, user=cast.office, settled_at=None)
        told.append(set(rows.values_list("kind", flat=True)))
    ten, five, late = RequestNotice.DUE_IN_TEN, RequestNotice.DUE_IN_FIVE, RequestNotice.LATE
    assert told == [{ten}, {ten, five}, {ten, five, late}]
    assert Notice.objects.filter(object_id=case.pk, user=cast.lead, kind=late).exists()


def test_dates_of_many_cases_are_read_at_once(cast: Any, django_assert_max_num_queries: Any) -> None:
    cases = [asked(cast) for _ in range(3)]
    with django_assert_max_num_queries(3):
        found = steps.dates_of_many(cases)
    assert {one.due_on for one in found.values()} == {date(2026, 10, 5)}
