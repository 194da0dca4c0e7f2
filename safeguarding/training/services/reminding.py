"""Remind people of training that is due and of guidance that they have not read. Work of the worker, once a day.

Each thing is told once: that a course is missing, that a training soon runs out, that it has run out, that there is an
edition to read. The inbox has it at once, and the mail goes with the school's digest. Nobody is told that a course is
missing while the register is empty: a school that begins with it brings in what it has first.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from safeguarding.accounts.models import Notice, School, User
from safeguarding.accounts.services import next_digest, schools, tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.locks import one_at_a_time
from safeguarding.training.models import GuidanceRead, TrainingRecord
from safeguarding.training.notice_kinds import TrainingNotice as N

from .register import Person, Rows, State, counting, people

# What of which kind of record is told.
Due = tuple[N, str, UUID]


def remind_all(*, at: datetime | None = None) -> int:
    """Tell everybody at every school what is due. Returns how many notices there are; may run twice."""
    at = at or timezone.now()
    with one_at_a_time("remind of training") as is_mine:
        return sum(remind_school(school, at=at) for school in schools()) if is_mine else 0


@system_task("training reminders")
def remind_school(school: School, *, at: datetime) -> int:
    """Tell the people of one school. Returns how many notices there are."""
    today = timezone.localdate(at)
    records = list(counting(TrainingRecord.objects.filter(school=school)))
    reads = GuidanceRead.objects.filter(school=school)
    wanted: defaultdict[Due, list[User]] = defaultdict(list)
    there = _told(school.pk)
    for person in people(school.pk, Rows(records, reads), today):
        for due in _due(person):
            is_missed = due[0] is N.COURSE_DUE
            if (records or not is_missed) and (person.user.pk, due[0].value, due[2]) not in there:
                wanted[due].append(person.user)
    for (kind, of, key), some in wanted.items():
        _tell(school, kind, of, key, some, at)
    told = sum(map(len, wanted.values()))
    if told:
        record(Verb.ASK, school, count=told, purpose="training reminders")
    return told


def _told(school_id: UUID) -> set[tuple[UUID, str, UUID]]:
    rows = Notice.objects.filter(school=school_id, kind__in=[*N])
    return set(rows.values_list("user_id", "kind", "object_id"))


def _due(person: Person) -> Iterator[Due]:
    for one in person.courses:
        if not one.is_asked:
            continue
        if one.record is None:
            yield N.COURSE_DUE, "course", one.course.pk
        elif one.state is State.SOON:
            yield N.TRAINING_ENDS, "training", one.record.pk
        elif one.state is State.OUT:
            yield N.TRAINING_OUT, "training", one.record.pk
    for guidance in person.guidance:
        if guidance.is_unread:
            yield N.GUIDANCE_TO_READ, "guidance", guidance.edition.pk


def _tell(school: School, kind: N, of: str, key: UUID, some: list[User], at: datetime) -> None:
    about = {"people": some, "school_id": school.pk, "kind": kind, "object_id": key, "at": at}
    about["digest_at"] = next_digest(school, at)
    match of:
        case "course":
            tell(object_type="course", **about)  # type: ignore[arg-type]
        case "training":
            tell(object_type="training", **about)  # type: ignore[arg-type]
        case _:
            tell(object_type="guidance", **about)  # type: ignore[arg-type]
