"""Record who has agreed that something goes outside, or refused it, and withdraw what was given."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child, Contact, ContactLink, ParentalResponsibility, Photograph
from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from sharing.events.models import Consent, ConsentWording, Recipient
from sharing.events.permissions import ensure_shares
from sharing.events.withdrawal import stop_all

from .recipients import own_row

A, Capacity = Consent.Answer, Consent.Capacity


@dataclass(frozen=True)
class Answered:
    """An answer as it comes from the form. `adult` is one of the child's record; words say who it was otherwise."""

    wording: ConsentWording | None
    recipient: Recipient | None
    answer: str
    capacity: str
    how: str
    answered_on: date | None
    adult: Contact | None = None
    by_whom: str = ""
    known_by: str = ""
    scope: str = ""
    until: date | None = None


def consent_problems(said: Answered, *, today: date, responsible: Collection[UUID]) -> dict[str, str]:
    """Field name to sentence, without its full stop, for everything that this lacks.

    `responsible` are the adults of the child's record who are known to have parental responsibility.
    """
    found = _who_problems(said, responsible)
    if said.wording is None or said.wording.ended_at is not None:
        found["wording"] = "Choose the wording that was answered"
    if said.recipient is None or said.recipient.ended_at is not None:
        found["recipient"] = "Choose who it may go to"
    if said.answer not in A:
        found["answer"] = "Say whether consent was given or refused"
    if said.how not in Photograph.How:
        found["how"] = "Choose how the answer came"
    if said.answered_on is None or said.answered_on > today:
        found["answered_on"] = "Enter the day of the answer, today or in the past"
    elif said.until is not None and said.until < said.answered_on:
        found["until"] = "Consent cannot end before it was given"
    if said.answer == A.REFUSED and said.until is not None:
        found["until"] = "A refusal has no last day: leave this empty"
    return found


def _who_problems(said: Answered, responsible: Collection[UUID]) -> dict[str, str]:
    found = {}
    if said.capacity not in Capacity:
        found["capacity"] = "Choose in which capacity"
    if said.adult is None and said.capacity != Capacity.CHILD and not said.by_whom.strip():
        found["by_whom"] = "Enter the name of who answered, and who they are to the child"
    if said.adult is not None and said.capacity == Capacity.CHILD:
        found["capacity"] = "The child answers for itself: choose no adult, or another capacity"
    is_known = said.capacity == Capacity.PARENT and said.adult is not None and said.adult.pk in responsible
    if said.capacity in Capacity and not is_known and not said.known_by.strip():
        found["known_by"] = (
            "Write how the school knows that the child understands what is asked"
            if said.capacity == Capacity.CHILD
            else "The child’s record does not say that this person has parental responsibility. "
            "Write how the school knows who they are"
        )
    return found


@transaction.atomic
def record_consent(*, child: Child, token: UUID, said: Answered, by: User, at: datetime | None = None) -> Consent:
    """The answer of one person. The same form again records it once.

    Raises `NotAllowed`, `BadInput` for what it lacks, for an adult who is on no record of the child, and for a refusal
    by somebody whose consent is in force: that one is withdrawn.
    """
    ensure_shares(by, child)
    at = at or timezone.now()
    today = timezone.localdate(at)
    for problem in consent_problems(said, today=today, responsible=_responsible(child)).values():
        raise BadInput(f"{problem}.")
    key = entry_token(token, *map(_typed, vars(said).values()))
    locked = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    if there := Consent.objects.filter(token=key, child=locked).first():
        return there
    assert said.wording is not None and said.recipient is not None  # noqa: S101  (asked above)
    if said.wording.school_id != child.school_id or said.recipient.school_id not in (None, child.school_id):
        raise BadInput("Choose a wording and a recipient of the child’s own school.")
    recipient = own_row(said.recipient, child.school, by=by, at=at)
    if recipient.ended_at is not None:
        raise BadInput("The school has ended this recipient. Choose another one.")
    _ensure_not_given(locked, recipient, said, today)
    made = Consent.objects.create(
        child=locked,
        school_id=child.school_id,
        token=key,
        wording=said.wording,
        recipient=recipient,
        answer=said.answer,
        scope=said.scope.strip(),
        adult=said.adult,
        by_whom=_named(locked, said),
        capacity=said.capacity,
        known_by=said.known_by.strip(),
        how=said.how,
        answered_on=said.answered_on,
        until=said.until,
        recorded_at=at,
        recorded_by=by,
    )
    record(Verb.CREATE, made, by=by)
    record(Verb.ADD, locked, by=by, purpose="consent")
    return made


