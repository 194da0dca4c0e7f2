"""Say which record a child is whom the reporter could only describe."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import ConcernChild
from safeguarding.exceptions import BadInput, OutOfTurn

from .changes import LEADS, lock, touch


@transaction.atomic
def link_child(*, named: ConcernChild, child: Child, by: User, at: datetime | None = None) -> ConcernChild:
    """Say which record a child is that the reporter could only describe. The description stays.

    The same again by the same person changes nothing. Raises `OutOfTurn` for a child that has been linked otherwise.
    """
    ensure(by, Capability.DECIDE_CONCERNS, named.school_id, LEADS)
    concern = lock(named.concern_id)
    named = ConcernChild.objects.select_for_update().get(pk=named.pk)
    if (named.child_id, named.linked_by_id) == (child.pk, by.pk):
        return named
    if named.child_id is not None:
        raise OutOfTurn("This child has been linked to a record already. Open the concern to see to which.")
    if child.school_id != named.school_id:
        raise BadInput("That child is at another school.")
    if ConcernChild.objects.filter(concern_id=named.concern_id, child=child).exists():
        raise BadInput("That child is named in this concern already.")
    named.child, named.linked_at, named.linked_by = child, at or timezone.now(), by
    named.save(update_fields=["child", "linked_at", "linked_by"])
    touch(concern)
    record(Verb.LINK, named, by=by)
    return named
