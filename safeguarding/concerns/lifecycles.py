"""What may follow? The moves of a concern and of an action, as tables. Drawn in `docs/lifecycles.md`."""

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move, Predicate

from .models import Action, Concern, EarlierBatch
from .permissions import may_confirm_earlier, may_decide, may_finish_action, may_import_earlier, may_read

_LEADS = "Only a safeguarding lead, a deputy or the Headteacher of this school can do this."
S = Concern.Status

concern_life: Lifecycle[Concern] = Lifecycle(
    "A concern",
    lambda: Concern,
    S,
    [
        Move(
            name="acknowledge",
            sources=frozenset({S.NEW}),
            target=S.ACKNOWLEDGED,
            may=may_read,
            verb=Verb.ACKNOWLEDGE,
            refusal=_LEADS,
            out_of_turn="This concern has been read already.",
            stamps="acknowledged",
        ),
        Move(
            name="decide",
            sources=frozenset({S.NEW, S.ACKNOWLEDGED, S.DECIDED}),
            target=S.DECIDED,
            may=may_decide,
            verb=Verb.DECIDE,
            refusal=_LEADS,
            out_of_turn="This concern is closed. Reopen it to decide again.",
            stamps="decided",
            required=("level", "receipt"),
            tells="the reporter, in the safe phrase chosen",
        ),
        Move(
            name="close",
            sources=frozenset({S.DECIDED}),
            target=S.CLOSED,
            may=may_decide,
            verb=Verb.CLOSE,
            refusal=_LEADS,
            out_of_turn="A concern is closed after a decision, and only once. Decide first, or open it again to see who closed it.",
            stamps="closed",
            required=("outcome", "closing_reason", "receipt"),
            tells="the reporter, in the safe phrase chosen",
        ),
        Move(
            name="reopen",
            sources=frozenset({S.CLOSED}),
            target=S.ACKNOWLEDGED,
            may=may_decide,
            verb=Verb.REOPEN,
            refusal=_LEADS,
            out_of_turn="This concern is open.",
            tells="the safeguarding leads on duty",
        ),
    ],
)

A = Action.Status
action_life: Lifecycle[Action] = Lifecycle(
    "An action",
    lambda: Action,
    A,
    [
        Move(
            name="complete",
            sources=frozenset({A.TO_DO}),
            target=A.DONE,
            may=may_finish_action,
            verb=Verb.COMPLETE,
            refusal="Only the person who has to do this, or a safeguarding lead, can mark it done.",
            out_of_turn="This action has been ended already.",
            stamps="ended",
            required=("result",),
        ),
        Move(
            name="withdraw",
            sources=frozenset({A.TO_DO}),
            target=A.WITHDRAWN,
            may=lambda user, action: may_decide(user, action),
            verb=Verb.CHANGE,
            refusal=_LEADS,
            out_of_turn="This action has been ended already.",
            stamps="ended",
            required=("result",),
        ),
    ],
)


_IMPORTERS = "Only a safeguarding lead or the Headteacher of this school can bring in records of an earlier system."
_GIVER = "Only who gave these files can confirm them: what was shown is what that person may see. Others can give up on them."
B = EarlierBatch.Status


def _batch(
    name: str,
    sources: set[str],
    target: str,
    out_of_turn: str,
    *,
    stamps: str = "",
    may: Predicate = may_import_earlier,
    refusal: str = _IMPORTERS,
    verb: Verb = Verb.IMPORT,
    required: tuple[str, ...] = (),
) -> Move:
    return Move(
        name=name, sources=frozenset(sources), target=target, may=may, verb=verb, refusal=refusal, out_of_turn=out_of_turn,
        stamps=stamps, required=required,
    )  # fmt: skip


earlier_life: Lifecycle[EarlierBatch] = Lifecycle(
    "Records from an earlier system",
    lambda: EarlierBatch,
    B,
    [
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
            {B.UPLOADED, B.MAPPING, B.READING, B.READY},
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
