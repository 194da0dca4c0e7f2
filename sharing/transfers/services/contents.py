"""What goes into the file of a child, as far as its builder sees it?

Every record that the registry tells of the child, but what was only written about this sending; of an addition, what
the files before it do not hold.
"""

from dataclasses import dataclass
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
from sharing.events.models import SharedItem, SharingStep
from sharing.transfers.models import FileSending, FileTransfer

from .additions import gone, mark, marks, told_already

# So many are named in a sentence.
_NAMED = 3
# The words of a reporter, and what belongs to them.
_OF_ACCOUNT = tuple(model._meta.label_lower for model in (Account, BodyMapMark, Question, Amendment))


@dataclass(frozen=True)
class Chosen:
    """The records that go, model after model, and what stands for them in what the file tells (`additions.mark`).

    Withheld from it, and marked as told all the same, is what this child's file does not say.
    """

    blocks: tuple[Block, ...]
    told: tuple[str, ...]


def chosen(asks: Asks, sending: FileSending, child: Child) -> Chosen:
    """What goes into this file. Not yet recorded as read."""
    transfer = sending.transfer
    own = _of_this_transfer(asks, transfer)
    went: frozenset[str] = frozenset()
    if sending.is_addition:
        went = told_already(gone(visible(asks, FileSending).filter(transfer=transfer)))
    found = [
        block
        for block in read_parts(asks, [child.pk])
        if block.record.key not in own
        and not block.record.label.startswith("transfers.")
        and mark(transfer.pk, block.record.key) not in went
    ]
    # As in its chronology: words about who was hurt stand in the file of who may have done it where a lead says so.
    shut = {one.concern_id for one in named(cast(Request, asks), [child]) if one.tells and not one.with_account}
    goes = [one for one in found if not (one.record.label in _OF_ACCOUNT and one.right.key in shut)]
    return Chosen(tuple(goes), tuple(marks(transfer.pk, {block.record.key for block in found})))


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


def undecided_concerns(asks: Asks, child: Child) -> list[tuple[Concern, ConcernChild]]:
    """The concerns in sight in which nobody has decided what this child's file says, and the person asking may: each
    with the row that names the child in it.
    """
    undecided_in = visible(asks, ConcernChild).filter(child=child, file_says="").values_list("concern_id", flat=True)
    concerns = visible(asks, Concern).filter(pk__in=list(undecided_in)).exclude(in_error__in=OUT_OF_THE_RECORD)
    found = {concern.pk: concern for concern in concerns.order_by("year", "number")}
    everybody: dict[UUID, list[ConcernChild]] = {key: [] for key in found}
    for row in visible(asks, ConcernChild).filter(concern__in=list(found)):
        everybody[row.concern_id].append(row)
    return [
        (concern, row)
        for key, concern in found.items()
        for row in undecided(everybody[key])
        if row.child_id == child.pk and may_decide(asks.user, concern)
    ]


def ensure_decided(asks: Asks, child: Child) -> None:
    """Raise `OutOfTurn` where it is not decided what this child's file says, and the person asking may decide it."""
    if open_ones := undecided_concerns(asks, child):
        which = ", ".join(concern.reference for concern, _ in open_ones[:_NAMED])
        raise OutOfTurn(f"Say first what this child’s file says of concerns that are about others too: {which}.")
