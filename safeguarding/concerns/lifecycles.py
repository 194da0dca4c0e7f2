"""What may follow? The moves of each record of this app, as tables. Drawn in `docs/lifecycles.md`."""

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move, Predicate

from .models import Action, Concern, EarlierBatch, OutsideNote, PaperForm
from .permissions import (
    may_check_form,
    may_confirm_earlier,
    may_decide,
    may_finish_action,
    may_import_earlier,
    may_keep_forms,
    may_read,
    may_read_note,
    may_set_note_aside,
    may_settle_note,
    may_type_form,
)

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


N = OutsideNote.Status
_ALREADY = "Somebody has dealt with this note meanwhile. Open it again to see what became of it."
note_life: Lifecycle[OutsideNote] = Lifecycle(
    "A note from outside",
    lambda: OutsideNote,
    N,
    [
        Move(
            name="read",
            sources=frozenset({N.NEW}),
            target=N.READ,
            may=may_read_note,
            verb=Verb.ACKNOWLEDGE,
            refusal=_LEADS,
            out_of_turn="This note has been read already.",
            stamps="read",
        ),
        Move(
            name="make_concern",
            sources=frozenset({N.READ, N.PUT_FORWARD, N.SET_ASIDE}),
            target=N.CONCERN,
            may=may_settle_note,
            verb=Verb.LINK,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
            stamps="ended",
            required=("concern",),
            tells="the safeguarding leads on duty, as of any new concern",
        ),
        Move(
            name="put_forward",
            sources=frozenset({N.READ}),
            target=N.PUT_FORWARD,
            may=may_settle_note,
            verb=Verb.ASK,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
            stamps="put_forward",
            required=("reason", "reason_detail"),
            tells="the safeguarding leads on duty, for a second look",
        ),
        Move(
            name="give_back",
            sources=frozenset({N.PUT_FORWARD}),
            target=N.READ,
            may=may_settle_note,
            verb=Verb.WITHDRAW,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
        ),
        Move(
            name="set_aside",
            sources=frozenset({N.PUT_FORWARD}),
            target=N.SET_ASIDE,
            may=may_set_note_aside,
            verb=Verb.CLOSE,
            refusal="You have put this forward yourself, or your role does not include this. Another safeguarding lead, "
            "deputy or the Headteacher of this school looks at it too.",
            out_of_turn=_ALREADY,
            stamps="ended",
        ),
        Move(
            name="take_back",
            sources=frozenset({N.SET_ASIDE}),
            target=N.READ,
            may=may_settle_note,
            verb=Verb.REOPEN,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
        ),
    ],
)

P = PaperForm.Status
_MOVED = "Somebody has done something else with this form meanwhile. Open it again to see where it stands."


def _ending(name: str, target: PaperForm.Status, sources: frozenset[str]) -> Move:
    """What becomes of a sheet that is no concern."""
    return Move(
        name=name,
        sources=sources,
        target=target,
        may=may_keep_forms,
        verb=Verb.CLOSE,
        refusal=_LEADS,
        out_of_turn=_MOVED,
        stamps="ended",
    )


paper_life: Lifecycle[PaperForm] = Lifecycle(
    "A numbered paper form",
    lambda: PaperForm,
    P,
    [
        Move(
            name="begin",
            sources=frozenset({P.OUT, P.MISSING, P.TYPING}),
            target=P.TYPING,
            may=may_type_form,
            verb=Verb.ASSIGN,
            refusal="You have no role at this school, so you cannot type in its forms.",
            out_of_turn=_MOVED,
            stamps="begun",
            required=("written_on",),
        ),
        Move(
            name="enter",
            sources=frozenset({P.TYPING}),
            target=P.ENTERED,
            may=may_type_form,
            verb=Verb.LINK,
            refusal="You have no role at this school, so you cannot type in its forms.",
            out_of_turn="This paper form has been typed in by a colleague, or put away, since you began. Nothing was sent. "
            "Look the number up under Paper forms, and discard this draft if the form is there.",
            stamps="typed",
            required=("concern",),
            tells="the safeguarding leads on duty, as of any new concern",
        ),
        Move(
            name="check",
            sources=frozenset({P.ENTERED}),
            target=P.CHECKED,
            may=may_check_form,
            verb=Verb.CONFIRM,
            refusal="You have typed this in yourself today, or your role does not include this. Another safeguarding lead, "
            "deputy or the Headteacher of this school compares it with the paper; or you do, on another day.",
            out_of_turn="Somebody has compared this with the paper already.",
            stamps="checked",
        ),
        _ending("spoil", P.SPOILED, frozenset({P.OUT, P.MISSING, P.TYPING})),
        _ending("give_back", P.RETURNED, frozenset({P.OUT, P.MISSING})),
        _ending("miss", P.MISSING, frozenset({P.OUT})),
        Move(
            name="find",
            sources=frozenset({P.SPOILED, P.RETURNED, P.MISSING, P.TYPING}),
            target=P.OUT,
            may=may_keep_forms,
            verb=Verb.REOPEN,
            refusal=_LEADS,
            out_of_turn=_MOVED,
        ),
    ],
)
