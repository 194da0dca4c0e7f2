"""Say which record a child is whom nobody has named, and take a wrong link back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS, leads_on_duty, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild, UndoneLink
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.naming import take_back
from safeguarding.concerns.services.telling import hand_on, seers
from safeguarding.concerns.services.withholding import linked_instead
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
    if named.kind == ConcernChild.Kind.DESTROYED:
        raise OutOfTurn("The record of this child was destroyed. Nobody can be named in its place.")
    if child.school_id != named.school_id:
        raise BadInput("That child is at another school.")
    if ConcernChild.objects.filter(concern_id=named.concern_id, child=child).exists():
        raise BadInput("That child is named in this concern already.")
    keep_for({concern.pk: [child.pk]}, concern.school_id)
    named.child, named.linked_at, named.linked_by = child, at or timezone.now(), by
    named.save(update_fields=["child", "linked_at", "linked_by"])
    linked_instead(named, by=by, at=named.linked_at)
    touch(concern)
    record(Verb.LINK, named, by=by)
    # The child may be hidden from those who read the concern until now.
    hand_on(concern, at=named.linked_at)
    return named


@transaction.atomic
def unlink_child(*, named: ConcernChild, token: UUID, reason: str, by: User, at: datetime | None = None) -> UndoneLink:
    """Take back a link to the wrong record: the concern leaves that child's file, chronology, paper, lists and counts
    at once.

    Whoever the reporter described, or a child not named yet, waits to be linked to the right record; what the wrong
    file had said of it goes with the link. Where words mention the child, the concern says so of it again until a lead
    takes that off too. That there was one stands on "Who has looked", and in no note. The same token and reason again
    change nothing. Raises `BadInput` without a reason, `OutOfTurn` for a child who is not linked.
    """
    ensure_decides(by, named.concern_id, named.school_id, LEADS)
    if not (reason := reason.strip()):
        raise BadInput("Say why this is another child.")
    at, concern, key = at or timezone.now(), lock(named.concern_id), entry_token(token, named.pk, reason)
    named = ConcernChild.objects.select_for_update(of=("self",)).get(pk=named.pk)
    if there := UndoneLink.objects.filter(token=key, undone_by=by).first():
        return there
    if named.child_id is None:
        raise OutOfTurn("This child is not linked to a record any more. Open the concern to see who is named in it.")
    before = set(seers(concern, on=timezone.localdate(at)))
    undone = take_back(named, token=key, reason=reason, by=by, at=at)
    keep_for_all(concern.pk)
    touch(concern)
    record(Verb.LINK, named, by=by, purpose=TAKEN_BACK)
    tell_new_readers(concern, before, at=at)
    return undone


def tell_new_readers(concern: Concern, before: Collection[UUID], *, at: datetime) -> None:
    """A lead who was related to the wrong child sees the concern from now on, and has not been told of it yet."""
    on = timezone.localdate(at)
    now = seers(concern, on=on)
    new = [lead for lead in leads_on_duty(concern.school_id, on=on) if lead.pk in now and lead.pk not in before]
    about = {"object_type": "concern", "object_id": concern.pk}
    tell(people=new, school_id=concern.school_id, kind=ConcernNotice.NEW_CONCERN, at=at, **about)  # type: ignore[arg-type]
