"""A staffroom with the law loaded, a calendar, a data protection officer and a chair of governors."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services import add_term
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.factories import Staffroom

TERMS = (
    ("Autumn, first half", date(2026, 9, 2), date(2026, 10, 23)),
    ("Autumn, second half", date(2026, 11, 2), date(2026, 12, 18)),
    ("Spring, first half", date(2027, 1, 4), date(2027, 2, 12)),
)


@dataclass
class Office:
    """A staffroom, and who else has to do with requests."""

    room: Staffroom
    officer: User
    chair: User

    def __getattr__(self, name: str) -> Any:
        return getattr(self.room, name)

    def child(self, forename: str = "Rowan", **facts: Any) -> Child:
        return factories.child(self.school, forename, by=self.office, **facts)


@pytest.fixture
def cast() -> Office:
    load_request_law()
    room = factories.staffroom()
    for name, first, last in TERMS:
        add_term(school=room.school, name=name, starts_on=first, ends_on=last, by=room.headteacher)
    return Office(
        room,
        officer=factories.member(room.school, "dpo", "Ines", "Marlow"),
        chair=factories.member(room.school, "chair", "Gwen", "Tarrant"),
    )
