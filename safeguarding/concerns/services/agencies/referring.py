"""Refer to an agency, and record what happened then: chased, answered, more was sent, withdrawn."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS, settle_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import referral_life
from safeguarding.concerns.models import Agency, Concern, Decision, How, Referral, ReferralStep
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.deciding import day_problem
from safeguarding.concerns.services.deciding.changes import lock, touch
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.working_days import add_working_days

from .times import answer_time

# What was sent or said longer ago than this is a slip of the hand: the year of another date.
LONGEST_AGO = timedelta(days=366)
# A clock that goes a little fast is no date in the future.
SLACK = timedelta(minutes=5)
KINDS = {
    "chase": ReferralStep.Kind.CHASED,
    "answer": ReferralStep.Kind.ANSWERED,
    "send_more": ReferralStep.Kind.MORE_SENT,
    "withdraw": ReferralStep.Kind.WITHDRAWN,
}
# After these the agency is to answer again.
WAITS_AGAIN = ("chase", "send_more")


@dataclass(frozen=True)
class Sent:
    """A referral as it comes from the form. `answer_by` may be empty where guidance gives the agency a time."""

    agency: str
    method: str
    told: str
    sent_at: datetime | None
    team: str = ""
    spoken_to: str = ""
    their_reference: str = ""
    answer_by: date | None = None


@dataclass(frozen=True)
class Step:
    """What happened with a referral.

    `answer` where it was answered, `answer_by` where the agency is to answer again.
    """

    text: str
    happened_at: datetime | None
    method: str = ""
    spoken_to: str = ""
    answer: str = ""
    answer_by: date | None = None


def expected_by(agency: str, sent_at: datetime, school_id: UUID) -> tuple[date | None, str, date | None]:
    """By guidance, or as the school has set it: the last day for an answer, where that comes from, and the day to take
    a silence further.
    """
    sent_on = timezone.localdate(sent_at)
    if (time := answer_time(agency, sent_on, school_id)) is None:
        return None, "", None
    return add_working_days(sent_on, time.answer_days), time.source, add_working_days(sent_on, time.escalate_days)


def moment_problem(label: str, moment: datetime | None, *, at: datetime) -> str:
    """What is wrong with a moment at which something is said to have happened; empty when nothing."""
    if moment is None:
        return f"Say when: {label[0].lower()}{label[1:]}."
    if moment > at + SLACK:
        return f"{label} must be in the past."
    return f"{label} must be within the last year." if moment < at - LONGEST_AGO else ""


def sent_problems(sent: Sent, *, school_id: UUID, at: datetime) -> dict[str, str]:
    """Field name to sentence, for everything that a referral lacks. Empty when it is whole."""
    found = {}
    if sent.agency not in Agency:
        found["agency"] = "Choose the agency."
    if sent.method not in How:
        found["method"] = "Choose how it was sent."
    if not sent.told.strip():
        found["told"] = "Write what was told and asked for."
    if problem := moment_problem("The day and time it was sent", sent.sent_at, at=at):
        found["sent_at"] = problem
    if sent.answer_by is not None:
        # One that is written down late may have been due already: the page says so at once.
        if sent.sent_at and sent.answer_by < timezone.localdate(sent.sent_at):
            found["answer_by"] = "The answer must be expected on the day it was sent or later."
        elif problem := day_problem(
            "Answer expected by", max(sent.answer_by, timezone.localdate(at)), today=timezone.localdate(at)
        ):
            found["answer_by"] = problem
    elif sent.agency in Agency and sent.sent_at and expected_by(sent.agency, sent.sent_at, school_id)[0] is None:
        found["answer_by"] = (
            "Say by which day they will answer. Neither guidance nor the school gives this agency a time."
        )
    return found


@transaction.atomic
def refer(*, concern: Concern, token: UUID, sent: Sent, by: User, at: datetime | None = None) -> Referral:
    """Record a referral. It belongs to the decision that stands, and waits for an answer.

    The same form in the same words again returns the referral that is there. Raises `BadInput` for what it lacks,
    `OutOfTurn` for a closed concern.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    concern, at = lock(concern.pk), at or timezone.now()
    token = entry_token(token, *vars(sent).values())
    if there := Referral.objects.filter(token=token, sent_by=by).first():
        return there
    for problem in sent_problems(sent, school_id=concern.school_id, at=at).values():
        raise BadInput(problem)
    if concern.status == Concern.Status.CLOSED:
        raise OutOfTurn("This concern is closed. Open it again to record a referral.")
    assert sent.sent_at is not None  # noqa: S101  (asked for above)
    by_guidance, source, escalate_on = expected_by(sent.agency, sent.sent_at, concern.school_id)
    own = {k: v.strip() if isinstance(v, str) else v for k, v in vars(sent).items()}
    referral = Referral.objects.create(
        concern=concern,
        school_id=concern.school_id,
        decision=Decision.objects.filter(concern=concern).order_by("-decided_at", "-pk").first(),
        token=token,
        sent_by=by,
        recorded_at=at,
        answer_source=source if sent.answer_by in (None, by_guidance) else "",
        escalate_on=escalate_on,
        **own | {"answer_by": sent.answer_by or by_guidance},
    )
    record(Verb.CREATE, referral, by=by)
    _tell_the_page(concern, by)
    return referral


