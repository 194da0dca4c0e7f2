"""Does the self-check turn red for a request past its day, warn of the school’s own aim, and turn green once it is
over?
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from safeguarding.checks import State
from sharing.requests.services import answering
from tests.factories import SCHOOL_DAY
from tests.looking import lines, stands

from .cases import handed_in, taken_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


def test_requests_past_their_day(clock: Any, cast: Any):
    assert lines(cast.lead)["request_dates"].found.says == "None is open."
    case = taken_up(cast, cast.child(), case=handed_in(cast, received_on=date(2026, 10, 26)))
    line = lines(cast.lead)["request_dates"]
    assert (line.state, line.found.says) == (State.LOOK, "1 request past the school’s own aim.")
    late = taken_up(cast, cast.child("Wren"), case=handed_in(cast, received_on=date(2026, 9, 14)))
    line = lines(cast.lead)["request_dates"]
    says = "1 request past the day of the law, 1 more past the school’s own aim."
    assert (line.state, line.found.number, line.found.says) == (State.FIX, 2, says)
    assert "request_dates" not in lines(cast.deputy), "who handles no requests has no line of them"
    for one in (case, late):
        answering.withdraw(one, by=cast.office, because="They rang.")
    assert stands(cast.lead, "request_dates") == (State.GOOD, 0)
