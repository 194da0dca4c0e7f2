"""A letter to the manager of an agency that is silent, or whose answer the school disagrees with: drafted from facts,
edited, sent.

The draft says references, dates and what was done, and nothing of what was told about the child: what else the manager
must know, the lead writes.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS, get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import letter_life
from safeguarding.concerns.models import EscalationLetter, Referral, ReferralStep
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.deciding.changes import lock, touch
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token

S = EscalationLetter.Status


@transaction.atomic
def draft_letter(*, referral: Referral, token: UUID, by: User, at: datetime | None = None) -> EscalationLetter:
    """A draft with the facts of the referral; the one that is there where somebody has begun one.

    Raises `OutOfTurn` for a referral that was withdrawn.
    """
    ensure_decides(by, referral.concern_id, referral.school_id, LEADS)
    concern, at = lock(referral.concern_id), at or timezone.now()
    now = Referral.objects.get(pk=referral.pk)
    if there := EscalationLetter.objects.filter(referral=now, status=S.DRAFT).first():
        return there
    if now.status == Referral.Status.WITHDRAWN:
        raise OutOfTurn("This referral was withdrawn. There is nothing to take further.")
    letter = EscalationLetter.objects.create(
        referral=now,
        concern=concern,
        school_id=now.school_id,
        token=entry_token(token, "letter"),
        to=f"The manager, {now.get_agency_display()}" + (f", {now.team}" if now.team else ""),
        body=_facts(now, concern.reference, by),
        started_at=at,
        started_by=by,
        saved_at=at,
        saved_by=by,
    )
    record(Verb.CREATE, letter, by=by)
    return letter


def _facts(referral: Referral, reference: str, by: User) -> str:
    """What happened, by the record: no word of what was told about the child."""
    how = referral.get_method_display()
    sent = f"On {full_day(referral.sent_at)} this school made a referral to you ({how[0].lower()}{how[1:]})."
    took = f" It was taken by {referral.spoken_to}." if referral.spoken_to else ""
    source = f" ({referral.answer_source})" if referral.answer_source else ""
    lines = [
        f"Our reference: {reference}",
        *([f"Your reference: {referral.their_reference}"] if referral.their_reference else []),
        "",
        sent + took,
    ]
    chased = referral.steps.filter(kind=ReferralStep.Kind.CHASED).order_by("happened_at", "pk")
    lines += [
        f"On {full_day(one.happened_at)} we asked for your answer"
        + (f", and spoke to {one.spoken_to}." if one.spoken_to else ".")
        for one in chased
    ]
    if referral.status == Referral.Status.ANSWERED:
        answer = referral.get_answer_display()
        lines += [f"Your answer was: {answer[0].lower()}{answer[1:]}. We do not agree with it, because:", ""]
    else:
        lines += [f"We were to hear from you by {full_day(referral.answer_by)}{source}. We have had no answer.", ""]
    ask = (
        "Tell us what you have decided and why, and who is responsible for it, under the local procedure for "
        "resolving professional disagreements."
    )
    signed = ", ".join(filter(None, (by.full_name, by.job)))
    return "\n".join([*lines, ask, "", signed, get_school(referral.school_id).name])


@transaction.atomic
def save_letter(
    *, letter: EscalationLetter, seen: int, to: str, body: str, by: User, at: datetime | None = None
) -> EscalationLetter:
    """Save the draft. `seen` is the revision on the page: raises `ChangedSince` when somebody else saved first."""
    ensure_decides(by, letter.concern_id, letter.school_id, LEADS)
    lock(letter.concern_id)
    now = EscalationLetter.objects.select_for_update(of=("self",)).select_related("saved_by").get(pk=letter.pk)
    to, body = to.strip(), body.strip()
    if now.status != S.DRAFT:
        raise OutOfTurn("This letter has been sent or put away already.")
    if not body:
        raise BadInput("Write the letter before you save it.")
    if (now.to, now.body) == (to, body):
        return now
    if now.revision > seen and now.saved_by_id != by.pk:
        raise ChangedSince(f"{now.saved_by.full_name} saved this letter while you were writing. Theirs stands below.")
    now.to, now.body, now.saved_at, now.saved_by = to, body, at or timezone.now(), by
    now.revision += 1
    now.save(update_fields=["to", "body", "saved_at", "saved_by", "revision"])
    record(ConcernVerb.DRAFT, now, by=by)
    return now


@transaction.atomic
def send_letter(
    *, letter: EscalationLetter, seen: int, token: UUID, method: str, by: User, at: datetime | None = None
) -> EscalationLetter:
    """It has been sent as it stands: no change afterwards, and a step of the referral says so.

    Pressed twice it is sent once. Raises `ChangedSince` when somebody else saved it after the page was shown.
    """
    ensure_decides(by, letter.concern_id, letter.school_id, LEADS)
    concern, at = lock(letter.concern_id), at or timezone.now()
    now = EscalationLetter.objects.select_related("saved_by").get(pk=letter.pk)
    token = entry_token(token, "sent", letter.pk)
    if ReferralStep.objects.filter(token=token, by=by).exists():
        return now
    if now.revision > seen and now.saved_by_id != by.pk:
        raise ChangedSince(f"{now.saved_by.full_name} saved this letter after you opened it. Read it again, then send.")
    if not now.to.strip():
        raise BadInput("Say who the letter goes to, save it, then send it.")
    sent = letter_life.perform("send", now, by=by, at=at)
    made = ReferralStep.objects.create(
        referral_id=sent.referral_id,
        concern=concern,
        school_id=sent.school_id,
        token=token,
        kind=ReferralStep.Kind.ESCALATED,
        method=method,
        spoken_to=sent.to,
        text="The letter is kept with this referral.",
        happened_at=at,
        by=by,
        recorded_at=at,
    )
    record(Verb.ADD, made, by=by)
    touch(concern)
    record(Verb.ADD, concern, by=by, purpose="letter")
    return sent


@transaction.atomic
def discard_letter(*, letter: EscalationLetter, by: User, at: datetime | None = None) -> EscalationLetter:
    """Close the draft unsent. What was written stays with the referral."""
    ensure_decides(by, letter.concern_id, letter.school_id, LEADS)
    return letter_life.perform("discard", letter, by=by, at=at)
