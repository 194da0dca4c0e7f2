"""Say which record a child is whom the reporter could only describe, and take it back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import ConcernChild, ConcernNote
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.telling import hand_on
from safeguarding.concerns.subjects import keep_for, keep_for_all
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token

from .changes import TAKEN_BACK, lock, touch


@transaction.atomic
def link_child(*, named: ConcernChild, child: Child, by: User, at: datetime | None = None) -> ConcernChild:
    """Say which record a child is that the reporter could only describe. The description stays.

    The same again by the same person changes nothing. Raises `OutOfTurn` for a child that has been linked otherwise.
    """
    ensure_decides(by, named.concern_id, named.school_id, LEADS)
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
    keep_for({concern.pk: [child.pk]}, concern.school_id)
    named.child, named.linked_at, named.linked_by = child, at or timezone.now(), by
    named.save(update_fields=["child", "linked_at", "linked_by"])
    touch(concern)
    record(Verb.LINK, named, by=by)
    # The child may be hidden from those who read the concern until now.
    hand_on(concern, at=named.linked_at)
    return named


@transaction.atomic
def unlink_child(
    *, named: ConcernChild, token: UUID, reason: str, by: User, at: datetime | None = None
) -> ConcernChild:
    """Take back a link to the wrong record, with the reason as a note. The concern leaves that child's file at once.

    The description stands again, to be linked to the right record. The same token and reason again change nothing. Raises
    `BadInput` without a reason, `OutOfTurn` for a child whom no lead has linked.
    """
    ensure_decides(by, named.concern_id, named.school_id, LEADS)
    if not (reason := reason.strip()):
        raise BadInput("Say why this is another child.")
    concern, key = lock(named.concern_id), entry_token(token, named.pk, reason)
    named = ConcernChild.objects.select_for_update(of=("self",)).select_related("child").get(pk=named.pk)
    if ConcernNote.objects.filter(token=key, author=by).exists():
        return named
    if named.child is None or named.linked_at is None:
        raise OutOfTurn("This child is not linked to a record any more. Open the concern to see who is named in it.")
    who = ", ".join(filter(None, (named.child.full_name, named.child.class_name)))
    ConcernNote.objects.create(
        concern=concern,
        school_id=concern.school_id,
        author=by,
        token=key,
        text=f"{who}: linked to this concern by mistake, and taken out of it again. {reason}",
        added_at=at or timezone.now(),
    )
    named.child = named.linked_at = named.linked_by = None
    named.save(update_fields=["child", "linked_at", "linked_by"])
    keep_for_all(concern.pk)
    touch(concern)
    record(Verb.LINK, named, by=by, purpose=TAKEN_BACK)
    return named
