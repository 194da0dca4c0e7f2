"""Does the self-check turn red for access that nobody has looked at, and green once somebody has?"""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from children.services import access
from children.services.sight import named_no_child
from safeguarding.accounts.services import answer_conflict_question, assign_role, sign_access_review, unanswered
from safeguarding.checks import State
from tests import factories
from tests.factories import LONG_AGO, SCHOOL_DAY
from tests.looking import lines, stands

from .test_access import LONG_WHY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def room() -> factories.Staffroom:
    return factories.staffroom()


def test_emergency_access_that_nobody_has_reviewed(room: Any, clock: Any):
    child = factories.child(room.school, by=room.office)
    parent = factories.member(room.school, "lead", "Pat", "Quill")
    access.declare_conflict(user=parent, child=child, kind="own_child", by=parent)
    assert stands(room.lead, "emergencies") == (State.GOOD, 0)
    opened = access.open_emergency_access(child=child, reason=LONG_WHY, by=room.pastoral, at=SCHOOL_DAY)
    assert stands(room.lead, "emergencies") == (State.LOOK, 1)
    clock.move_to(SCHOOL_DAY + 7 * DAY)
    assert stands(room.lead, "emergencies") == (State.FIX, 1)
    assert stands(parent, "emergencies") == (State.GOOD, 0), "their own child is hidden from them"
    assert "emergencies" not in lines(room.deputy), "who manages no access has no line of it"
    access.review_emergency_access(access=opened, finding="justified", note="Right", by=room.lead)
    assert stands(room.lead, "emergencies") == (State.GOOD, 0)


def test_conflicts_not_declared_when_access_was_reviewed(room: Any):
    new = factories.person("Nia", "Holt")
    assign_role(user=new, school=room.school, role_key="teacher", starts_on=LONG_AGO)
    line = lines(room.lead)["conflicts"]
    assert (line.state, line.found.says) == (State.GOOD, "None; 1 person has still to answer this year.")
    sign_access_review(school=room.school, by=room.headteacher, at=SCHOOL_DAY)
    assert stands(room.lead, "conflicts") == (State.LOOK, 1)
    on = SCHOOL_DAY.date()
    assert [one.user for one in unanswered(room.school.pk, on=on)] == [new]
    answer_conflict_question(user=new, school_id=room.school.pk, has_connection=True)
    assert stands(room.lead, "conflicts") == (State.LOOK, 1), "they have said yes, and not to which child"
    assert named_no_child(room.school.pk, on=on) == [new]
    child = factories.child(room.school, by=room.office)
    access.declare_conflict(user=new, child=child, kind="own_child", by=new)
    line = lines(room.lead)["conflicts"]
    assert (line.state, line.found.says) == (State.GOOD, "Everybody has answered this school year.")
