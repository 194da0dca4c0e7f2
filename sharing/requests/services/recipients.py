"""Who received something of a record that was corrected, and were they told? (UK GDPR Article 19)

Recipients are whoever stands in what Harbour keeps of disclosures: shares with their packs, calls and files to the next
school, referrals, and copies that were handed over. Who prepares the answer sees what went, and says of each that they
were told on a day, or why not. The answer names them, unless naming one would harm the child.

The office sees no share. So every answer to such a request waits for the same: that who prepares it has confirmed the
list, also where nobody is on it. What waits says nothing of whether anything was shared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import ConcernChild, Referral
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.turns import wait_for
from sharing.events.models import SHARED, SharingEvent
from sharing.requests.models import (
    Bundle,
    RequestCorrection,
    RequestRecipient,
    RequestRole,
    RequestStep,
    Right,
    RightsRequest,
)
from sharing.requests.permissions import may_prepare

from . import documents
from .correcting import CORRECT_FIRST, CORRECTS
from .locking import ensure_at_work, ensure_day, lock

W, K, P = RequestRecipient.WhyNot, RequestStep.Kind, RequestRole.Part
TOLD = "told"
UNSAID = (
    "Nobody has said of everyone who received this record whether they were told of the correction. The page of the "
    "request lists them: say of each when they were told, or why not."
)
UNCONFIRMED = (
    "Whoever prepares this answer has not confirmed yet who had received the record, after the last correction. They "
    "do so on the page of the request, also where nobody had."
)
NO_PREPARER = "Nobody prepares this answer. Name who does: they confirm who had received the record."
_NOT_ASKED = "Nobody asks for a correction in this request. Correct what is asked first."
_NOT_THEIRS = "Choose somebody on the list of who received this record."
_SAYERS = "Only who prepares this answer says who was told. The page of the request names them."
_LONGEST = 2_000


@dataclass(frozen=True)
class Received:
    """Somebody who received something: by what key, who, and the last day."""

    key: UUID
    name: str
    last_on: date


def received(case: RightsRequest, by: User) -> list[Received]:
    """Who received something of the child of a case, as far as `by` may see what went, the newest first."""
    if case.child_id is None:
        return []
    found: dict[UUID, Received] = {}
    for one in sorted(_each(case, by), key=lambda one: one.last_on):
        found[one.key] = one
    return sorted(found.values(), key=lambda one: (one.last_on, one.key), reverse=True)


def _each(case: RightsRequest, by: User) -> Iterator[Received]:
    shares = SharingEvent.objects.visible_to(by).filter(child=case.child_id, status__in=SHARED)
    for key, name, at in shares.values_list("recipient_id", "recipient__name", "sent_at"):
        yield Received(key, name, timezone.localdate(at))
    # One for which there is a share is that one.
    named = ConcernChild.objects.visible_to(by).filter(child=case.child_id).values("concern")
    sent = Referral.objects.visible_to(by).filter(concern__in=named).exclude(pk__in=shares.values("referral"))
    for one in sent.only("agency", "sent_at"):
        yield Received(one.pk, f"{one.get_agency_display()}, by a referral", timezone.localdate(one.sent_at))
    copies = Bundle.objects.visible_to(by).filter(case__child=case.child_id, released_at__isnull=False)
    for key, number, at in copies.exclude(case=case).values_list("case_id", "case__reference", "released_at"):
        yield Received(key, f"Who asked for a copy, {number}", timezone.localdate(at))


def tells(case: RightsRequest) -> bool:
    """Whether somebody has to be told: a correction was accepted, whole or in part."""
    return case.right == Right.RECTIFY and case.outcome in CORRECTS


def ensure_said(case: RightsRequest, by: User) -> None:
    """Raise `OutOfTurn` while an answer waits for what is said of recipients (`unsaid`)."""
    for sentence in unsaid(case, by):
        raise OutOfTurn(sentence)


def unsaid(case: RightsRequest, by: User) -> list[str]:
    """What an answer that something was corrected waits for, a sentence: to who prepares it, that of somebody neither
    is said; to everybody the same, whether anything was shared or not.
    """
    if not tells(case):
        return []
    if may_prepare(by, case) and _lacks(case, by):
        return [UNSAID]
    prepares = RequestRole.objects.filter(case=case, part=P.PREPARER, ended_at=None).values("user")
    if not prepares.exists():
        return [NO_PREPARER]
    corrected = RequestCorrection.objects.filter(case=case).aggregate(last=Max("made_at"))
    looked = RequestStep.objects.filter(case=case, kind=K.RECIPIENTS, withdrawn_at=None, by__in=prepares)
    return [] if corrected["last"] and looked.filter(made_at__gte=corrected["last"]).exists() else [UNCONFIRMED]


def _lacks(case: RightsRequest, by: User) -> bool:
    """Whether of somebody who received it, as far as `by` sees, neither is said."""
    said = set(RequestRecipient.objects.filter(case=case).values_list("key", flat=True))
    return any(one.key not in said for one in received(case, by))


@transaction.atomic
def confirm(case: RightsRequest, *, by: User, token: UUID, at: datetime | None = None) -> RequestStep:
    """Who prepares the answer has looked at who received the record, also where nobody did. A correction after that
    asks for it anew. The same form again confirms once.

    Raises `NotAllowed`; `OutOfTurn` while nothing is corrected, or of somebody neither is said; `BadInput` where no
    correction was asked for.
    """
    at = at or timezone.now()
    if not may_prepare(by, case):
        raise NotAllowed(_SAYERS)
    key = entry_token(token, case.pk, K.RECIPIENTS)
    wait_for(key)
    held = lock(case.pk)
    ensure_at_work(held)
    if there := RequestStep.objects.filter(token=key, case=held).first():
        return there
    if held.right != Right.RECTIFY:
        raise BadInput(_NOT_ASKED)
    if not RequestCorrection.objects.filter(case=held).exists():
        raise OutOfTurn(CORRECT_FIRST)
    if _lacks(held, by):
        raise OutOfTurn(UNSAID)
    of = {"case": held, "school_id": held.school_id, "token": key, "by": by}
    made = RequestStep(kind=K.RECIPIENTS, happened_on=timezone.localdate(at), made_at=at, **of)
    made.save(force_insert=True)
    record(Verb.CONFIRM, held, by=by, purpose="recipients")
    return made


@transaction.atomic
def say(
    case: RightsRequest,
    *,
    by: User,
    key: UUID,
    how: str,
    told_on: date | None = None,
    reasons: str = "",
    is_named: bool,
    at: datetime | None = None,
) -> RequestRecipient:
    """One recipient was told on a day (`how` is "told"), or is not, for a reason of `WhyNot` with words. Said again, it
    says something else; what was prepared or approved is open again.

    Raises `NotAllowed` for who does not see what went; `OutOfTurn`; `BadInput` for a day or words that cannot be.
    """
    at = at or timezone.now()
    if not may_prepare(by, case):
        raise NotAllowed(_SAYERS)
    held = lock(case.pk)
    ensure_at_work(held)
    if held.right != Right.RECTIFY:
        raise BadInput(_NOT_ASKED)
    who = next((one for one in received(held, by) if one.key == key), None)
    if who is None:
        raise NotAllowed(_NOT_THEIRS)
    for sentence in problems(how, told_on, reasons, is_named=is_named).values():
        raise BadInput(f"{sentence}.")
    if told_on is not None and how == TOLD:
        ensure_day(told_on, at, since=held.received_on)
    said = {
        "name": who.name,
        "last_on": who.last_on,
        "told_on": told_on if how == TOLD else None,
        "why_not": "" if how == TOLD else how,
        "reasons": reasons.strip(),
        "is_named": is_named,
    }
    return _kept(held, key, said, by=by, at=at)


def _kept(case: RightsRequest, key: UUID, said: dict[str, Any], *, by: User, at: datetime) -> RequestRecipient:
    row: RequestRecipient | None = RequestRecipient.objects.filter(case=case, key=key).first()
    if row is not None and all(getattr(row, name) == value for name, value in said.items()):
        return row
    if row is None:
        row = RequestRecipient(case=case, school_id=case.school_id, key=key, said_at=at, by=by, **said)
        row.save(force_insert=True)
    else:
        for name, value in (said | {"said_at": at, "by": by}).items():
            setattr(row, name, value)
        row.save(update_fields=[*said, "said_at", "by"])
    record(Verb.CONFIRM, case, by=by, purpose="recipient told or not")
    documents.changed(case, by=by)
    return row


def problems(how: str, told_on: date | None, reasons: str, *, is_named: bool) -> dict[str, str]:
    """What is wrong with what is said of a recipient: field to sentence."""
    found = {}
    if how not in (TOLD, *W):
        found["how"] = "Choose whether they were told"
    if how == TOLD and told_on is None:
        found["told_on"] = "Enter the day on which they were told"
    if how in W and not reasons.strip():
        found["reasons"] = "Say why they are not told"
    if len(reasons) > _LONGEST:
        found["reasons"] = f"The words must be {_LONGEST:,} characters or fewer"
    if how == W.NOT_IT and is_named:
        found["is_named"] = "Somebody who had not received it is no recipient: choose no"
    return found


def line_of(row: RequestRecipient) -> str:
    """What the answer says of a recipient, in one line."""
    if row.told_on:
        return f"{row.name}: told of the correction on {full_day(row.told_on)}"
    return f"{row.name}: not told. {row.get_why_not_display()}: {row.reasons}"


def named_in_answer(case: RightsRequest) -> list[RequestRecipient]:
    """The recipients whom the answer names, the newest first."""
    return list(RequestRecipient.objects.filter(case=case, is_named=True).order_by("-last_on", "pk"))
