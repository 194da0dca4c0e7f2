"""Does the self-check turn red for a file without a receipt, and green once there is one?"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from safeguarding.checks import State
from safeguarding.keys import uuid7
from sharing.transfers.models import FileSending
from sharing.transfers.services.receiving import receive_file
from tests.factories import SCHOOL_DAY
from tests.looking import lines, stands

from .conftest import Place, happened, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


def test_files_to_next_schools_without_a_receipt(clock: Any, place: Place):
    sent(place, place.leaver(date(2026, 11, 20)))
    assert lines(place.room.lead)["transfer_receipts"].found.says == "None; 1 file sent lately."
    clock.move_to(SCHOOL_DAY + timedelta(days=7))
    line = lines(place.room.lead)["transfer_receipts"]
    assert (line.state, line.found.says) == (State.LOOK, "1 file, the oldest sent 5 school days ago.")
    receive_file(sending=FileSending.objects.get(), token=uuid7(), happened=happened(), by=place.room.lead)
    assert stands(place.room.lead, "transfer_receipts") == (State.GOOD, 0)
