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

from .models import DestructionItem, ItemPart, RetentionRule, Tombstone


def under(rule: RetentionRule) -> str:
    """What stands in the place of words whose key is gone: it names nobody."""
    return f"rule {rule.code} version {rule.version}"


def note(item: DestructionItem, *, records: Mapping[str, Sequence[UUID]]) -> None:
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
            under=under(item.rule),
            records=records,
            manifest=bytes(item.approvals.latest("approved_at").manifest).hex(),
            trigger_on=item.trigger_on.isoformat(),
            due_on=item.due_on.isoformat(),
        )
    )


def note_part(part: ItemPart) -> None:
    """One line for a part of an item that ends child by child. Raises as `note`."""
    _complete()
    ledger.add(_of_part(part))


def _of_part(part: ItemPart) -> Entry:
    return Entry(
        school=part.school_id,
        item=part.pk,
        kind=part.kind,
        record=part.record_key,
        under=under(cast(DestructionItem, part.item).rule),
        records={},
        until=part.until.isoformat(),
        children=part.children,
    )


def _complete() -> None:
    """A line for everything that was destroyed and has none: the file was lost, or cut off at its end.

    What has no line came of the ledger itself where it is of no item. One of an item counts where the database has
    begun that item's own record: a line is carried out without asking again whether two people approved it.
    """
    found = ledger.entries()
    there = {entry.record for entry in found if not entry.until}
    noted = {entry.item for entry in found if entry.until}
    parts = ItemPart.objects.filter(ended_at__isnull=False, item__run__isnull=False).exclude(pk__in=noted)
    for part in parts.select_related("item__rule").order_by("ended_at", "pk"):
        ledger.add(_of_part(part))
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
