"""Note that people had a course, withdraw what was a mistake, and put a certificate beside a record."""

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.services import settle_notices, staff_of
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record, record_many
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.training.capabilities import TrainingCapability as C
from safeguarding.training.models import Certificate, Course, TrainingRecord
from safeguarding.training.notice_kinds import TrainingNotice
from safeguarding.training.permissions import KEEPERS, ensure_attaches
from safeguarding.uploads.services.keeping import Attached, Upload, keep, seal_all

# Before its last day, training is said to run out soon.
SOON = timedelta(days=60)
# Nobody has had training here before; a year that was mistyped.
EARLIEST = date(1970, 1, 1)


@dataclass(frozen=True)
class Had:
    """That somebody had a course on a day. Without `valid_until` it holds as long as the course says."""

    user: User
    course: Course
    done_on: date
    valid_until: date | None = None

    @property
    def until(self) -> date | None:
        return self.valid_until or holds_until(self.course, self.done_on)


def holds_until(course: Course, done_on: date) -> date | None:
    """Until when a course holds that somebody had on a day; None: it has no end."""
    if course.months is None:
        return None
    years, month = divmod(done_on.month - 1 + course.months, 12)
    year, month = done_on.year + years, month + 1
    return date(year, month, min(done_on.day, monthrange(year, month)[1]))


def day_problem(done_on: date | None, today: date) -> str:
    """Why nobody can have had training on this day, without its full stop; empty where they can."""
    if done_on is None:
        return "Enter the day of the training"
    if done_on > today:
        return "The day of the training must be today or in the past: note it once it has been"
    return "" if done_on >= EARLIEST else "The day of the training cannot be so long ago. Check the year"


def until_problem(done_on: date | None, valid_until: date | None) -> str:
    """Why it cannot hold until then; empty where it can."""
    if done_on and valid_until and valid_until < done_on:
        return "It cannot hold until a day before the training"
    return ""


@transaction.atomic
def note_training(
    *, school: School, had: Sequence[Had], token: UUID, by: User, purpose: str = "", at: datetime | None = None
) -> list[TrainingRecord]:
    """Note the training of several people, all of it or none. The same form again, or what is noted already, notes
    nothing twice. Returns the records that are new.

    Raises `NotAllowed`; `BadInput` for a day that cannot be, a course of another school, somebody who does not work
    there.
    """
    ensure(by, C.KEEP_TRAINING, school.pk, KEEPERS)
    at = at or timezone.now()
    _check(school, had, timezone.localdate(at))
    # One at a time for each school: what two people note at once, one of them finds noted.
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    there = _noted(school.pk, {one.user.pk for one in had})
    new: dict[tuple[UUID, str, date], TrainingRecord] = {}
    for one in had:
        what = (one.user.pk, one.course.code, one.done_on)
        if what in there or what in new:
            continue
        new[what] = TrainingRecord(
            school=school,
            user=one.user,
            token=entry_token(token, *what, at),
            course=one.course,
            done_on=one.done_on,
            valid_until=one.until,
            noted_at=at,
            noted_by=by,
        )
    rows = TrainingRecord.objects.bulk_create(new.values())
    if rows:
        label = TrainingRecord._meta.label_lower
        record_many(Verb.CREATE, label, [row.pk for row in rows], by=by, school_id=school.pk)
        _settle(school.pk, rows, by=by, at=at)
    if purpose and rows:
        record(Verb.IMPORT, school, by=by, count=len(rows), purpose=purpose)
    return rows


def _check(school: School, had: Sequence[Had], today: date) -> None:
    here = {one.user.pk for one in staff_of(school.pk, on=today)}
    for one in had:
        if one.user.pk not in here:
            raise BadInput(f"{one.user.full_name} does not work at this school today. Choose somebody who does.")
        if one.course.school_id not in (None, school.pk):
            raise BadInput("This course is of another school. Choose one from the list.")
        if problem := day_problem(one.done_on, today) or until_problem(one.done_on, one.valid_until):
            raise BadInput(f"{problem}.")


def _noted(school_id: UUID, people: Collection[UUID]) -> set[tuple[UUID, str, date]]:
    """What is noted of these people: who, the code of the course, the day."""
    rows = TrainingRecord.objects.filter(school=school_id, user__in=people, withdrawn_at=None)
    return set(rows.values_list("user_id", "course__code", "done_on"))


def noted_already(school_id: UUID) -> set[tuple[UUID, str, date]]:
    """What the register has: who, the code of the course, the day. One query, for who keeps it."""
    rows = TrainingRecord.objects.filter(school=school_id, withdrawn_at=None)
    return set(rows.values_list("user_id", "course__code", "done_on"))


def _settle(school_id: UUID, rows: Sequence[TrainingRecord], *, by: User, at: datetime) -> None:
    """People are asked no more for what they have had by now."""
    soon = timezone.localdate(at) + SOON
    for code in {row.course.code for row in rows}:
        people = [row.user_id for row in rows if row.course.code == code]
        asked = {row.course.pk for row in rows if row.course.code == code}
        for course in asked:
            among = User.objects.filter(pk__in=people)
            settle_notices(object_id=course, kinds=[TrainingNotice.COURSE_DUE], by=by, at=at, among=among)
        before = TrainingRecord.objects.filter(school=school_id, user__in=people, course__code=code)
        before = before.filter(valid_until__lte=soon).exclude(pk__in=[row.pk for row in rows])
        for key in before.values_list("pk", flat=True):
            kinds = [TrainingNotice.TRAINING_ENDS, TrainingNotice.TRAINING_OUT]
            settle_notices(object_id=key, kinds=kinds, by=by, at=at)


@transaction.atomic
def withdraw_training(*, training: TrainingRecord, by: User, at: datetime | None = None) -> None:
    """It was noted by mistake: it counts no more, and stays with who withdrew it.

    Raises `NotAllowed`, `OutOfTurn` the second time.
    """
    ensure(by, C.KEEP_TRAINING, training.school_id, KEEPERS)
    at = at or timezone.now()
    locked = TrainingRecord.objects.select_for_update(of=("self",)).get(pk=training.pk)
    if locked.withdrawn_at is not None:
        raise OutOfTurn("This has been withdrawn already.")
    locked.withdrawn_at, locked.withdrawn_by = at, by
    locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(Verb.WITHDRAW, locked, by=by)
    settle_notices(object_id=locked.pk, kinds=[*TrainingNotice], by=by, at=at)


@transaction.atomic
def attach_certificate(
    *, training: TrainingRecord, token: UUID, uploads: Sequence[Upload], by: User, at: datetime | None = None
) -> Attached[Certificate]:
    """The person, or who keeps the register, puts files beside a record. The same form again attaches nothing twice.

    Raises `NotAllowed`, `OutOfTurn` for one that was withdrawn, `BadInput`.
    """
    ensure_attaches(by, training)
    at = at or timezone.now()
    make = partial(Certificate, training=training, user_id=training.user_id, school_id=training.school_id)
    sealed = seal_all(uploads, make=make, token=token, by=by, at=at)
    locked = TrainingRecord.objects.select_for_update(of=("self",)).get(pk=training.pk)
    if locked.withdrawn_at is not None:
        raise OutOfTurn("This record was withdrawn: nothing is attached to it any more.")
    found = keep(sealed, by=by)
    if found.is_news:
        record(Verb.ADD, locked, by=by, purpose="files")
    return found
