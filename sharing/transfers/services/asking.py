"""Ask the worker to build a file with one's own rights: the whole file, or what the files before it do not have."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn
from safeguarding.printing.gathering import For
from safeguarding.sealing import files
from sharing.transfers.models import FileSending, FileTransfer, FileVolume

from .additions import gone, lacking, seen, told_already
from .confirming import hold
from .contents import ensure_decided

S = FileTransfer.Status
_AFTER = (S.SENT, S.RECEIVED, S.SETTLED)
_NOT_YET = "Confirm the last day and the next school first. Then the file is built."
_NOTHING = "Everything of this record that you may see has gone to the next school. There is nothing to add."
_AT_WORK = "This file is being built already. Look again in a few minutes."


@transaction.atomic
def ask_for_file(*, transfer: FileTransfer, token: UUID, by: User, at: datetime | None = None) -> FileSending:
    """The worker builds it: the whole file, or, once that has gone, what is lacking. One that was built and not handed
    over is dropped. The same form again asks once.

    Raises `NotAllowed`; `OutOfTurn` where nobody has confirmed where it goes, it is being built, nothing is lacking, or
    it is not decided what this child's file says of a concern.
    """
    at = at or timezone.now()
    held = hold(transfer, None, by=by)
    if there := FileSending.objects.filter(token=token, transfer=held).first():
        return there
    is_addition = held.status in _AFTER
    if not is_addition and held.status != S.CONFIRMED:
        raise OutOfTurn(_NOT_YET)
    if is_addition and not _lacks(held, by):
        raise OutOfTurn(_NOTHING)
    assert held.child is not None  # noqa: S101  (asked by `hold`)
    ensure_decided(For(by), held.child)
    _drop_in_hand(held, by=by, at=at)
    made = FileSending.objects.create(
        transfer=held,
        child_id=held.child_id,
        school_id=held.school_id,
        token=token,
        is_addition=is_addition,
        asked_at=at,
        asked_by=by,
    )
    record(Verb.ADD, held, by=by, purpose="file asked for")
    transaction.on_commit(partial(_ring, made.pk), robust=True)
    return made


def _lacks(transfer: FileTransfer, by: User) -> bool:
    assert transfer.child is not None  # noqa: S101  (asked by `hold`)
    went = told_already(gone(FileSending.objects.filter(transfer=transfer)))
    return bool(lacking(transfer, seen(For(by), transfer.child), went))


def _drop_in_hand(transfer: FileTransfer, *, by: User, at: datetime) -> None:
    """What the same person had built and not handed over: its volumes go from the store."""
    mine = FileSending.objects.select_for_update(of=("self",)).filter(
        transfer=transfer, asked_by=by, event=None, dropped_at=None
    )
    for one in mine.exclude(building=FileSending.Building.FAILED):
        if one.is_at_work:
            raise OutOfTurn(_AT_WORK)
        one.dropped_at, one.dropped_by, one.words = at, by, ""
        one.save(update_fields=["dropped_at", "dropped_by", "words"])
        for volume in FileVolume.objects.filter(sending=one).exclude(stored=""):
            transaction.on_commit(partial(files.drop, volume.stored), robust=True)
            volume.stored = ""
            volume.save(update_fields=["stored"])
        record(Verb.DISCARD, one, by=by)


def _ring(sending_id: UUID) -> None:
    from sharing.transfers.tasks import build_file

    build_file.apply_async((str(sending_id),), retry=False)
