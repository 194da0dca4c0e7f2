"""Add a child whom the writer of a report chose and could not name, or say that it is not added."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from children.models import Child
from children.services import led_on
from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.concerns.models import WithheldName
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.withholding import settle
from safeguarding.exceptions import BadInput, OutOfTurn

from .changes import lock
from .linking import link_child

Status = WithheldName.Status
_DECIDED = "This has been decided already. Open the concern to see who is named in it."


@transaction.atomic
def add_withheld(*, row: WithheldName, child: Child, by: User, at: datetime | None = None) -> WithheldName:
    """Name the child in the concern after all: it stands in that child's file from now on, as any link does.

    Its reporter keeps the report as it was, and is told nothing. The same again by the same person changes nothing.
    Raises `NotAllowed`, `OutOfTurn` where somebody has decided, or said that it is another child, and `BadInput` for
    another child.
    """
    at = at or timezone.now()
    if child.pk != row.child_key and led_on([row.child_key]).get(row.child_key) != child.pk:
        raise BadInput("That is not the child who was chosen on the form.")
    lock(row.concern_id)
    now = _waiting(row, Status.ADDED, by)
    if now.status == Status.WAITING:
        link_child(named=now.named, child=child, by=by, at=at)
        if child.pk != now.child_key:
            # Of a record that has become part of this one.
            now.child_key = child.pk
            settle(now, Status.ADDED, by=by, at=at)
        now.refresh_from_db()
    return now


@transaction.atomic
def refuse_withheld(*, row: WithheldName, reason: str, by: User, at: datetime | None = None) -> WithheldName:
    """Say that the child is not added, and why. The concern stays as it is.

    Raises `NotAllowed`, `BadInput` without a reason, `OutOfTurn` where somebody has decided otherwise.
    """
    at = at or timezone.now()
    ensure_decides(by, row.concern_id, row.school_id, LEADS)
    if not reason.strip():
        raise BadInput("Say why the child is not added.")
    lock(row.concern_id)
    now = _waiting(row, Status.REFUSED, by)
    if now.status == Status.WAITING:
        now.reason = reason.strip()
        now = settle(now, Status.REFUSED, by=by, at=at)
    return now


def _waiting(row: WithheldName, wanted: str, by: User) -> WithheldName:
    """The row as it stands, locked: waiting, or decided so by the same person before."""
    now = WithheldName.objects.select_for_update(of=("self",)).select_related("named").get(pk=row.pk)
    if now.status != Status.WAITING and (now.status, now.decided_by_id) != (wanted, by.pk):
        raise OutOfTurn(_DECIDED)
    return now
