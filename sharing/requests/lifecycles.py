"""What may follow? The moves of a request about data. Drawn in `docs/lifecycles.md`."""

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move

from .models import OPEN, RightsRequest
from .permissions import HANDLERS, NAMED, may_approve, may_change, may_handle, may_prepare
from .verbs import RequestVerb

S = RightsRequest.Status
_STANDS = "Open it again to see how it stands."
_TAKEN_UP = f"Somebody has taken this request up already, or withdrawn it. {_STANDS}"
_NOT_OPEN = f"This request is not open any more. {_STANDS}"
_NOT_PREPARED = f"This answer does not wait for approval: something was changed, or it was approved. {_STANDS}"
_NOT_APPROVED = f"This answer is not approved: something was changed, or it was given already. {_STANDS}"
_NOT_OVER = f"This request is not over. {_STANDS}"

request_life: Lifecycle[RightsRequest] = Lifecycle(
    "A request about data",
    lambda: RightsRequest,
    S,
    [
        Move(
            name="take_up",
            sources=frozenset({S.HANDED_IN}),
            target=S.OPEN,
            may=may_handle,
            verb=RequestVerb.TAKE_UP,
            refusal=HANDLERS,
            out_of_turn=_TAKEN_UP,
            stamps="opened",
        ),
        Move(
            name="prepare",
            sources=frozenset({S.OPEN}),
            target=S.PREPARED,
            may=may_prepare,
            verb=RequestVerb.PREPARE,
            refusal=NAMED,
            out_of_turn=_NOT_OPEN,
            stamps="prepared",
        ),
        Move(
            name="send_back",
            sources=frozenset({S.PREPARED}),
            target=S.OPEN,
            may=may_approve,
            verb=RequestVerb.SEND_BACK,
            refusal=NAMED,
            out_of_turn=_NOT_PREPARED,
            tells="the preparer",
        ),
        Move(
            name="approve",
            sources=frozenset({S.PREPARED}),
            target=S.APPROVED,
            may=may_approve,
            verb=RequestVerb.APPROVE,
            refusal=NAMED,
            out_of_turn=_NOT_PREPARED,
            stamps="approved",
        ),
        # Something was changed after it was prepared or approved.
        Move(
            name="change",
            sources=frozenset({S.PREPARED, S.APPROVED}),
            target=S.OPEN,
            may=may_change,
            verb=Verb.CHANGE,
            refusal=NAMED,
            out_of_turn=_NOT_PREPARED,
        ),
        Move(
            name="answer",
            sources=frozenset({S.APPROVED}),
            target=S.ANSWERED,
            may=may_change,
            verb=RequestVerb.ANSWER,
            refusal=HANDLERS,
            out_of_turn=_NOT_APPROVED,
            stamps="answered",
            required=("outcome",),
        ),
        Move(
            name="withdraw",
            sources=frozenset(OPEN),
            target=S.WITHDRAWN,
            may=may_handle,
            verb=Verb.WITHDRAW,
            refusal=HANDLERS,
            out_of_turn=_NOT_OPEN,
            stamps="withdrawn",
            required=("ended_because",),
        ),
        Move(
            name="reopen",
            sources=frozenset({S.ANSWERED, S.WITHDRAWN}),
            target=S.OPEN,
            may=may_handle,
            verb=Verb.REOPEN,
            refusal=HANDLERS,
            out_of_turn=_NOT_OVER,
            required=("ended_because",),
        ),
    ],
)