def step_problems(move: str, said: Step, referral: Referral, *, at: datetime) -> dict[str, str]:
    """Field name to sentence, for everything that this step lacks."""
    found = {}
    if not said.text.strip():
        found["text"] = "Write what was said." if move != "withdraw" else "Say why it is withdrawn."
    if move == "answer" and said.answer not in Referral.Answer:
        found["answer"] = "Choose what they answered."
    if move != "withdraw" and said.method not in How:
        found["method"] = "Choose how."
    if problem := moment_problem("The day and time", said.happened_at, at=at):
        found["happened_at"] = problem
    elif said.happened_at and said.happened_at < referral.sent_at - SLACK:
        found["happened_at"] = "This must be after it was sent."
    if move in WAITS_AGAIN:
        if said.answer_by is None:
            found["answer_by"] = "Say by which day they will answer."
        elif problem := day_problem("Answer expected by", said.answer_by, today=timezone.localdate(at)):
            found["answer_by"] = problem
    return found


@transaction.atomic
def step(
    *, referral: Referral, move: str, token: UUID, said: Step, by: User, at: datetime | None = None
) -> ReferralStep:
    """Record what happened: `move` is "chase", "answer", "send_more" or "withdraw".

    The same form in the same words again returns the step that is there. Raises `BadInput` for what it lacks,
    `OutOfTurn` when somebody was quicker and the referral does not stand where this can follow.
    """
    ensure_decides(by, referral.concern_id, referral.school_id, LEADS)
    concern, at = lock(referral.concern_id), at or timezone.now()
    said = replace(said, text=said.text.strip(), spoken_to=said.spoken_to.strip())
    token = entry_token(token, move, *vars(said).values())
    if there := ReferralStep.objects.filter(token=token, by=by).first():
        return there
    for problem in step_problems(move, said, referral, at=at).values():
        raise BadInput(problem)
    facts: dict[str, object] = {}
    was_due_on = referral.answer_by
    if move in WAITS_AGAIN:
        facts = {"answer_by": said.answer_by, "answer_source": ""}
    if move == "answer":
        facts = {"answer": said.answer}
    if move == "send_more":
        facts |= {"answer": "", "ended_at": None, "ended_by": None}
    referral_life.perform(move, referral, by=by, at=at, **facts)
    made = ReferralStep.objects.create(
        referral=referral,
        concern=concern,
        school_id=concern.school_id,
        token=token,
        kind=KINDS[move],
        was_due_on=was_due_on,
        by=by,
        recorded_at=at,
        **vars(said),
    )
    record(Verb.ADD, made, by=by)
    _tell_the_page(concern, by)
    # Nobody need be told of a silence that is over, or that somebody has gone after.
    settle_notices(object_id=referral.pk, kinds=(ConcernNotice.REFERRAL_LATE,), by=by, at=at)
    return made


def _tell_the_page(concern: Concern, by: User) -> None:
    """A colleague who has the concern open sees that something was added before they save."""
    touch(concern)
    record(Verb.ADD, concern, by=by, purpose="referral")
