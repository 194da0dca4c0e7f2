"""How many of the staff are trained, and how many have read the guidance? In numbers that name nobody."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from safeguarding.training.models import Course, GuidanceRead, TrainingRecord

from .courses import courses_of
from .register import Person, Rows, counting, people


@dataclass(frozen=True)
class Standing:
    """Of a school on a day: `staff` work there, of whom so many have all the training that is asked of them in date,
    and so many have read what all staff read. `is_set_up`: there is a course that all staff have to have.
    """

    staff: int
    trained: int
    guidance_read: int
    is_set_up: bool


def standing(school_id: UUID, on: date) -> Standing:
    """The numbers of a day, from what the register has now: what was withdrawn does not count, nor what came after.

    For a task that may read these tables, or for who keeps the register: row security decides what is counted.
    """
    records = counting(TrainingRecord.objects.filter(school=school_id, done_on__lte=on))
    reads = GuidanceRead.objects.filter(school=school_id, read_at__date__lte=on)
    return in_numbers(school_id, people(school_id, Rows(records, reads), on))


def in_numbers(school_id: UUID, found: list[Person]) -> Standing:
    """The same of people whose standing is known."""
    return Standing(
        staff=len(found),
        trained=sum(one.is_trained for one in found),
        guidance_read=sum(one.has_read for one in found),
        is_set_up=any(course.for_whom == Course.ForWhom.ALL for course in courses_of(school_id)),
    )
