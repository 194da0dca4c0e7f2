"""What may follow? The moves of what an earlier system had, from its files to the children's records and out again."""

from safeguarding.audit.models import Verb
from safeguarding.concerns.models import EarlierBatch
from safeguarding.concerns.permissions import may_confirm_earlier, may_import_earlier
from safeguarding.moves import Lifecycle, Move, Predicate

IMPORTERS = "Only a safeguarding lead or the Headteacher of this school can bring in records of an earlier system."
_GIVER = (
    "Only who gave these files can confirm them: what was shown is what that person may see. Others can give "
    "up on them."
)
B = EarlierBatch.Status


def _batch(
    name: str,
    sources: set[str],
    target: str,
    out_of_turn: str,
    *,
    stamps: str = "",
    may: Predicate = may_import_earlier,
    refusal: str = IMPORTERS,
    verb: Verb = Verb.IMPORT,
    required: tuple[str, ...] = (),
) -> Move:
    return Move(
        name=name,
        sources=frozenset(sources),
        target=target,
        may=may,
        verb=verb,
        refusal=refusal,
        out_of_turn=out_of_turn,
        stamps=stamps,
        required=required,
    )


earlier_life: Lifecycle[EarlierBatch] = Lifecycle(
    "Records from an earlier system",
    lambda: EarlierBatch,
    B,
    [
        _batch("hold", {B.UPLOADED}, B.HELD, "These files have been looked at already."),
        _batch("go_ahead", {B.HELD}, B.UPLOADED, "The key of the school that sent it is confirmed already."),
        _batch("ask_columns", {B.UPLOADED}, B.MAPPING, "These files have been looked at already."),
        _batch("tell_columns", {B.MAPPING}, B.UPLOADED, "The columns of this file are known already."),
        _batch("tell_again", {B.READY}, B.MAPPING, "These files are not waiting to be confirmed."),
        # Again from the start where a worker was stopped: what was read is deleted first.
        _batch("read", {B.UPLOADED, B.READING}, B.READING, "These files have been read already."),
        _batch("refuse", {B.UPLOADED, B.READING}, B.REFUSED, "These files have been read already."),
        _batch("offer", {B.READING}, B.READY, "These files are not being read."),
        _batch(
            "confirm",
            {B.READY},
            B.CONFIRMING,
            "These files have been confirmed or given up already.",
            stamps="confirmed",
            may=may_confirm_earlier,
            refusal=_GIVER,
        ),
        # The list of children or the records have changed since, or something went wrong: all of it is read again.
        _batch("reconsider", {B.CONFIRMING}, B.UPLOADED, "These files are not being confirmed."),
        _batch("finish", {B.CONFIRMING}, B.CONFIRMED, "These files are not being confirmed."),
        _batch(
            "abandon",
            {B.HELD, B.UPLOADED, B.MAPPING, B.READING, B.READY},
            B.ABANDONED,
            "These files have been confirmed or given up already.",
            stamps="abandoned",
        ),
        _batch(
            "withdraw",
            {B.CONFIRMED},
            B.WITHDRAWN,
            "These records have been withdrawn already, or are not on the children’s records.",
            stamps="withdrawn",
            verb=Verb.WITHDRAW,
            required=("withdrawal",),
        ),
    ],
)
