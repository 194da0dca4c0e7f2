"""By which address does a school take notes from outside?

Made anew, switched on and off by those who manage the school.
"""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import OutsideLink
from safeguarding.exceptions import OutOfTurn


def link_of(school_id: UUID) -> OutsideLink | None:
    """The link of a school, switched on or off."""
    return OutsideLink.objects.select_related("made_by", "school").filter(school_id=school_id, ended_at=None).first()


def link_by(secret: UUID) -> OutsideLink | None:
    """The link with this address, while it takes notes. An ended one, one that is off and one never made are alike."""
    return OutsideLink.objects.select_related("school").filter(secret=secret, ended_at=None, is_on=True).first()


@transaction.atomic
def make_link(*, school: School, by: User, instead_of: UUID | None = None, at: datetime | None = None) -> OutsideLink:
    """A new link, switched on. The one before ends at once: what hangs on a wall with it leads nowhere.

    `instead_of` is the link that its maker had before them (None: there was none). Sent twice, it makes one.
    Raises `NotAllowed`.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    at, there = at or timezone.now(), link_of(school.pk)
    if there is not None and there.pk != instead_of:
        return there
    if there is not None:
        there.ended_at, there.ended_by = at, by
        there.save(update_fields=["ended_at", "ended_by"])
        record(Verb.CLOSE, there, by=by)
    made = OutsideLink(school=school, secret=uuid4(), made_at=at, made_by=by)
    made.save(force_insert=True)
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def switch_link(*, link: OutsideLink, on: bool, by: User) -> OutsideLink:
    """Take no notes for a while, or again.

    The address stays. Raises `NotAllowed`, `OutOfTurn` for one that has ended.
    """
    ensure(by, Capability.MANAGE_SCHOOL, link.school_id, SETTERS)
    locked = OutsideLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if locked.ended_at is not None:
        raise OutOfTurn("A new link has been made since. Look at that one.")
    if locked.is_on != on:
        locked.is_on = on
        locked.save(update_fields=["is_on"])
        record(Verb.CHANGE, locked, by=by, purpose="on" if on else "off")
    return locked
