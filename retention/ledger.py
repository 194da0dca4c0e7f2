"""A line of the ledger for each record whose destruction has begun, on disk beside the seals before its key goes.

The file, its chain and its locks are of `sealing/ledger.py`; how what stands in it is destroyed again is of
`services/replaying.py`.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

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
    """A line for everything that was destroyed and has none: the file was lost, or cut off at its end."""
    there = {entry.record for entry in ledger.entries()}
    for left in Tombstone.objects.exclude(record_key__in=there).order_by("destroyed_at", "pk"):
        if left.item_id is None:
            continue  # by the ledger itself
        ledger.add(
            Entry(
                school=left.school_id,
                item=left.item_id,
                kind=left.kind,
                record=left.record_key,
                under=left.under,
                records={},
                manifest=bytes(left.manifest).hex(),
                trigger_on=left.trigger_on.isoformat() if left.trigger_on else "",
                due_on=left.due_on.isoformat() if left.due_on else "",
            )
        )
