"""A line of the ledger for each record whose destruction has begun, on disk beside the seals before its key goes.

The file, its chain and its locks are of `sealing/ledger.py`; how what stands in it is destroyed again is of
`services/replaying.py`.
"""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from django.db.models import F

from safeguarding.sealing import ledger
from safeguarding.sealing.ledger import Entry

from .models import DestructionItem, Tombstone


def note(item: DestructionItem, *, under: str, records: Mapping[str, Sequence[UUID]]) -> None:
    """One line for an item whose destruction has begun; the same item again is not a second one. `records`: the keys of
    what goes with it, by the label of their model.

    Raises `LedgerProblem` where an earlier line is not as it was written: nothing is destroyed until somebody has
    looked.
    """
    _complete()
    ledger.add(
        Entry(
            school=item.school_id,
            item=item.pk,
            kind=item.kind,
            record=item.record_key,
            under=under,
            records=records,
            manifest=bytes(item.approvals.latest("approved_at").manifest).hex(),
            trigger_on=item.trigger_on.isoformat(),
            due_on=item.due_on.isoformat(),
        )
    )


def _complete() -> None:
    """A line for everything that was destroyed and has none: the file was lost, or cut off at its end.

    What has no line came of the ledger itself where it is of no item. One of an item counts where the database has
    begun that item's own record: a line is carried out without asking again whether two people approved it.
    """
    there = {entry.record for entry in ledger.entries()}
    begun = Tombstone.objects.filter(item__record_key=F("record_key"), item__run__isnull=False)
    for left in begun.exclude(record_key__in=there).order_by("destroyed_at", "pk"):
        ledger.add(
            Entry(
                school=left.school_id,
                item=cast(UUID, left.item_id),
                kind=left.kind,
                record=left.record_key,
                under=left.under,
                records={},
                manifest=bytes(left.manifest).hex(),
                trigger_on=left.trigger_on.isoformat() if left.trigger_on else "",
                due_on=left.due_on.isoformat() if left.due_on else "",
            )
        )