def _typed(value: Any) -> Any:
    """What the form said for it."""
    return value.choice if isinstance(value, Recipient) else getattr(value, "pk", value)


def _responsible(child: Child) -> frozenset[UUID]:
    rows = ParentalResponsibility.objects.filter(child=child, ends_on=None, held=True)
    return frozenset(rows.values_list("contact_id", flat=True))


def _named(child: Child, said: Answered) -> str:
    """Who answered: an adult as the child's record says it (Kerry Ashdown, Mother), somebody else as was written."""
    if said.adult is None:
        return said.by_whom.strip() or "The child"
    link = ContactLink.objects.filter(child=child, contact=said.adult, ends_on=None).select_related("contact").first()
    if link is None:
        raise BadInput("That adult is not on the child’s record. Enter the name of who answered instead.")
    return ", ".join(filter(None, (link.contact.full_name, link.relationship)))


def _ensure_not_given(child: Child, recipient: Recipient, said: Answered, today: date) -> None:
    """A refusal beside a consent that the same person gave for the same would leave nobody wiser."""
    if said.answer != A.REFUSED or (said.adult is None and said.capacity != Capacity.CHILD):
        return
    given = Consent.objects.filter(
        child=child,
        recipient=recipient,
        wording__series=said.wording.series if said.wording else None,
        adult=said.adult,
        capacity=said.capacity,
        answer=A.GIVEN,
        withdrawn_at=None,
    )
    if any(one.in_force(today) for one in given):
        raise BadInput("This person’s consent is in force. Open it and withdraw it instead of recording a refusal.")


def withdraw_problems(consent: Consent, *, on: date | None, how: str, said: str, today: date) -> dict[str, str]:
    """Field name to sentence, without its full stop, for what a withdrawal lacks."""
    found = {}
    if on is None or on > today or on < consent.answered_on:
        found["withdrawn_on"] = (
            f"Enter the day on which it was withdrawn, from {full_day(consent.answered_on)} until today"
        )
    if how not in Photograph.How:
        found["withdrawn_how"] = "Choose how it was withdrawn"
    if not said.strip():
        found["withdrawn_said"] = "Write who withdrew it, and what they said"
    return found


@transaction.atomic
def withdraw_consent(
    *, consent: Consent, on: date, how: str, said: str, by: User, at: datetime | None = None
) -> Consent:
    """From now on it allows nothing, and what waits to be sent on it is stopped. What was sent, was sent with consent.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` for a refusal, and for one that was withdrawn already.
    """
    ensure_shares(by, consent.child)
    at = at or timezone.now()
    held = Consent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
    if not held.is_live:
        raise OutOfTurn("This consent does not stand any more: it was refused, or withdrawn already.")
    for problem in withdraw_problems(held, on=on, how=how, said=said, today=timezone.localdate(at)).values():
        raise BadInput(f"{problem}.")
    held.withdrawn_on, held.withdrawn_how, held.withdrawn_said = on, how, said.strip()
    held.withdrawn_at, held.withdrawn_by = at, by
    held.stopped = stop_all(held, by=by, at=at)
    held.save(
        update_fields=["withdrawn_on", "withdrawn_how", "withdrawn_said", "withdrawn_at", "withdrawn_by", "stopped"]
    )
    record(Verb.WITHDRAW, held, by=by)
    return held
