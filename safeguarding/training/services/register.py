"""How does everybody stand: which training holds, which runs out, what is missing, and what was not read?

Worked out in memory from rows that somebody has read through the gate, or that a task may read: never asked here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from safeguarding.accounts.models import GuidanceEdition, User
from safeguarding.accounts.roles import LEAD_ROLES
from safeguarding.accounts.services import Colleague, staff_of
from safeguarding.accounts.services.guidance import in_force
from safeguarding.training.models import Course, GuidanceRead, TrainingRecord

from .courses import courses_of
from .noting import SOON
from .reading_guidance import READ_BY_ALL

# Who is no member of staff of the school: they oversee it, or look after several.
OVERSEES = frozenset({"governor", "chair", "auditor", "dpo", "trust_lead"})


class State(StrEnum):
    """How the training of a person stands in one course, the worst first."""

    OUT = "out"
    MISSING = "missing"
    SOON = "soon"
    HOLDS = "holds"
    # Nobody asks it of this person, and they had none.
    NONE = "none"


SAID = {
    State.OUT: ("Out of date", "bad"),
    State.MISSING: ("Missing", "bad"),
    State.SOON: ("Runs out soon", "warn"),
    State.HOLDS: ("In date", "ok"),
    State.NONE: ("Not asked", ""),
}


@dataclass(frozen=True)
class InCourse:
    """How one person stands in one course: the record that holds longest, None where there is none."""

    course: Course
    record: TrainingRecord | None
    state: State
    is_asked: bool

    @property
    def says(self) -> str:
        return SAID[self.state][0]

    @property
    def tone(self) -> str:
        return SAID[self.state][1]

    @property
    def is_lacking(self) -> bool:
        """Whether the school asks it of the person, and it does not hold."""
        return self.is_asked and self.state in (State.OUT, State.MISSING)


@dataclass(frozen=True)
class InGuidance:
    """One edition that holds at the school, and when the person said to have read it."""

    edition: GuidanceEdition
    read: GuidanceRead | None

    @property
    def is_asked(self) -> bool:
        return self.edition.guidance in READ_BY_ALL

    @property
    def is_unread(self) -> bool:
        """Whether all staff read it, and this person has not said so."""
        return self.is_asked and self.read is None


@dataclass(frozen=True)
class Person:
    """One line of the register."""

    colleague: Colleague
    courses: tuple[InCourse, ...]
    guidance: tuple[InGuidance, ...]

    @property
    def user(self) -> User:
        return self.colleague.user

    @cached_property
    def asked(self) -> list[InCourse]:
        """The courses that the school asks of the person, and others that they had."""
        return [one for one in self.courses if one.is_asked or one.record]

    @cached_property
    def to_read(self) -> list[InGuidance]:
        """The editions that all staff read."""
        return [one for one in self.guidance if one.is_asked]

    @property
    def is_trained(self) -> bool:
        """Whether all that the school asks of them holds."""
        return not any(one.is_lacking for one in self.courses)

    @property
    def has_read(self) -> bool:
        return not any(one.is_unread for one in self.guidance)

    @property
    def is_due(self) -> bool:
        """Whether something that is asked of them runs out soon."""
        return any(one.is_asked and one.state is State.SOON for one in self.courses)

    @property
    def is_in_order(self) -> bool:
        return self.is_trained and self.has_read and not self.is_due

    @property
    def needs_a_look(self) -> bool:
        return not self.is_in_order

    @property
    def is_lead(self) -> bool:
        return is_lead(self.colleague)


def staff(school_id: UUID, on: date) -> list[Colleague]:
    """Who stands in the register: everybody who works at the school that day, by name."""
    return [one for one in staff_of(school_id, on=on) if any(held.role_key not in OVERSEES for held in one.roles)]


def is_lead(colleague: Colleague) -> bool:
    return any(held.role_key in LEAD_ROLES for held in colleague.roles)


def is_asked(course: Course, colleague: Colleague) -> bool:
    """Whether the school asks somebody for a course."""
    if all(held.role_key in OVERSEES for held in colleague.roles):
        return False
    return course.for_whom == Course.ForWhom.ALL or (course.for_whom == Course.ForWhom.LEADS and is_lead(colleague))


def state_of(course: Course, record: TrainingRecord | None, *, asked: bool, on: date) -> State:
    """How a record stands on a day; without one, whether it is missed."""
    if record is None:
        return State.MISSING if asked else State.NONE
    if record.valid_until is None or record.valid_until > on + SOON:
        return State.HOLDS
    return State.OUT if record.valid_until < on else State.SOON


@dataclass(frozen=True)
class Rows:
    """What is known of the people of a school: records of training that count, with their course, and what was read."""

    records: Iterable[TrainingRecord]
    reads: Iterable[GuidanceRead]


def people(school_id: UUID, rows: Rows, on: date, colleagues: Sequence[Colleague] | None = None) -> list[Person]:
    """How everybody stands on a day, or only these colleagues, by name. As many queries for 300 as for one."""
    courses, editions = courses_of(school_id), in_force(school_id, on)
    longest: dict[tuple[UUID, str], TrainingRecord] = {}
    for row in rows.records:
        key = (row.user_id, row.course.code)
        if key not in longest or _holds_longer(row, longest[key]):
            longest[key] = row
    read = {(row.user_id, row.edition_id): row for row in rows.reads}
    return [
        Person(
            one,
            tuple(_in_course(course, longest.get((one.user.pk, course.code)), one, on) for course in courses),
            tuple(InGuidance(edition, read.get((one.user.pk, edition.pk))) for edition in editions),
        )
        for one in (staff(school_id, on) if colleagues is None else colleagues)
    ]


def _holds_longer(row: TrainingRecord, other: TrainingRecord) -> bool:
    return (row.valid_until or date.max, row.done_on) > (other.valid_until or date.max, other.done_on)


def _in_course(course: Course, record: TrainingRecord | None, colleague: Colleague, on: date) -> InCourse:
    asked = is_asked(course, colleague)
    return InCourse(course, record, state_of(course, record, asked=asked, on=on), asked)


def counting(rows: Any) -> Any:
    """Of a query set of records of training those that count, each with its course."""
    return rows.filter(withdrawn_at=None).select_related("course")
