"""Does the self-check turn red for records whose time is over, and green once they are on a list?"""

import pytest

from safeguarding.accounts.services import answer_conflict_question
from safeguarding.checks import State
from tests.looking import stands

from .conftest import Office

pytestmark = pytest.mark.django_db


def test_records_whose_time_is_over_on_no_list(place: Office):
    lead = place.room.lead
    answer_conflict_question(user=lead, school_id=place.school.pk, has_connection=False)
    child = place.leaver()
    assert stands(lead, "destruction") == (State.GOOD, 0)
    place.due(child)
    assert stands(lead, "destruction") == (State.LOOK, 1)
    place.on_list(child)
    assert stands(lead, "destruction") == (State.GOOD, 0)
