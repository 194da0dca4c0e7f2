"""A child who is on the list twice, on a school day."""

import pytest
import time_machine

from tests import factories, sheets
from tests.factories import SCHOOL_DAY
from tests.integration.children.twice import BORN


@pytest.fixture
def clock():
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pair(room):
    """A child, and the same child once more from the nursery: another spelling, a UPN of its own, an allergy."""
    keep = factories.child(
        room.school, "Rowan", "Ashdown", by=room.office, details={"upn": sheets.number(1), "date_of_birth": BORN}
    )
    again = {
        "upn": sheets.number(2),
        "address_confidential": True,
        "address_confidential_reason": "A refuge.",
    }
    return keep, factories.child(
        room.school,
        "Rowen",
        "Fairclough-Pike",
        by=room.office,
        details=again,
        former_upns=[sheets.number(3)],
        health="Carries an adrenaline pen.",
    )
