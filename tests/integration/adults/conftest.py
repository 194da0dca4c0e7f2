"""A school with its people, a chair of governors beside them, on a Tuesday in term."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine

from safeguarding.accounts.models import User
from safeguarding.adults.models import Raised, StaffConcern
from safeguarding.adults.services.raising import Telling, raise_staff_concern
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom


@dataclass
class Place:
    """A staffroom and its chair of governors."""

    room: Staffroom
    chair: User

    @property
    def school(self) -> Any:
        return self.room.school

    def raised(self, *, by: User | None = None, token: Any = None, at: Any = SCHOOL_DAY, **telling: Any) -> Raised:
        """A concern about an adult, raised by the assistant; about the teacher, low-level, unless it is said
        otherwise.
        """
        given = {"raised_as": "low_level", "facts": "He shouted at a child in the corridor.", **telling}
        if not {"user", "name", "about_raiser"} & set(given):
            given["user"] = self.room.teacher
        return raise_staff_concern(
            token=token or uuid7(), school=self.school, telling=Telling(**given), by=by or self.room.assistant, at=at
        )

    def concern(self, **telling: Any) -> StaffConcern:
        return StaffConcern.objects.get(pk=self.raised(**telling).staff_concern_id)


@pytest.fixture
def place() -> Place:
    room = factories.staffroom()
    return Place(room, factories.member(room.school, "chair", "Ines", "Falk"))


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """A Tuesday in term, 10 o’clock; `clock.move_to(day)` goes on."""
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller
