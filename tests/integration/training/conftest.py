"""A school that asks all staff for a course, beside that of leads which guidance asks for."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.keys import uuid7
from safeguarding.training.models import Course, TrainingRecord
from safeguarding.training.services.courses import LEAD, courses_of, set_course
from safeguarding.training.services.noting import Had, note_training
from tests import factories
from tests.factories import Staffroom


@dataclass
class Place:
    """The people of a school, its two courses, and how training is noted there by the office."""

    room: Staffroom
    update: Course
    of_leads: Course

    def note(self, *people: User, course: Course | None = None, on: date | None = None) -> list[TrainingRecord]:
        day = on or timezone.localdate() - timedelta(days=3)
        had = [Had(one, course or self.update, day) for one in people]
        return note_training(school=self.room.school, had=had, token=uuid7(), by=self.room.office)

    @property
    def everybody(self) -> list[User]:
        room = self.room
        return [room.teacher, room.assistant, room.pastoral, room.office, room.lead, room.deputy, room.headteacher]


@pytest.fixture
def place() -> Place:
    room = factories.staffroom()
    update = set_course(
        school=room.school,
        token=uuid7(),
        name="Safeguarding update",
        months=12,
        for_whom="all",
        source="Decided by the Headteacher",
        by=room.headteacher,
    )
    return Place(room, update, next(one for one in courses_of(room.school.pk) if one.code == LEAD))
