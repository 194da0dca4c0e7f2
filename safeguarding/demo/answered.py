"""Which agencies did the demo school ask in the last weeks, who answered in time, and who was chased?

By the services that everybody uses, each at its own moment; all of them have been answered by now. They make the line
of the overview that says whether silent agencies are chased. What was decided to go outside has gone there; of what was
decided today the referral is still to be made.
"""

from datetime import datetime, timedelta

from safeguarding.accounts.models import User
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns.models import Agency, Concern, ContactMade, Decision, How, Referral
from safeguarding.concerns.permissions import may_decide
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.agencies import Contacted, Sent, Step
from safeguarding.concerns.services.waiting import ASKS
from safeguarding.concerns.services.waiting_rows import asking_outside
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.stories import QUIET

_WEEKS, _AGREED, _HOUR, _DAY = timedelta(weeks=8), 5, timedelta(hours=1), timedelta(days=1)
_NOT_YET = Decision.ParentsTold.NOT_YET
# Of each referral: which agency, and after how many school days beyond the day agreed somebody chased; None: no need.
_ASKED = (
    (Agency.EARLY_HELP, None),
    (Agency.HEALTH, 1),
    (Agency.EARLY_HELP, 1),
    (Agency.CAMHS, 4),
    (Agency.HEALTH, 1),
    (Agency.EARLY_HELP, 1),
    (Agency.CAMHS, 1),
    (Agency.HEALTH, 3),
    (Agency.EARLY_HELP, 1),
)


def lay_answered(ground: Ground, keys: Keys) -> None:
    """One for each concern of the last weeks that is still being worked on, as far as there are enough of them."""
    when = (ground.now - _WEEKS, ground.now - QUIET)
    open_ = Concern.objects.filter(school_id=ground.school_id, status=Concern.Status.DECIDED, restricted_at=None)
    found = open_.filter(decided_at__range=when).select_related("decided_by").order_by("decided_at", "pk")
    for concern, (agency, chased_after) in zip(found, _ASKED, strict=False):
        _ask(concern, agency, chased_after, ground, keys)
    _send_word(ground, keys)


def _send_word(ground: Ground, keys: Keys) -> None:
    """To the agencies that decisions of earlier days ask for: the referral, answered on the next school day, or a
    telephone call.
    """
    waits = asking_outside(Concern.objects.filter(decided_at__lt=ground.now - _DAY), ground.school_id)
    for concern in waits.select_related("decided_by"):
        by, at, asks = concern.decided_by, concern.decided_at, ASKS[concern.kind]  # type: ignore[attr-defined]
        if by is None or at is None or not may_decide(by, concern):
            continue
        with acting(Acting(user_id=by.pk, school_id=ground.school_id)):
            if asks.by_contact:
                _ring(concern, asks.agency, by, at, keys)
            else:
                _refer(concern, asks.agency, by, at, ground, keys)


def _ring(concern: Concern, agency: Agency, by: User, at: datetime, keys: Keys) -> None:
    decision = Decision.objects.filter(concern=concern).latest("decided_at")
    made = Contacted(
        kind=ContactMade.With.AGENCY,
        how=How.TELEPHONE,
        said="Told them what we know. They take it into the plan that is open.",
        made_at=at + _HOUR / 2,
        parents_told=decision.parents_told,
        parents_reason=decision.parents_reason or ("Not reached yet." if decision.parents_told == _NOT_YET else ""),
        with_whom="The allocated social worker" if agency == Agency.SOCIAL_CARE else "The duty desk",
        agency=agency,
    )
    agencies.add_contact(concern=concern, token=keys.token(), made=made, by=by, at=at + _HOUR)


def _refer(concern: Concern, agency: Agency, by: User, at: datetime, ground: Ground, keys: Keys) -> None:
    answered = _days_on(ground, at, 1)
    sent = Sent(
        agency=agency,
        method=How.TELEPHONE,
        told="What the child said and what we have seen. Asked what happens next.",
        sent_at=at + _HOUR / 2,
        answer_by=answered.date(),
    )
    referral = agencies.refer(concern=concern, token=keys.token(), sent=sent, by=by, at=at + _HOUR)
    answer = Step(
        text="They have it, and speak to the family.",
        happened_at=max(answered, at + _HOUR),
        method=How.EMAIL,
        answer=Referral.Answer.ACCEPTED,
    )
    moment = max(answered, at + _HOUR) + timedelta(minutes=1)
    agencies.step(referral=referral, move="answer", token=keys.token(), said=answer, by=by, at=moment)


def _ask(concern: Concern, agency: Agency, chased_after: int | None, ground: Ground, keys: Keys) -> None:
    by, sent_at = concern.decided_by, concern.decided_at
    if by is None or sent_at is None:
        return
    agreed = _days_on(ground, sent_at, _AGREED)
    sent = Sent(
        agency=agency,
        method=How.FORM,
        told="What we have seen, and what would help at home. The family knows and agrees.",
        sent_at=sent_at,
        answer_by=agreed.date(),
    )
    with acting(Acting(user_id=by.pk, school_id=ground.school_id)):
        referral = agencies.refer(concern=concern, token=keys.token(), sent=sent, by=by, at=sent_at + _HOUR)
        if chased_after is not None:
            chased = _days_on(ground, agreed, chased_after)
            said = Step(
                text="Rang: it is with the team, and somebody will write this week.",
                happened_at=chased,
                method=How.TELEPHONE,
                answer_by=_days_on(ground, chased, _AGREED).date(),
            )
            agencies.step(referral=referral, move="chase", token=keys.token(), said=said, by=by, at=chased)
            agreed = _days_on(ground, chased, 1)
        answer = Step(
            text="They have a place, and begin next week.",
            happened_at=min(agreed, ground.now),
            method=How.EMAIL,
            answer=Referral.Answer.ACCEPTED,
        )
        agencies.step(
            referral=Referral.objects.get(pk=referral.pk),
            move="answer",
            token=keys.token(),
            said=answer,
            by=by,
            at=min(agreed, ground.now) + timedelta(minutes=1),
        )


def _days_on(ground: Ground, moment: datetime, number: int) -> datetime:
    """So many school days later, at the same hour; never after now."""
    for _ in range(number):
        moment = datetime.combine(ground.days.calendar.next_school_day(moment.date()), moment.timetz())
    return min(moment, ground.now)
