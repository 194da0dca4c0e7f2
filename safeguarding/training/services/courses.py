"""Which courses does a school ask for, and how long does each hold? Set, replaced by another, and ended."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.once import once
from safeguarding.training.models import Course

LEAD = "lead"
LONGEST = 120
MOST_OF_LEADS = 24
# Domain reference 1.3. Every other course is the school's own.
_HARBOURS: dict[str, Any] = {
    "code": LEAD,
    "name": "Training for safeguarding leads and deputies",
    "months": MOST_OF_LEADS,
    "for_whom": Course.ForWhom.LEADS,
    "source": "Keeping children safe in education, part two: at least every two years, deputies to the same standard; "
    "paragraph to be confirmed",
}


@transaction.atomic
def load_courses() -> int:
    """Put Harbour's own course into a row. Returns how many are new or changed. May run at every start."""
    there = Course.objects.filter(school=None, code=LEAD).first()
    changed = [name for name, value in _HARBOURS.items() if there is None or getattr(there, name) != value]
    if there is None:
        # What Harbour brings is no change of anything: it gets no entry in a history.
        Course.objects.bulk_create([Course(**_HARBOURS)])
    elif changed:
        for name in changed:
            setattr(there, name, _HARBOURS[name])
        there.save(update_fields=changed)
    if changed:
        record(Verb.CHANGE, object_type=Course._meta.label_lower, count=1, purpose="reference list")
    return int(bool(changed))


def courses_of(school_id: UUID) -> list[Course]:
    """The courses of a school as they hold now, Harbour's own first, then by name: one query."""
    return once(("courses", school_id), lambda: _courses_of(school_id))


def _courses_of(school_id: UUID) -> list[Course]:
    rows = Course.objects.filter(Q(school=school_id) | Q(school=None), ended_at=None).select_related("made_by")
    # Of one code the school's own holds.
    held = {row.code: row for row in sorted(rows, key=lambda row: row.school_id is not None)}
    return sorted(held.values(), key=lambda row: (row.code != LEAD, row.name.casefold(), row.pk))


def ended_courses(school_id: UUID) -> list[Course]:
    """The newest of those that hold no more."""
    ended = Course.objects.filter(school=school_id, ended_at__isnull=False).select_related("made_by", "ended_by")
    return list(ended.order_by("-ended_at", "-pk")[:50])


def course_problems(
    school_id: UUID, *, code: str, name: str, months: int | None, for_whom: str, source: str
) -> Iterator[tuple[str, str]]:
    """Why this can be no course: each a field, and a sentence without its full stop. Without `code` it is a new one."""
    live = {row.code: row for row in courses_of(school_id)}
    if code and code not in live:
        yield "code", "This course has ended. Choose another one, or add it as a new course"
    if not name.strip():
        yield "name", "Enter the name of the course"
    elif any(row.name.casefold() == name.strip().casefold() and row.code != code for row in live.values()):
        yield "name", "There is a course of this name. Choose it above to change how long it holds"
    if months is not None and not 1 <= months <= LONGEST:
        yield "months", f"Give a number of months from 1 to {LONGEST}, or leave it empty where the training has no end"
    elif code == LEAD and (months is None or months > MOST_OF_LEADS):
        yield "months", f"Leads and deputies are trained at least every two years: give {MOST_OF_LEADS} months or fewer"
    if for_whom not in Course.ForWhom:
        yield "for_whom", "Choose who has to have it"
    elif code == LEAD and for_whom == Course.ForWhom.NOBODY:
        yield "for_whom", "Leads and deputies have to have it: choose them, or all staff"
    if not source.strip():
        yield "source", "Say where this comes from, such as the local partnership or who decided it"


def course_token(token: UUID, *, code: str, name: str, months: int | None, for_whom: str, source: str) -> UUID:
    """Of what was typed on the page with this token: the course that it sets, however often it is sent."""
    return entry_token(token, code, name, months, for_whom, source)


@transaction.atomic
def set_course(
    *,
    school: School,
    token: UUID,
    name: str,
    months: int | None,
    for_whom: str,
    source: str,
    code: str = "",
    by: User,
    at: datetime | None = None,
) -> Course:
    """From now on. With the `code` of one that is there, it takes the place of that one, and records of it count on.

    Records that were noted keep the day until which they hold. The same form again sets it once. Raises `NotAllowed`,
    `BadInput`.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    key = course_token(token, code=code, name=name, months=months, for_whom=for_whom, source=source)
    if there := Course.objects.filter(token=key, school=school).first():
        return there
    said = {"name": name, "months": months, "for_whom": for_whom, "source": source}
    for _, problem in course_problems(school.pk, code=code, **said):  # type: ignore[arg-type]
        raise BadInput(f"{problem}.")
    if code and (live := Course.objects.filter(school=school, code=code, ended_at=None).first()):
        _end(live, by=by, at=at)
    made = Course.objects.create(
        school=school,
        token=key,
        code=code or key.hex,
        name=name.strip(),
        months=months,
        for_whom=for_whom,
        source=source.strip(),
        made_at=at,
        made_by=by,
    )
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def end_course(*, school: School, code: str, by: User, at: datetime | None = None) -> None:
    """The school asks for it no more; what was noted stays. Of Harbour's own, Harbour's row holds again.

    Raises `NotAllowed`, `OutOfTurn` where the school has none of its own.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    rows = Course.objects.select_for_update(of=("self",)).filter(school=school, ended_at=None)
    live = next((row for row in rows if row.code == code), None)
    if live is None:
        raise OutOfTurn("This course has ended already.")
    _end(live, by=by, at=at or timezone.now())


def _end(course: Course, *, by: User, at: datetime) -> None:
    course.ended_at, course.ended_by = at, by
    course.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, course, by=by)
