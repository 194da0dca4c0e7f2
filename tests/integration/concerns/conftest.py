"""A staffroom, its lead signed in on a school day, and a concern that nobody has read.

Several files here have their own.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests import factories
from tests.factories import SCHOOL_DAY


@pytest.fixture
def room() -> factories.Staffroom:
    return factories.staffroom()


@pytest.fixture
def cast(room: factories.Staffroom) -> factories.Staffroom:
    return room


@pytest.fixture
def rowan(cast: factories.Staffroom) -> Any:
    return factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)


@pytest.fixture
def clock() -> Iterator[Any]:
    """A Tuesday in term, 10 o'clock; `clock.shift(minutes)` goes on."""
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lead(client: Any, room: factories.Staffroom) -> Iterator[Any]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        client.force_login(room.lead)
        yield client


@pytest.fixture
def concern(room: factories.Staffroom) -> Any:
    return factories.concern(room, at=SCHOOL_DAY - timedelta(hours=1), child_words="I fell off my bike.")


@pytest.fixture
def report(room: factories.Staffroom) -> Any:
    """A concern as it was raised, today."""
    return factories.concern(room)
