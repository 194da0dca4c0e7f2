"""Record a call in which something of a child was said to somebody outside."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.exceptions import BadInput
from safeguarding.keys import entry_token
from sharing.events.models import LegalReason, Recipient, SharingEvent, SharingStep
from sharing.events.permissions import ensure_shares
from sharing.events.verbs import SharingVerb

from .checking import Problems, Said, as_offered, moment_problems, raise_first, reasons_offered
from .deciding import about, recipient_of
from .following import Happened, add_step
from .law import Reason

K = LegalReason.Kind
NEVER_SAID = (K.CONSENT, K.ORDER)


@dataclass(frozen=True)
class Called:
    """A call as it is typed: who it was, when, what was said, what for, by which law."""

    recipient: Recipient | None
    person: str
    called_at: datetime | None
    content: str
    purpose: str
    reason: LegalReason | None
    # The keys of the questions of its test that were answered yes.
    yes: frozenset[str] = field(default_factory=frozenset)
    follow_up_on: date | None = None


def reasons_for_calls(school_id: UUID, on: date) -> list[Reason]:
    """The legal reasons that a call may have: never consent, never an order of a court, which are papers."""
    return [one for one in reasons_offered(school_id, on) if one.row.kind not in NEVER_SAID]


def reason_used_last(recipient: Recipient | None, school_id: UUID) -> LegalReason | None:
    """The legal reason of the last decision with this recipient, as far as whoever asks the database may see it, where
    a call may have it.
    """
    if recipient is None:
        return None
    rows = SharingEvent.objects.filter(school=school_id, recipient=recipient, reason__isnull=False)
    rows = rows.exclude(reason__kind__in=NEVER_SAID).exclude(status="discarded")
    found = rows.select_related("reason").order_by("-made_at", "-pk").first()
    return found.reason if found else None


def call_problems(said: Called, *, offered: dict[str, Reason], now: datetime) -> Problems:
    """Why a call cannot be recorded like this. Empty when it can."""
    found = {}
    if said.recipient is None or said.recipient.ended_at is not None:
        found["recipient"] = "Choose who it was"
    if not said.person.strip():
        found["person"] = "Enter who there, with their role"
    found |= moment_problems("day", said.called_at, now=now)
    if not said.content.strip():
        found["content"] = "Write what was said"
    if not said.purpose.strip():
        found["purpose"] = "Write what it was for"
    reason = as_offered(said.reason, offered)
    if reason is None:
        found["reason"] = "Choose the legal reason"
    elif any(one["takes"] == "yes" and one["key"] not in said.yes for one in reason.row.questions):
        found["yes"] = "Nothing is said before this was done. If something was said all the same, tell the Headteacher"
    return found


@transaction.atomic
def record_call(
    *,
    child: Child,
    token: UUID,
    said: Called,
    by: User,
    concern: Concern | None = None,
    at: datetime | None = None,
) -> SharingEvent:
    """Something was said on the telephone: it has gone out. The same form again records it once.

    An organisation whose ways are unchecked bars nothing: it was said. Raises `NotAllowed`, `BadInput`.
    """
    at = at or timezone.now()
    ensure_shares(by, child)
    offered = {one.row.code: one for one in reasons_for_calls(child.school_id, timezone.localdate(at))}
    raise_first(call_problems(said, offered=offered, now=at))
    key = entry_token(token, child.pk, *(getattr(one, "pk", one) for one in _typed(said)))
    locked = Child.objects.select_for_update(of=("self",)).select_related("school").get(pk=child.pk)
    if there := SharingEvent.objects.filter(token=key, child=locked).first():
        return there
    _ensure_named(locked, concern, by)
    made = SharingEvent.objects.create(
        **about(locked, by=by, at=at),
        token=key,
        status=SharingEvent.Status.SENT,
        is_call=True,
        concern=concern,
        concerns=[concern.pk] if concern else [],
        recipient=recipient_of(Said(recipient=said.recipient), locked, by=by, at=at),
        person=said.person.strip(),
        asked=SharingEvent.Asked.OWN,
        purpose=said.purpose.strip(),
        content=said.content.strip(),
        reason=said.reason,
        answers=dict.fromkeys(sorted(said.yes), "yes"),
        follow_up_on=said.follow_up_on,
        decision=SharingEvent.Decision.ALL,
        decided_at=at,
        decided_by=by,
        method=SharingEvent.Method.TELEPHONE,
        sent_at=said.called_at,
        sent_by=by,
    )
    happened = Happened(said.called_at, made.method, said.person)
    add_step(made, SharingStep.Kind.SENT, happened, token=key, by=by, at=at)
    record(SharingVerb.SHARE, made, by=by, purpose="call")
    return made


def _typed(said: Called) -> list[Any]:
    given = {**vars(said), "recipient": said.recipient.choice if said.recipient else "", "yes": sorted(said.yes)}
    return list(given.values())


def _ensure_named(child: Child, concern: Concern | None, by: User) -> None:
    if concern is None:
        return
    if not may_view(by, concern) or not ConcernChild.objects.filter(concern=concern, child=child).exists():
        raise BadInput("That concern does not name this child.")
