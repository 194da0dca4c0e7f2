"""Who of the demo school is trained, and who has read the guidance? As its list of staff says, moved to this year.

Some of the staff missed the update of September, and one has not read the guidance: the register says so.
"""

from datetime import date, datetime, time, timedelta

from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import School
from safeguarding.audit.context import Acting, acting
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.training.services.courses import LEAD, courses_of, set_course
from safeguarding.training.services.noting import Had, note_training
from safeguarding.training.services.reading_guidance import confirm_read, to_read

_HEAD, _OFFICE = "S01", "S09"
# Name, months, who has to have it, where that comes from.
_COURSES = (
    ("Safeguarding update", 12, "all", "Decided by the Headteacher and the governors for each September"),
    ("Paediatric first aid", 36, "nobody", "Decided by the Headteacher for those who go on trips"),
)
_OF_DATA = (("dsl_training", LEAD), ("annual_update", _COURSES[0][0]))


def lay_training(school: School, ground: Ground, keys: Keys) -> None:
    """The courses, who had them, and what everybody has read."""
    head, office = ground.users[_HEAD], ground.users[_OFFICE]
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        at = ground.now - timedelta(days=400)
        for name, months, for_whom, source in _COURSES:
            set_course(
                school=school,
                token=keys.token(),
                name=name,
                months=months,
                for_whom=for_whom,
                source=source,
                by=head,
                at=at,
            )
    courses = {key: course for course in courses_of(school.pk) for key in (course.code, course.name)}
    with acting(Acting(user_id=office.pk, school_id=school.pk)):
        for field, course in _OF_DATA:
            had = [
                Had(ground.users[key], courses[course], day)
                for key, entry in ground.staff.items()
                if (day := _day(ground, entry.get(field)))
            ]
            note_training(school=school, had=had, token=keys.token(), by=office, at=ground.now)
    _read(school, ground)


def _read(school: School, ground: Ground) -> None:
    """Everybody for themselves, on the day of the data."""
    for key, entry in ground.staff.items():
        day, user = _day(ground, entry.get("kcsie_read")), ground.users[key]
        if day is None:
            continue
        with acting(Acting(user_id=user.pk, school_id=school.pk)):
            for edition in to_read(school.pk, day):
                confirm_read(school=school, edition=edition, by=user, at=_at(day))


def _day(ground: Ground, written: str | None) -> date | None:
    """A day of the data in the present school year; none that has not come yet."""
    day = ground.days.of(written)
    return day if day and day < ground.now.date() else None


def _at(day: date) -> datetime:
    return datetime.combine(day, time(15, 50), LONDON)
