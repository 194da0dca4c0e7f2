"""Whose duty is it about this concern, and what has that person done?

A duty opens nothing: its owner sees what the law asks, and nothing of the concern but the reference that a reporter has
anyway. Where the concern is hidden from them by now they see nothing at all of it: it is written down as theirs, and
leads are told that Harbour does not tell them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from safeguarding import dates
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live
from safeguarding.accounts.services import LEADS, open_notices, settle_notices, tell
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import sight
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, Duty
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides, may_do_duty, may_set_duty_aside
from safeguarding.concerns.services.telling import reporter_may_be_told, tell_readers
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.working_days import add_working_days

from .rows import Prompt, may_hold, prompts_for, prompts_of

E = Duty.Ended
_TELLS = (ConcernNotice.DUTY, ConcernNotice.DUTY_DUE)
# The purpose of the event of a duty whose owner may not be told of it.
NOT_TOLD = "not told"
_BY_YOURSELF = "Speak to them yourself, of the duty alone; then set it aside with what was done."


@dataclass(frozen=True)
class Done:
    """What somebody says was done: `police_reference` and `reported_at` with a report, else `reason`."""

    how: str
    police_reference: str = ""
    reported_at: datetime | None = None
    reason: str = ""


def done_problems(done: Done, *, at: datetime) -> Iterator[tuple[str, str]]:
    """Why this does not say what was done: each a field, and a sentence without its full stop."""
    match done.how:
        case E.REPORTED:
            if not done.police_reference.strip():
                yield "police_reference", "Enter the reference that the police gave you"
            if done.reported_at is None:
                yield "reported_at", "Enter when you reported it"
            elif done.reported_at > at:
                yield "reported_at", "When you reported it must be now or in the past"
        case E.SUSPECTED:
            if not done.reason.strip():
                yield "reason", "Write what you know and what you suspect, and who you told"
        case E.SET_ASIDE:
            if not done.reason.strip():
                yield "reason", "Write why it is set aside"
        case _:
            yield "how", "Choose what was done"


def open_duties(duties: QuerySet[Duty]) -> QuerySet[Duty]:
    """Those that nobody has done, soonest first."""
    return duties.filter(ended_at=None).select_related("owner").order_by("due_on", "pk")


def late_words(duty: Duty, today: date) -> tuple[str, str]:
    """What a list says of an open duty, and its tone: as of an action."""
    late = (today - duty.due_on).days
    if late > 0:
        return f"{dates.counted(late, 'day')} late", "bad"
    return ("Today", "warn") if late == 0 else ("", "")


def arise(concern: Concern, *, author: User, by: User, at: datetime) -> list[Duty]:
    """The duties in person of `author`, who has logged a concern of such a kind. Called where it is logged, within
    that.

    Whoever typed it in from paper is another: then the author is told.
    """
    if not may_hold(concern):
        return []
    wanted = _in_person(concern, author, timezone.localdate(at)).values()
    told = author.pk == by.pk or (bool(wanted) and reporter_may_be_told(concern))
    made = [_open(concern, prompt, owner=author, asked_by=None, told=told, by=by, at=at) for prompt in wanted]
    if author.pk != by.pk and told:
        for duty in made:
            _tell(duty, at=at)
    return made


def cannot_ask_of_duty(concern: Concern, duties: Mapping[str, Duty], *, on: date) -> str:
    """Why a lead cannot write a duty down as the reporter's, as a sentence; empty where they can."""
    if not may_hold(concern):
        return "Nobody has said yet of which kind this concern is."
    wanted = _in_person(concern, concern.logged_by, on)
    if not wanted:
        return f"The law asks nothing of {concern.logged_by.full_name} in person about a concern of this kind."
    if not set(wanted) - set(duties):
        return f"{concern.logged_by.full_name} has been asked already."
    return ""


def why_not_told(duty: Duty) -> str:
    """For a lead: that its owner does not see an open duty, why, and what to do; empty where they see it."""
    if not duty.is_open:
        return ""
    seen, name = sight(duty, [duty.owner_id]).get(duty.owner_id), duty.owner.full_name
    if seen is None:
        return (
            f"Harbour does not tell {name} of this duty: they have left the school, or cannot sign in. {_BY_YOURSELF}"
        )
    if seen.hidden:
        return f"Harbour does not tell {name} of this duty: the concern is hidden from them. {_BY_YOURSELF}"
    return ""


