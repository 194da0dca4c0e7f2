"""How long may an agency take to answer?

By guidance, which holds everywhere; else as the school has set it, with where that comes from.
"""

from dataclasses import dataclass
from datetime import date, datetime
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
from safeguarding.concerns.models import Agency, AnswerTime, SchoolAnswerTime
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token

# More working days than this are no answer time: a day of review is what is meant.
LONGEST = 60


@dataclass(frozen=True)
class Time:
    """How long an agency has, in working days, and where that comes from."""

    answer_days: int
    escalate_days: int
    source: str


@dataclass(frozen=True)
class Line:
    """One agency as the page lists it. `guidance` stands above what the school has set."""

    agency: Agency
    guidance: AnswerTime | None
    own: SchoolAnswerTime | None


def _in_force(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))


def answer_time(agency: str, on: date, school_id: UUID) -> Time | None:
    """How long guidance of a day gives the agency, else the school's own time; None where neither says anything."""
    by_guidance = AnswerTime.objects.filter(_in_force(on), agency=agency).order_by("-valid_from").first()
    time = by_guidance or SchoolAnswerTime.objects.filter(school_id=school_id, agency=agency, ended_at=None).first()
    return Time(time.answer_days, time.escalate_days, time.source) if time else None


def times_of(school_id: UUID, *, today: date) -> list[Line]:
    """Every agency with the time that it has now: two queries."""
    by_guidance = {one.agency: one for one in AnswerTime.objects.filter(_in_force(today)).order_by("valid_from")}
    own = SchoolAnswerTime.objects.filter(school_id=school_id, ended_at=None).select_related("made_by")
    mine = {one.agency: one for one in own}
    return [Line(agency, by_guidance.get(agency.value), mine.get(agency.value)) for agency in Agency]


def ended_times(school_id: UUID) -> list[SchoolAnswerTime]:
    """The newest of those that hold no more."""
    ended = SchoolAnswerTime.objects.filter(school_id=school_id, ended_at__isnull=False)
    return list(ended.select_related("made_by", "ended_by").order_by("-ended_at", "-pk")[:50])


def find_time(time_id: UUID, school_id: UUID) -> SchoolAnswerTime | None:
    return SchoolAnswerTime.objects.filter(pk=time_id, school_id=school_id).first()


def time_problems(agency: str, answer_days: int, escalate_days: int, source: str, *, on: date) -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when it can be set."""
    found = {}
    if agency not in Agency:
        found["agency"] = "Choose the agency"
    elif guidance := AnswerTime.objects.filter(_in_force(on), agency=agency).first():
        found["agency"] = f"Guidance gives this agency its time, which holds everywhere: {guidance.source}"
    if not 1 <= answer_days <= LONGEST:
        found["answer_days"] = f"Give a number of working days from 1 to {LONGEST}"
    elif not answer_days <= escalate_days <= LONGEST:
        found["escalate_days"] = f"A silence is taken further after the answer was due: from {answer_days} to {LONGEST}"
    if not source:
        found["source"] = "Say where this time comes from, such as the local procedure or who agreed it"
    return found


@transaction.atomic
def set_time(
    *,
    school: School,
    token: UUID,
    agency: str,
    answer_days: int,
    escalate_days: int,
    source: str,
    by: User,
    at: datetime | None = None,
) -> SchoolAnswerTime:
    """From now on; what held before ends, and stays on the page. The same again is one. Referrals that were made keep
    their day.

    Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    at, source = at or timezone.now(), source.strip()
    for problem in time_problems(agency, answer_days, escalate_days, source, on=timezone.localdate(at)).values():
        raise BadInput(f"{problem}.")
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    key = entry_token(token, agency, answer_days, escalate_days, source)
    if there := SchoolAnswerTime.objects.filter(token=key, school=school).first():
        return there
    now = SchoolAnswerTime.objects.filter(school=school, agency=agency, ended_at=None).first()
    if now and (now.answer_days, now.escalate_days, now.source) == (answer_days, escalate_days, source):
        return now
    if now:
        _end(now, by=by, at=at)
    made = SchoolAnswerTime.objects.create(
        school=school,
        token=key,
        agency=agency,
        answer_days=answer_days,
        escalate_days=escalate_days,
        source=source,
        made_at=at,
        made_by=by,
    )
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def end_time(*, time: SchoolAnswerTime, by: User, at: datetime | None = None) -> None:
    """The agency has no time of its own any more: who refers says by which day. Raises `OutOfTurn` the second time."""
    ensure(by, Capability.MANAGE_SCHOOL, time.school_id, SETTERS)
    locked = SchoolAnswerTime.objects.select_for_update(of=("self",)).get(pk=time.pk)
    if locked.ended_at is not None:
        raise OutOfTurn("This time has ended already.")
    _end(locked, by=by, at=at or timezone.now())


def _end(time: SchoolAnswerTime, *, by: User, at: datetime) -> None:
    time.ended_at, time.ended_by = at, by
    time.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, time, by=by)
