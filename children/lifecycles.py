"""What may follow? The moves of an import, from upload to the school's list, of two records that may be one child's,
and of what is recorded to protect a child.

Drawn in `docs/lifecycles.md`.
"""

from typing import Any

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move

from .models import ChildMerge, ConfidentialAddress, ContactRestriction, ImportRun, ParentalResponsibility, Safeguard
from .permissions import (
    may_change_safeguard,
    may_confirm_safeguard,
    may_correct_safeguard,
    may_import,
    may_merge,
    may_replace_safeguard,
)
from .verbs import ChildVerb

_OFFICE = "Only the office, a safeguarding lead, a deputy or the Headteacher of this school can bring in children."
S = ImportRun.Status


def _move(name: str, sources: set[str], target: str, out_of_turn: str, stamps: str = "") -> Move:
    return Move(
        name=name,
        sources=frozenset(sources),
        target=target,
        may=may_import,
        verb=Verb.IMPORT,
        refusal=_OFFICE,
        out_of_turn=out_of_turn,
        stamps=stamps,
    )


import_life: Lifecycle[ImportRun] = Lifecycle(
    "An import of children",
    lambda: ImportRun,
    S,
    [
        _move("ask_columns", {S.UPLOADED}, S.MAPPING, "This file has been looked at already."),
        _move("tell_columns", {S.MAPPING}, S.UPLOADED, "The columns of this file are known already."),
        _move("tell_again", {S.READY}, S.MAPPING, "This file is not waiting to be confirmed."),
        # Again from the start where a worker was stopped: rows are deleted first.
        _move("read", {S.UPLOADED, S.READING}, S.READING, "This file has been read already."),
        _move("ask_dates", {S.READING}, S.MAPPING, "This file is not being read."),
        _move("refuse", {S.UPLOADED, S.READING}, S.REFUSED, "This file has been read already."),
        _move("offer", {S.READING}, S.READY, "This file is not being read."),
        _move(
            "confirm",
            {S.READY},
            S.CONFIRMING,
            "This import has been confirmed or given up already. Open the list of imports to see who did.",
            stamps="confirmed",
        ),
        # The list changed between the look and the confirmation: look again.
        _move("reconsider", {S.CONFIRMING}, S.READY, "This import is not being confirmed."),
        _move("finish", {S.CONFIRMING}, S.CONFIRMED, "This import is not being confirmed."),
        _move(
            "abandon",
            {S.UPLOADED, S.MAPPING, S.READING, S.READY},
            S.ABANDONED,
            "This import has been confirmed or given up already.",
            stamps="abandoned",
        ),
    ],
)

MERGERS = "Only a safeguarding lead or the Headteacher of this school decides that two records are of the same child."
MS = ChildMerge.Status

merge_life: Lifecycle[ChildMerge] = Lifecycle(
    "Two records of one child",
    lambda: ChildMerge,
    MS,
    [
        Move(
            name="merge",
            sources=frozenset({MS.ASKED}),
            target=MS.MERGED,
            may=may_merge,
            verb=Verb.CONFIRM,
            refusal=MERGERS,
            out_of_turn="This has been decided already. Open the child’s record to see what became of it.",
            stamps="decided",
            required=("reason", "undo_until"),
        ),
        Move(
            name="decline",
            sources=frozenset({MS.ASKED}),
            target=MS.DECLINED,
            may=may_merge,
            verb=Verb.DECIDE,
            refusal=MERGERS,
            out_of_turn="This has been decided already. Open the child’s record to see what became of it.",
            stamps="decided",
            required=("refusal",),
        ),
        Move(
            name="undo",
            sources=frozenset({MS.MERGED}),
            target=MS.UNDONE,
            may=may_merge,
            verb=Verb.WITHDRAW,
            refusal=MERGERS,
            out_of_turn="This merge has been undone already.",
            stamps="undone",
            required=("undo_reason",),
        ),
    ],
)

CONFIRMERS = "Only a safeguarding lead, a deputy or the Headteacher confirms this."
CHANGERS = (
    "Only a safeguarding lead or the Headteacher can end or correct this. Until it is confirmed, whoever recorded it "
    "and a deputy can too; a deputy’s own entry on the same day as well. Tell one of them what has changed."
)
_MOVED_ON = "This has been dealt with already. Open the child’s record to see how it stands."
SS = Safeguard.Status


def _life_of(model: type[Safeguard], title: str, *more: Move) -> Lifecycle[Any]:
    return Lifecycle(
        title,
        lambda: model,
        SS,
        [
            Move(
                name="confirm",
                sources=frozenset({SS.RECORDED}),
                target=SS.CONFIRMED,
                may=may_confirm_safeguard,
                verb=Verb.CONFIRM,
                refusal=CONFIRMERS,
                out_of_turn=_MOVED_ON,
                stamps="confirmed",
            ),
            Move(
                name="end",
                sources=frozenset({SS.RECORDED, SS.CONFIRMED}),
                target=SS.ENDED,
                may=may_change_safeguard,
                verb=ChildVerb.END,
                refusal=CHANGERS,
                out_of_turn=_MOVED_ON,
                stamps="ended",
                required=("end_reason",),
            ),
            Move(
                name="correct",
                sources=frozenset({SS.RECORDED, SS.CONFIRMED, SS.ENDED}),
                target=SS.CORRECTED,
                may=may_correct_safeguard,
                verb=ChildVerb.MARK_WRONG,
                refusal=CHANGERS,
                out_of_turn=_MOVED_ON,
                stamps="corrected",
                required=("correction",),
            ),
            *more,
        ],
    )


# One answer stands for each adult: recording another ends the one before.
_REPLACE = Move(
    name="replace",
    sources=frozenset({SS.RECORDED, SS.CONFIRMED}),
    target=SS.ENDED,
    may=may_replace_safeguard,
    verb=ChildVerb.END,
    refusal=CHANGERS,
    out_of_turn=_MOVED_ON,
    stamps="ended",
    required=("end_reason",),
)


order_life = _life_of(ContactRestriction, "An order or agreement about a child")
address_life = _life_of(ConfidentialAddress, "A confidential address")
responsibility_life = _life_of(ParentalResponsibility, "Parental responsibility", _REPLACE)
