"""A decision with its reason: what it needs, and how it is recorded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.concerns.lifecycles import concern_life
from safeguarding.concerns.models import Concern, Decision, Receipt
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.notice_rules import spread
from safeguarding.concerns.services.telling import tell_reporter
from safeguarding.exceptions import BadInput
from safeguarding.keys import entry_token

from .changes import ensure_unchanged, note_former_title
from .opening import settle_call, settle_decided

# The furthest day for a review or an action. Whatever is looked at again in a school is within a year or two; a day
# beyond that is a slip of the hand, and would never come up on anybody's page.
FURTHEST = timedelta(days=2 * 366)


# What the reporter is told unless the lead chooses another phrase. Never more than the decision has made safe to say.
_USUAL_RECEIPTS = {
    Decision.Kind.MONITOR: Receipt.WATCHING,
    Decision.Kind.IN_SCHOOL: Receipt.IN_SCHOOL,
    Decision.Kind.CHILD_IN_NEED: Receipt.ACTION_TAKEN,
    Decision.Kind.CHILD_PROTECTION: Receipt.ACTION_TAKEN,
    Decision.Kind.POLICE: Receipt.ACTION_TAKEN,
    Decision.Kind.CHANNEL: Receipt.ACTION_TAKEN,
}


@dataclass(frozen=True)
class Ruling:
    """A decision as it comes from the form. Fields for going outside the school stay empty unless `kind` needs them."""

    level: int
    kind: str
    rationale: str
    parents_told: str
    receipt: str
    parents_reason: str = ""
    new_referral: bool | None = None
    recipient: str = ""
    consent: str = ""
    consent_reason: str = ""
    legal_reason: str = ""
    not_referred: str = ""
    threshold: str = ""
    advice: str = ""
    dissent: str = ""
    review_on: date | None = None
    title: str = ""


def usual_receipt(kind: str) -> Receipt:
    """The safe phrase for the reporter that goes with a decision."""
    return _USUAL_RECEIPTS.get(Decision.Kind(kind), Receipt.READ_ACTED)


@transaction.atomic
def decide(
    *, concern: Concern, token: UUID, seen: int, ruling: Ruling, by: User, at: datetime | None = None
) -> Decision:
    """Record a decision with its reason (KCSIE 2025, Annex C: the rationale, including refer or not refer).

    `seen` is the revision on the lead's screen. Raises `ChangedSince` when somebody saved first: the caller shows both.
    The same token and ruling again return the decision that is there; the same token with another ruling is a further
    decision. Raises `BadInput` for a decision that lacks what it needs, `OutOfTurn` when the concern is closed.
    """
    now, at = ensure_unchanged(concern, seen, by), at or timezone.now()
    token = entry_token(token, *vars(ruling).values())
    if there := Decision.objects.filter(token=token, decided_by=by).first():
        return there
    _check(ruling, today=timezone.localdate(at))
    facts: dict[str, Any] = {"level": ruling.level, "receipt": ruling.receipt, "review_on": ruling.review_on}
    if (title := ruling.title.strip()) and title != now.title:
        facts["title"] = title
        note_former_title(now, by=by, at=at)
    if now.acknowledged_at is None:
        # Decided from a page that was not opened first, or by who called: nobody needs to be called any more.
        facts |= {"acknowledged_at": at, "acknowledged_by": by}
        settle_call(now, by=by, at=at)
    concern = concern_life.perform("decide", concern, by=by, at=at, **facts)
    own = {k: v for k, v in vars(ruling).items() if k not in ("receipt", "title")}
    decision = Decision.objects.create(
        concern=concern, school_id=concern.school_id, token=token, decided_at=at, decided_by=by, **own
    )
    settle_decided(concern, by=by, at=at)
    tell_reporter(concern, by=by, at=at)
    spread(concern, ConcernNotice.DECIDED, (), by=by, at=at)
    return decision


def _check(ruling: Ruling, *, today: date) -> None:
    """What a decision needs, in one place; the form asks the same function."""
    for problem in ruling_problems(ruling, today=today).values():
        raise BadInput(problem)


def ruling_problems(ruling: Ruling, *, today: date) -> dict[str, str]:
    """Field name to sentence, for everything that this decision lacks. Empty when it is whole."""
    found = {}
    if not ruling.rationale.strip():
        found["rationale"] = "Write why. It must make sense to somebody who reads it in 20 years."
    if ruling.parents_told == Decision.ParentsTold.NO_RISK and not ruling.parents_reason.strip():
        found["parents_reason"] = "Say why parents have not been told."
    if ruling.kind in Decision.OUTSIDE:
        if ruling.new_referral is None:
            found["new_referral"] = "Say whether this is a new referral."
        if not ruling.recipient.strip():
            found["recipient"] = "Say who is told: the team or the person."
        if not ruling.consent:
            found["consent"] = "Say whether there is consent."
        if (
            ruling.consent in (Decision.Consent.REFUSED, Decision.Consent.NOT_SOUGHT)
            and not ruling.consent_reason.strip()
        ):
            found["consent_reason"] = "Say why this goes ahead without consent."
        if not ruling.legal_reason:
            found["legal_reason"] = "Choose the legal reason for telling somebody outside the school."
    elif ruling.level in Decision.SERIOUS and ruling.kind and not ruling.not_referred.strip():
        found["not_referred"] = "Say why it is not referred at this level of need."
    if ruling.kind == Decision.Kind.MONITOR and ruling.review_on is None:
        found["review_on"] = "Say when you look again: what is watched has a day."
    if ruling.review_on is not None and (problem := day_problem("Review on", ruling.review_on, today=today)):
        found["review_on"] = problem
    return found


def day_problem(label: str, day: date, *, today: date) -> str:
    """What is wrong with a day on which something is to be done, as a sentence that begins with `label`; empty when
    nothing.
    """
    if day < today:
        return f"{label} must be today or later."
    return f"{label} must be within two years." if day > today + FURTHEST else ""
