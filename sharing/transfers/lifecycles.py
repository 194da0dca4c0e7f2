"""What may follow? The moves of a file to the next school. Drawn in `docs/lifecycles.md`."""

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move
from sharing.events.verbs import SharingVerb

from .models import FileTransfer
from .models.transfers import UNSENT
from .permissions import SENDERS, may_send
from .verbs import TransferVerb

S = FileTransfer.Status
_GONE = "The file has been sent, or is not to be sent. Open it again to see how it stands."
_NOT_STOPPED = "This is not stopped any more. Open it again to see how it stands."
_NOT_CONFIRMED = "Nobody has confirmed where it goes, or it has been sent already. Open it again to see how it stands."
_NOT_OUT = "The file has not been sent, or was received already. Open it again to see how it stands."
_NOT_IN = (
    "Nobody has confirmed that the file was received, or it is settled already. Open it again to see how it stands."
)

transfer_life: Lifecycle[FileTransfer] = Lifecycle(
    "A file to the next school",
    lambda: FileTransfer,
    S,
    [
        # Again where the destination, or the last day, turns out to be another one.
        Move(
            name="confirm",
            sources=frozenset(UNSENT),
            target=S.CONFIRMED,
            may=may_send,
            verb=Verb.CONFIRM,
            refusal=SENDERS,
            out_of_turn=_GONE,
            stamps="confirmed",
            required=("destination", "last_day"),
        ),
        Move(
            name="stop",
            sources=frozenset(UNSENT),
            target=S.NOT_TO_SEND,
            may=may_send,
            verb=Verb.DECIDE,
            refusal=SENDERS,
            out_of_turn=_GONE,
            stamps="stopped",
            required=("because",),
        ),
        Move(
            name="reopen",
            sources=frozenset({S.NOT_TO_SEND}),
            target=S.LEFT,
            may=may_send,
            verb=Verb.REOPEN,
            refusal=SENDERS,
            out_of_turn=_NOT_STOPPED,
        ),
        Move(
            name="send",
            sources=frozenset({S.CONFIRMED}),
            target=S.SENT,
            may=may_send,
            verb=SharingVerb.SHARE,
            refusal=SENDERS,
            out_of_turn=_NOT_CONFIRMED,
            stamps="sent",
        ),
        # It was asked back: it went to the wrong school.
        Move(
            name="send_again",
            sources=frozenset({S.SENT, S.RECEIVED}),
            target=S.CONFIRMED,
            may=may_send,
            verb=TransferVerb.SEND_AGAIN,
            refusal=SENDERS,
            out_of_turn=_NOT_OUT,
        ),
        Move(
            name="receive",
            sources=frozenset({S.SENT}),
            target=S.RECEIVED,
            may=may_send,
            verb=Verb.CONFIRM,
            refusal=SENDERS,
            out_of_turn=_NOT_OUT,
            stamps="received",
        ),
        Move(
            name="settle",
            sources=frozenset({S.RECEIVED}),
            target=S.SETTLED,
            may=may_send,
            verb=TransferVerb.SETTLE_TRANSFER,
            refusal=SENDERS,
            out_of_turn=_NOT_IN,
            stamps="settled",
            required=("own_copy",),
        ),
    ],
)
