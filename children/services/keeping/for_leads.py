"""Notify the safeguarding leads of what somebody may not enter or end on a child's record."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from children.notice_kinds import ChildNotice
from children.permissions import may_record_safeguard
from children.services.sight import record_behind
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, HarbourError, NotAllowed, OutOfTurn

from .recording import KEEPERS

NOTIFIED = "A safeguarding lead has been notified."
NOT_NOTIFIED = "Nobody could be notified: tell a safeguarding lead or the Headteacher yourself."


class ForALead(OutOfTurn):
    """Somebody who decides on concerns has to do this (409). Says nothing of what the record holds."""

    title = "This is for a safeguarding lead"


class ToEnter(ForALead):
    """Somebody else has to enter it: something of the record is hidden from whoever asks."""

    title = "Somebody else has to enter this"


class OfHidden(BadInput):
    """Refused in the same words as what is not hidden (422); the leads are notified that it was typed."""


def tell_of(refusal: HarbourError, child: Child, *, by: User) -> str:
    """Notify the leads of what was refused, where they are to know of it, once nothing of it was saved. Returns the
    sentence to add for the person.
    """
    if not isinstance(refusal, ForALead | OfHidden):
        return ""
    is_asked = isinstance(refusal, ForALead)
    kind = ChildNotice.ENTERED_AGAIN
    if is_asked:
        kind = ChildNotice.ASKED_TO_ENTER if isinstance(refusal, ToEnter) else ChildNotice.ASKED_TO_END
    is_told = tell_leads(school_id=child.school_id, children=[child.pk], by=by, kind=kind, purpose=kind.value)
    return (NOTIFIED if is_told else NOT_NOTIFIED) if is_asked else ""


@transaction.atomic
def tell_leads(
    *,
    school_id: UUID,
    children: Collection[UUID],
    by: User,
    kind: ChildNotice,
    purpose: str,
    at: datetime | None = None,
) -> bool:
    """Notify the leads who see these children. Returns whether anybody was: `by` does not notify themselves.

    What was typed is not kept: the person says it to whoever was notified.
    """
    at = at or timezone.now()
    if not may_record_safeguard(by, school_id):
        raise NotAllowed(KEEPERS)
    leads = [one for one in people_with(Capability.DECIDE_CONCERNS, school_id, timezone.localdate(at)) if one != by]
    notified = False
    for key in children:
        seen_by = set(who_sees(record_behind(Child(pk=key, school_id=school_id)), [one.pk for one in leads]))
        people = [one for one in leads if one.pk in seen_by]
        tell(people=people, school_id=school_id, kind=kind, object_type="child", object_id=key, at=at)
        label = Child._meta.label_lower
        record(Verb.ASK, by=by, object_type=label, object_id=key, school_id=school_id, purpose=purpose)
        notified |= bool(people)
    return notified
