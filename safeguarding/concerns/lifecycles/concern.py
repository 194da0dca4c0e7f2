"""What may follow? The moves of a concern and of an action."""

from safeguarding.audit.models import Verb
from safeguarding.concerns.models import Action, Concern
from safeguarding.concerns.permissions import may_decide, may_finish_action, may_read
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.moves import Lifecycle, Move

LEADS = "Only a safeguarding lead, a deputy or the Headteacher of this school can do this."
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
            refusal=LEADS,
            out_of_turn="This concern has been read already.",
            stamps="acknowledged",
        ),
        Move(
            name="decide",
            sources=frozenset({S.NEW, S.ACKNOWLEDGED, S.DECIDED}),
            target=S.DECIDED,
            may=may_decide,
            verb=Verb.DECIDE,
            refusal=LEADS,
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
            refusal=LEADS,
            out_of_turn="A concern is closed after a decision, and only once. Decide first, or open it again to see "
            "who closed it.",
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
            refusal=LEADS,
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
            verb=ConcernVerb.COMPLETE,
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
            refusal=LEADS,
            out_of_turn="This action has been ended already.",
            stamps="ended",
            required=("result",),
        ),
    ],
)
