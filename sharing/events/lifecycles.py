"""What may follow? The moves of a decision to share. Drawn in `docs/lifecycles.md`."""

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move

from .models import SharingEvent
from .permissions import SHARERS, may_share_event
from .verbs import SharingVerb

S = SharingEvent.Status
_DECIDED = "This has been decided already. Open it again to see how it stands."
_GONE = "This does not wait to be sent any more. Open it again to see how it stands."
_NOT_OUT = "This has not been sent, or was received or asked back already. Open it again to see how it stands."

sharing_life: Lifecycle[SharingEvent] = Lifecycle(
    "A decision to share",
    lambda: SharingEvent,
    S,
    [
        Move(
            name="decide",
            sources=frozenset({S.DRAFT}),
            target=S.TO_SEND,
            may=may_share_event,
            verb=Verb.DECIDE,
            refusal=SHARERS,
            out_of_turn=_DECIDED,
            stamps="decided",
            required=("reason",),
        ),
        Move(
            name="refuse",
            sources=frozenset({S.DRAFT}),
            target=S.NOT_SHARED,
            may=may_share_event,
            verb=Verb.DECIDE,
            refusal=SHARERS,
            out_of_turn=_DECIDED,
            stamps="decided",
            required=("because",),
        ),
        Move(
            name="discard",
            sources=frozenset({S.DRAFT}),
            target=S.DISCARDED,
            may=may_share_event,
            verb=Verb.DISCARD,
            refusal=SHARERS,
            out_of_turn=_DECIDED,
            stamps="discarded",
        ),
        # By somebody who thinks again, and where the consent is withdrawn on which it rests.
        Move(
            name="take_back",
            sources=frozenset({S.TO_SEND}),
            target=S.DRAFT,
            may=may_share_event,
            verb=SharingVerb.TAKE_BACK_SHARE,
            refusal=SHARERS,
            out_of_turn=_GONE,
        ),
        Move(
            name="send",
            sources=frozenset({S.TO_SEND}),
            target=S.SENT,
            may=may_share_event,
            verb=SharingVerb.SHARE,
            refusal=SHARERS,
            out_of_turn=_GONE,
            stamps="sent",
            required=("method",),
        ),
        Move(
            name="receive",
            sources=frozenset({S.SENT}),
            target=S.RECEIVED,
            may=may_share_event,
            verb=Verb.CONFIRM,
            refusal=SHARERS,
            out_of_turn=_NOT_OUT,
            stamps="received",
        ),
        Move(
            name="ask_back",
            sources=frozenset({S.SENT, S.RECEIVED}),
            target=S.ASKED_BACK,
            may=may_share_event,
            verb=Verb.WITHDRAW,
            refusal=SHARERS,
            out_of_turn=_NOT_OUT,
            stamps="asked_back",
        ),
    ],
)
