"""Say which adults of the children's records a concern names, and take that back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from children.models import Contact
from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernAdult
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.agencies.adults import adults_of
from safeguarding.concerns.services.deciding.changes import TAKEN_BACK, lock
from safeguarding.exceptions import BadInput, OutOfTurn


@transaction.atomic
def name_adult(*, concern: Concern, adult: Contact, by: User, at: datetime | None = None) -> ConcernAdult:
    """Say that a concern names an adult of a child whom it is about. The same again changes nothing. It holds while
    that child is in the concern (`work.named_now`).

    Raises `NotAllowed`, and `BadInput` for an adult who is on no such record.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    concern, at = lock(concern.pk), at or timezone.now()
    there = ConcernAdult.objects.filter(concern=concern, adult=adult, taken_back_at=None).first()
    if there is not None:
        return there
    on_record = adults_of(concern, lambda model: model._default_manager.all(), today=timezone.localdate(at))
    if adult.pk not in on_record.by_key:
        raise BadInput("That adult is on no record of a child this concern is about. Choose one from the list.")
    made = ConcernAdult.objects.create(
        concern=concern, school_id=concern.school_id, adult=adult, named_at=at, named_by=by
    )
    record(Verb.LINK, made, by=by)
    return made


@transaction.atomic
def take_adult_back(*, named: ConcernAdult, reason: str, by: User, at: datetime | None = None) -> ConcernAdult:
    """Say that a concern does not name this adult after all, and why. The row stays, and joins no pattern any more.

    The same reason again by the same person changes nothing. Raises `NotAllowed`, `BadInput` without a reason,
    `OutOfTurn` where somebody else has taken it back.
    """
    ensure_decides(by, named.concern_id, named.school_id, LEADS)
    if not (reason := reason.strip()):
        raise BadInput("Say why the concern does not name this adult.")
    lock(named.concern_id)
    named = ConcernAdult.objects.select_for_update(of=("self",)).get(pk=named.pk)
    if named.taken_back_at is not None:
        if (named.taken_back_by_id, named.reason) == (by.pk, reason):
            return named
        raise OutOfTurn("Somebody has taken this back already. The page shows who is named now.")
    named.taken_back_at, named.taken_back_by, named.reason = at or timezone.now(), by, reason
    named.save(update_fields=["taken_back_at", "taken_back_by", "reason"])
    record(Verb.LINK, named, by=by, purpose=TAKEN_BACK)
    return named
