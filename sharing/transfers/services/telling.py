"""Who is told that a child has left, and that its file should be on its way or is late? Only who may read an entry.

Leads on duty; where none of them may see it, whoever else sends files, then whoever shares or stands in.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.services import leads_on_duty, settle_notices, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.plans.capabilities import PlanCapability
from sharing.events.capabilities import SharingCapability as C
from sharing.transfers.models import FileTransfer
from sharing.transfers.notice_kinds import TransferNotice

# What a notice of a transfer leads to.
OBJECT = "transfer"
_REMINDERS = (TransferNotice.SOON, TransferNotice.LATE)


def tell_of_leaver(transfer: FileTransfer, *, at: datetime) -> int:
    """A child has left. Returns how many were told."""
    return _tell(transfer, TransferNotice.LEAVER, at=at)


def remind(transfers: Iterable[FileTransfer], *, at: datetime) -> int:
    """Tell of files that should be on their way, and of those that are late: once for each day that was due. Returns
    how many times somebody was told.
    """
    today, told = timezone.localdate(at), 0
    for one in transfers:
        kind, fact = _reminder(one, today)
        if not kind or getattr(one, fact) == one.due_on:
            continue
        number = _tell(one, TransferNotice(kind), at=at)
        if number:
            # Else it stays to be told, once there is somebody.
            setattr(one, fact, one.due_on)
            one.save(update_fields=[fact])
            record(Verb.ASK, one, purpose="reminder")
        told += number
    return told


def _reminder(transfer: FileTransfer, today: date) -> tuple[str, str]:
    if transfer.is_late(today):
        return TransferNotice.LATE, "told_late_for"
    return (TransferNotice.SOON, "told_warn_for") if transfer.is_due_soon(today) else ("", "")


def confirmed(transfer: FileTransfer, *, by: User, at: datetime) -> None:
    """Somebody sees to it: nobody else need hurry."""
    settle_notices(object_id=transfer.pk, kinds=[TransferNotice.LEAVER], by=by, at=at)


def gone(transfer: FileTransfer, *, by: User, at: datetime) -> None:
    """It went, or is not to go: nothing asks for it any more."""
    settle_notices(object_id=transfer.pk, kinds=[TransferNotice.LEAVER, *_REMINDERS], by=by, at=at)


def _tell(transfer: FileTransfer, kind: TransferNotice, *, at: datetime) -> int:
    people = _recipients(transfer, timezone.localdate(at))
    tell(people=people, school_id=transfer.school_id, kind=kind, object_type=OBJECT, object_id=transfer.pk, at=at)
    return len(people)


def _recipients(transfer: FileTransfer, today: date) -> list[User]:
    school_id = transfer.school_id
    leads = list(leads_on_duty(school_id, on=today))
    senders = list(people_with(C.SEND_FILES, school_id, today))
    others = [
        *people_with(C.SHARE, school_id, today),
        *people_with(PlanCapability.STAND_IN_PLANS, school_id, today),
    ]
    seen = who_sees(transfer, [person.pk for person in (*leads, *senders, *others)])
    for people in (leads, senders, others):
        if told := [person for person in dict.fromkeys(people) if person.pk in seen]:
            return told
    return []
