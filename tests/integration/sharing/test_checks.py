"""Does the self-check turn red for a share that nobody has confirmed, and green once somebody has?"""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from safeguarding.checks import State
from safeguarding.dates import start_of
from safeguarding.keys import uuid7
from sharing.events.services.receiving import record_received
from tests.factories import SCHOOL_DAY
from tests.looking import lines, stands

from .conftest import Place
from .deciding import happened, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


def test_shares_that_nobody_has_confirmed(clock: Any, place: Place):
    event = sent(place)
    assert stands(place.room.lead, "share_receipts") == (State.GOOD, 0)
    assert event.follow_up_on is not None
    clock.move_to(start_of(event.follow_up_on))
    line = lines(place.room.lead)["share_receipts"]
    assert (line.state, line.found.says) == (State.LOOK, "1 share, the first expected by 1 December.")
    record_received(event=event, token=uuid7(), happened=happened(), by=place.room.lead)
    assert stands(place.room.lead, "share_receipts") == (State.GOOD, 0)