@transaction.atomic
def ask_reporter_of_duty(*, concern: Concern, by: User, at: datetime | None = None) -> list[Duty]:
    """A lead has found that it is of such a kind: the reporter sees what the law asks, and is told. Nothing else of it.

    A reporter from whom it is hidden sees nothing and is not told (`why_not_told`). Pressed twice, it is asked once.
    Raises `NotAllowed`, `BadInput` where nothing is asked of the reporter.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    at = at or timezone.now()
    concern = Concern.objects.select_for_update(of=("self",)).select_related("logged_by").get(pk=concern.pk)
    there = {duty.code: duty for duty in Duty.objects.filter(concern=concern, owner=concern.logged_by)}
    if problem := cannot_ask_of_duty(concern, there, on=timezone.localdate(at)):
        if there:
            return list(there.values())
        raise BadInput(problem)
    told = reporter_may_be_told(concern)
    made = _ask(concern, there, told=told, by=by, at=at)
    record(Verb.ASK if told else Verb.ADD, concern, by=by, purpose="duty")
    concern.revision += 1
    concern.save(update_fields=["revision"])
    return made


def follow_kind(concern: Concern, *, by: User, at: datetime) -> list[Duty]:
    """A lead has just said that it is of another kind: its reporter is told of the duty that this puts on them, if any;
    one from whom the concern is hidden is not (`why_not_told`).

    Called where the kind is changed, within that; the caller has asked who may say so, and locked it. What was asked of
    the reporter for the kind it had before stays: a lead sets it aside with a reason.
    """
    there = {duty.code: duty for duty in Duty.objects.filter(concern=concern, owner=concern.logged_by)}
    if cannot_ask_of_duty(concern, there, on=timezone.localdate(at)):
        return []
    if told := reporter_may_be_told(concern):
        # A part of that deed, which counts the revision up once.
        record(Verb.ASK, concern, by=by, purpose="duty of a new kind")
    return _ask(concern, there, told=told, by=by, at=at)


def _ask(concern: Concern, there: Mapping[str, Duty], *, told: bool, by: User, at: datetime) -> list[Duty]:
    wanted = _in_person(concern, concern.logged_by, timezone.localdate(at))
    made = [
        _open(concern, prompt, owner=concern.logged_by, asked_by=by, told=told, by=by, at=at)
        for code, prompt in wanted.items()
        if code not in there
    ]
    for duty in made if told else ():
        _tell(duty, at=at)
    return made


@transaction.atomic
@door("reporting")
def end_duty(*, duty: Duty, done: Done, by: User, at: datetime | None = None) -> Duty:
    """Say what was done. The person themselves, or a lead who sets it aside, with the reason. Leads are told.

    The same again by the same person changes nothing. Raises `NotAllowed`, `BadInput`, `OutOfTurn` where it has ended
    otherwise.
    """
    at = at or timezone.now()
    concern = Concern.objects.select_for_update().get(pk=duty.concern_id)
    now = Duty.objects.select_for_update(of=("self",)).select_related("owner").get(pk=duty.pk)
    given = {
        "how_ended": done.how,
        "police_reference": done.police_reference.strip() if done.how == E.REPORTED else "",
        "reported_at": done.reported_at if done.how == E.REPORTED else None,
        "reason": done.reason.strip(),
    }
    if now.ended_by_id == by.pk and all(getattr(now, name) == value for name, value in given.items()):
        return now
    _ensure_may_end(now, done, by)
    for _, problem in done_problems(done, at=at):
        raise BadInput(f"{problem}.")
    for name, value in given.items():
        setattr(now, name, value)
    now.ended_at, now.ended_by = at, by
    now.save(update_fields=[*given, "ended_at", "ended_by"])
    concern.revision += 1
    if done.how != E.SET_ASIDE:
        concern.news_at = at
    concern.save(update_fields=["news_at", "revision"])
    record(ConcernVerb.COMPLETE, now, by=by, purpose=done.how)
    record(Verb.ADD, concern, by=by, purpose="duty")
    open_notices(user=by, object_id=now.pk, at=at)
    settle_notices(object_id=now.pk, kinds=_TELLS, by=by, at=at)
    if done.how != E.SET_ASIDE:
        tell_readers(concern, ConcernNotice.ADDED, by=by, at=at)
    return now


def set_aside_with(concern: Concern, *, reason: str, by: User, at: datetime) -> list[Duty]:
    """The concern asks nothing any more, and so nothing in person.

    The caller has asked who may say so, and locked it. All its duties.
    """
    found = list(Duty.objects.filter(concern=concern))
    for duty in found:
        if duty.is_open:
            duty.how_ended, duty.reason, duty.ended_at, duty.ended_by = E.SET_ASIDE, reason, at, by
            duty.save(update_fields=["how_ended", "reason", "ended_at", "ended_by"])
            record(ConcernVerb.COMPLETE, duty, by=by, purpose=E.SET_ASIDE)
    return found


def _ensure_may_end(duty: Duty, done: Done, by: User) -> None:
    if not duty.is_open:
        raise OutOfTurn("What was done has been said already. It stands on this page, and does not change any more.")
    if done.how == E.SET_ASIDE:
        if not may_set_duty_aside(by, duty):
            raise NotAllowed("Only a safeguarding lead sets a duty aside, and not their own.")
    elif not may_do_duty(by, duty):
        raise NotAllowed(f"The law asks this of {duty.owner.full_name}. Nobody else can say that it was done.")


def _in_person(concern: Concern, author: User, on: date) -> dict[str, Prompt]:
    """The duties that a concern of this kind puts on its author, by code: for the roles that they hold at its school
    that day.
    """
    found = [one for one in prompts_for(concern, prompts_of(concern.school_id, on)) if one.in_person]
    if not found:
        return {}
    held = RoleAssignment.objects.filter(live(on), user=author, school_id=concern.school_id)
    roles = set(held.values_list("role_key", flat=True))
    return {one.code: one for one in found if roles & set(one.now.role_keys)}


def _open(
    concern: Concern, prompt: Prompt, *, owner: User, asked_by: User | None, told: bool, by: User, at: datetime
) -> Duty:
    duty = Duty.objects.create(
        concern=concern,
        school_id=concern.school_id,
        reference=concern.reference,
        owner=owner,
        code=prompt.code,
        title=prompt.now.title,
        asks=prompt.now.asks,
        law=prompt.fact.source,
        due_on=add_working_days(timezone.localdate(at), prompt.now.days or 0),
        created_at=at,
        asked_by=asked_by,
    )
    record(Verb.ASSIGN, duty, by=by, purpose="" if told else NOT_TOLD)
    return duty


def _tell(duty: Duty, *, at: datetime) -> None:
    tell(
        people=[duty.owner],
        school_id=duty.school_id,
        kind=ConcernNotice.DUTY,
        object_type="duty",
        object_id=duty.pk,
        at=at,
    )
