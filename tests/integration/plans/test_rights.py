"""May rows of plans be written past the services, in raw SQL, by people who read them, or by the machine?"""

from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from safeguarding.audit.protection import who_sees
from safeguarding.concerns.services.access import grant_concern, restrict_concern
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Step
from safeguarding.plans.services.around import add_professional
from tests import factories
from tests.walls import asking

from .conftest import Place
from .met import about, call, two

pytestmark = pytest.mark.django_db


def written(statement: str, parameters: list[Any], by: Any, role: str = "web", task: str = "") -> int:
    """How many rows it changed; none where it was refused."""
    with asking(by, role, task):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.rowcount
        except ProgrammingError as refusal:
            # By a guard, or because the role may not change the column at all.
            assert "not for this person" in str(refusal) or "permission denied" in str(refusal), refusal
            return 0


@pytest.fixture
def rows(place: Place) -> dict[str, Any]:
    place.name_in_notice("senco", "designated_teacher")
    episode = place.begin("child_protection")
    worker = add_professional(episode=episode, token=uuid7(), role="social_worker", name="M Bell", by=place.room.lead)
    step = Step.objects.filter(episode=episode).first()
    return {"episode": episode, "step": step, "worker": worker, "care": place.begin("looked_after")}


def test_what_decides_who_reads_a_row_changes_for_nobody(place: Place, rows: dict[str, Any]):
    other = factories.child(place.school, "Rowan", by=place.room.office)
    for person in (place.room.lead, place.room.deputy, place.room.headteacher):
        for statement, value in (
            ("UPDATE plans_step SET area = %s", "needs"),
            ("UPDATE plans_step SET child_id = %s", other.pk),
            ("UPDATE plans_step SET episode_id = %s, area = 'care' WHERE area = 'protection'", rows["care"].pk),
            ("UPDATE plans_professional SET areas = ARRAY[%s]", "care"),
            ("UPDATE plans_episode SET child_id = %s", other.pk),
            ("UPDATE plans_designation SET area = %s", "needs"),
        ):
            assert written(statement, [value], person) == 0, (person, statement)


def test_who_reads_and_does_not_keep_changes_nothing(place: Place, rows: dict[str, Any]):
    one = rows["step"].pk
    for statement, parameters in (
        ("UPDATE plans_step SET due_on = '2030-01-01' WHERE id = %s", [one]),
        ("UPDATE plans_step SET told_late_for = due_on WHERE id = %s", [one]),
        ("UPDATE plans_designation SET ends_on = '2026-11-01' WHERE area = 'protection'", []),
        ("UPDATE plans_episode SET starts_on = '2026-10-06' WHERE id = %s", [rows["episode"].pk]),
        ("UPDATE plans_episode SET decided_by_id = NULL, follows = 'waits' WHERE id = %s", [rows["episode"].pk]),
        ("UPDATE plans_professional SET ends_on = '2026-11-01', ended_at = now(), ended_by_id = author_id", []),
    ):
        for person in (place.room.headteacher, place.room.pastoral, place.senco, place.designated):
            assert written(statement, parameters, person) == 0, (person, statement)
        assert written(statement, parameters, place.room.lead) == 1, statement


def test_nobody_adds_to_a_plan_but_who_keeps_it(place: Place, rows: dict[str, Any]):
    copy = (
        "INSERT INTO plans_designation (id, child_id, school_id, area, episode_id, kind, starts_on) "
        "VALUES (%s, %s, %s, 'needs', %s, 'ehcp', '2026-11-02')"
    )
    Designation.objects.all().delete()
    parameters = [uuid7(), place.child.pk, place.school.pk, rows["episode"].pk]
    for person in (place.room.headteacher, place.room.teacher, place.room.pastoral, place.designated):
        assert written(copy, parameters, person) == 0
    assert written(copy, parameters, place.senco) == 1


def test_who_works_with_a_child_is_entered_by_who_keeps_the_areas_with_a_plan_of_the_child(
    place: Place, rows: dict[str, Any]
):
    copy = (
        "INSERT INTO plans_professional (id, child_id, school_id, episode_id, areas, role, name, organisation, "
        "telephone, email, token, author_id, written_at, corrects_id) SELECT %s, child_id, school_id, %s, "
        "%s::varchar[], role, name, organisation, telephone, email, %s, %s, written_at, %s "
        "FROM plans_professional LIMIT 1"
    )
    other = factories.child(place.school, "Rowan", by=place.room.office)
    theirs = place.begin("looked_after", child=other)
    both_areas = ["protection", "care"]
    of_both = add_professional(
        episode=rows["care"], token=uuid7(), role="police", name="D Oak", areas=both_areas, by=place.room.lead
    )
    entered_with = {"own": rows["care"].pk, "other": theirs.pk}
    for plan, areas, corrects, expected in (
        ("own", ["care"], None, 1),
        ("own", both_areas, None, 0),
        ("own", both_areas, of_both.pk, 1),
        ("other", ["care"], None, 0),
    ):
        values = [uuid7(), entered_with[plan], areas, uuid7(), place.designated.pk, corrects]
        assert written(copy, values, place.designated) == expected, (plan, areas)


def test_a_date_is_a_meeting_of_a_concern_that_names_its_child(place: Place, rows: dict[str, Any]):
    mine, other = two(place)
    own, others = (call(place, about(place, [child]), None, kind="core_group") for child in (mine, other))
    claim = "UPDATE plans_step SET meeting_id = %s WHERE id = %s"
    assert written(claim, [others.pk, rows["step"].pk], place.room.lead) == 0
    stands_for = "UPDATE plans_step SET meeting_id = %s, met_for = %s WHERE id = %s"
    assert written(stands_for, [own.pk, mine.pk, rows["step"].pk], place.room.lead) == 1
    restrict_concern(concern=own.concern, by=place.room.lead)
    for person, key, expected in (
        (place.room.headteacher, None, 0),
        (place.room.deputy, other.pk, 0),
        (place.room.deputy, None, 1),
    ):
        assert written("UPDATE plans_step SET met_for = %s WHERE id = %s", [key, rows["step"].pk], person) == expected


def test_whether_a_meeting_was_held_is_said_by_who_decides_on_its_concern(place: Place):
    met = call(place, about(place, [place.child]), None)
    reads, lead = place.room.pastoral, place.room.lead
    grant_concern(concern=met.concern, user=reads, reason="Form tutor.", last_day=date(2026, 12, 4), by=lead)
    assert who_sees(met, [reads.pk])
    move = "UPDATE concerns_meeting SET held_at = held_at + interval '1 day' WHERE id = %s"
    for person, expected in ((reads, 0), (place.room.headteacher, 1)):
        assert written(move, [met.pk], person) == expected


def test_the_task_writes_for_which_day_it_told_and_no_more(place: Place, rows: dict[str, Any]):
    told = "UPDATE plans_step SET told_late_for = '2026-11-20'"
    assert written(told, [], None, "worker") == 0
    for statement in ("UPDATE plans_step SET due_on = '2030-01-01'", "UPDATE plans_step SET area = 'needs'"):
        assert written(statement, [], None, "worker", "plan dates") == 0
    assert written(told, [], None, "worker", "plan dates") > 1
