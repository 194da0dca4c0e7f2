"""What of a child's record has not gone to the next school: what came later, and what who built the file did not see?

What a file told is kept as digests, under the key of its transfer. So readers know of each entry that they see whether
it went, and learn of no other.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from children.models import Child
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Chronicled
from safeguarding.concerns.models.earlier import Readers
from safeguarding.concerns.told import told_of_each
from safeguarding.plans.kinds.base import Area
from sharing.events.models import SharingEvent
from sharing.transfers.models import FileSending, FileTransfer

# Entries of a child by which the file grows: not that it is held, or was sent. Of an adoption nothing goes.
READERS = ("", Readers.LEADS.value, *(area.value for area in Area if area != Area.ADOPTION))


class Seen(NamedTuple):
    """One entry of a child's record, and the concern that it hangs on."""

    key: UUID
    concern_id: UUID | None


def mark(transfer_id: UUID, key: UUID) -> str:
    """What stands for a record in what a file tells."""
    return hashlib.sha256(transfer_id.bytes + key.bytes).hexdigest()


def marks(transfer_id: UUID, keys: Iterable[UUID]) -> list[str]:
    """The same of several, in an order that tells nothing."""
    return sorted({mark(transfer_id, key) for key in keys})


def seen_of_each(asks: Asks, children: Sequence[Child]) -> dict[UUID, set[Seen]]:
    """Every entry of these children's records that the person asking may see, by the child's key: two queries."""
    telling = told_of_each(asks, children)  # type: ignore[arg-type]
    found: dict[UUID, set[Seen]] = {child.pk: set() for child in children}
    rows = visible(asks, Chronicled).filter(
        Q(concern__in=list(telling)) | Q(child__in=list(found), concern=None, readers__in=READERS)
    )
    for key, concern, child in rows.values_list("row", "concern_id", "child_id"):
        for whose in _whose(telling, concern, child):
            if whose in found:
                found[whose].add(Seen(key, concern))
    return found


def _whose(telling: dict[UUID, list[Child]], concern: UUID | None, child: UUID | None) -> Iterator[UUID]:
    if concern is not None:
        yield from (one.pk for one in telling.get(concern, ()))
    elif child is not None:
        yield child


def seen(asks: Asks, child: Child) -> set[Seen]:
    """The same of one child."""
    return seen_of_each(asks, [child])[child.pk]


def gone(rows: QuerySet[FileSending]) -> QuerySet[FileSending]:
    """Those that went and were not asked back: what went to the wrong school, the next school does not have."""
    return rows.filter(event__isnull=False).exclude(event__status=SharingEvent.Status.ASKED_BACK)


def told_already(sendings: Iterable[FileSending]) -> frozenset[str]:
    """What the files that have gone (`gone`) tell, as digests."""
    return frozenset(one for sending in sendings for one in sending.told)


def lacking(transfer: FileTransfer, entries: Iterable[Seen], told: Collection[str]) -> list[Seen]:
    """The entries that have not gone."""
    return [one for one in entries if mark(transfer.pk, one.key) not in told]


def number_lacking(asks: Asks, transfers: Sequence[FileTransfer]) -> dict[UUID, int]:
    """How many entries that the person sees have not gone, by the transfer, where there are any. Three queries, however
    many transfers. Each has its child.
    """
    sent = [one for one in transfers if one.sent_at is not None and one.child is not None]
    if not sent:
        return {}
    entries = seen_of_each(asks, list({one.child.pk: one.child for one in sent if one.child}.values()))
    rows: dict[UUID, list[FileSending]] = {one.pk: [] for one in sent}
    # All that went: what one reader does not see of it has gone all the same.
    for sending in gone(visible(asks, FileSending).filter(transfer__in=list(rows))).only("transfer_id", "told"):
        rows[sending.transfer_id].append(sending)
    found = {one.pk: len(lacking(one, entries[one.child_id], told_already(rows[one.pk]))) for one in sent}  # type: ignore[index]
    return {key: number for key, number in found.items() if number}
