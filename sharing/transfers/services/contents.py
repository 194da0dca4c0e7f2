"""What goes into the file of a child, as far as its builder sees it; and what went before.

One rule for who builds a file and for who asks whether something has to follow it. Every record that the registry tells
of the child goes, but what was only written about this sending.
"""

import hmac
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import cast
from uuid import UUID

from children.models import Child
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.concerns.entries.apart import undecided
from safeguarding.concerns.models import (
    OUT_OF_THE_RECORD,
    Account,
    Amendment,
    BodyMapMark,
    Concern,
    ConcernChild,
    Question,
)
from safeguarding.concerns.permissions import may_decide
from safeguarding.concerns.told import named
from safeguarding.exceptions import OutOfTurn
from safeguarding.http import Request
from safeguarding.parts import Block, read_parts
from sharing.events.models import SharedItem, SharingEvent, SharingStep
from sharing.events.services.choosing import digest_of, name_of
from sharing.transfers.models import FileSending, FileTransfer

# So many are named in a sentence.
_NAMED = 3
# The words of a reporter, and what belongs to them.
_OF_ACCOUNT = tuple(model._meta.label_lower for model in (Account, BodyMapMark, Question, Amendment))


def blocks_of(asks: Asks, transfer: FileTransfer, child: Child) -> list[Block]:
    """Every record that goes, model after model. Not yet recorded as read."""
    own = _of_this_transfer(asks, transfer)
    # As in its chronology: words about who was hurt stand in the file of who may have done it where a lead says so.
    without_account = {
        one.concern_id for one in named(cast(Request, asks), [child]) if one.tells and not one.with_account
    }
    return [
        block
        for block in read_parts(asks, [child.pk])
        if block.record.key not in own
        and not block.record.label.startswith("transfers.")
        and not (block.record.label in _OF_ACCOUNT and block.right.key in without_account)
    ]


def _of_this_transfer(asks: Asks, transfer: FileTransfer) -> set[UUID]:
    """Keys of the decisions as which its files went, and of what was chosen and done for them: each would have to
    follow itself.
    """
    events = set(
        visible(asks, FileSending).filter(transfer=transfer, event__isnull=False).values_list("event", flat=True)
    )
    if not events:
        return events
    steps = visible(asks, SharingStep).filter(event__in=events).values_list("pk", flat=True)
    items = visible(asks, SharedItem).filter(event__in=events).values_list("pk", flat=True)
    return events | set(steps) | set(items)


def told_as(transfer: FileTransfer, block: Block) -> str:
    """The digest under which it is kept that a record went as it is: another one once a word of it was changed, and
    nobody's to guess who does not know the record.
    """
    said = f"{name_of(block)} {digest_of(block)}".encode()
    return hmac.new(transfer.pk.bytes, said, sha256).hexdigest()


def told_before(sendings: Iterable[FileSending]) -> frozenset[str]:
    """What these files told, those alone that went and were not asked back."""
    gone = (one for one in sendings if one.event is not None and one.event.status in _THERE)
    return frozenset(digest for one in gone for digest in one.told)


_THERE = (SharingEvent.Status.SENT, SharingEvent.Status.RECEIVED)


def still_to_go(transfer: FileTransfer, blocks: Iterable[Block], before: Collection[str]) -> list[Block]:
    """Of these records, those that did not go as they are now."""
    return [block for block in blocks if told_as(transfer, block) not in before]


def undecided_concerns(asks: Asks, child: Child) -> list[Concern]:
    """The concerns in sight in which nobody has decided what this child's file says, and the person asking may."""
    undecided_in = visible(asks, ConcernChild).filter(child=child, file_says="").values_list("concern_id", flat=True)
    concerns = visible(asks, Concern).filter(pk__in=list(undecided_in)).exclude(in_error__in=OUT_OF_THE_RECORD)
    found = {concern.pk: concern for concern in concerns.order_by("year", "number")}
    everybody: dict[UUID, list[ConcernChild]] = {key: [] for key in found}
    for row in visible(asks, ConcernChild).filter(concern__in=list(found)):
        everybody[row.concern_id].append(row)
    return [
        concern
        for key, concern in found.items()
        if any(row.child_id == child.pk for row in undecided(everybody[key])) and may_decide(asks.user, concern)
    ]


def ensure_decided(asks: Asks, child: Child) -> None:
    """Raise `OutOfTurn` where it is not decided what this child's file says, and the person asking may decide it."""
    if open_ones := undecided_concerns(asks, child):
        which = ", ".join(concern.reference for concern in open_ones[:_NAMED])
        raise OutOfTurn(f"Say first what this child’s file says of concerns that are about others too: {which}.")
