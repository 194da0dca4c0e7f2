"""What may follow? The moves of a concern, of an action, of what goes outside and of a meeting, as tables. Drawn in `docs/lifecycles.md`."""

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move

from .models import Action, Concern, EscalationLetter, Meeting, Referral
from .permissions import may_decide, may_finish_action, may_read

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

R = Referral.Status
_ANSWERED_ALREADY = "This referral does not wait for an answer any more. Open it again to see what came."
referral_life: Lifecycle[Referral] = Lifecycle(
    "A referral",
    lambda: Referral,
    R,
    [
        Move(
            name="chase",
            sources=frozenset({R.WAITING}),
            target=R.WAITING,
            may=may_decide,
            verb=Verb.ASK,
            refusal=_LEADS,
            out_of_turn=_ANSWERED_ALREADY,
            required=("answer_by",),
        ),
        Move(
            name="answer",
            sources=frozenset({R.WAITING}),
            target=R.ANSWERED,
            may=may_decide,
            verb=Verb.COMPLETE,
            refusal=_LEADS,
            out_of_turn=_ANSWERED_ALREADY,
            stamps="ended",
            required=("answer",),
        ),
        Move(
            name="send_more",
            sources=frozenset({R.ANSWERED}),
            target=R.WAITING,
            may=may_decide,
            verb=Verb.ADD,
            refusal=_LEADS,
            out_of_turn="This referral has not been answered. Chase the agency instead.",
            required=("answer_by",),
        ),
        Move(
            name="withdraw",
            sources=frozenset({R.WAITING}),
            target=R.WITHDRAWN,
            may=may_decide,
            verb=Verb.WITHDRAW,
            refusal=_LEADS,
            out_of_turn=_ANSWERED_ALREADY,
            stamps="ended",
        ),
    ],
)

L = EscalationLetter.Status
letter_life: Lifecycle[EscalationLetter] = Lifecycle(
    "A letter to the manager of an agency",
    lambda: EscalationLetter,
    L,
    [
        Move(
            name="send",
            sources=frozenset({L.DRAFT}),
            target=L.SENT,
            may=may_decide,
            verb=Verb.CLOSE,
            refusal=_LEADS,
            out_of_turn="This letter has been sent or put away already.",
            stamps="ended",
        ),
        Move(
            name="discard",
            sources=frozenset({L.DRAFT}),
            target=L.DISCARDED,
            may=may_decide,
            verb=Verb.DISCARD,
            refusal=_LEADS,
            out_of_turn="This letter has been sent or put away already.",
            stamps="ended",
        ),
    ],
)

M = Meeting.Status
meeting_life: Lifecycle[Meeting] = Lifecycle(
    "The minutes of a meeting",
    lambda: Meeting,
    M,
    [
        Move(
            name="finish",
            sources=frozenset({M.OPEN}),
            target=M.FINISHED,
            may=may_decide,
            verb=Verb.CLOSE,
            refusal=_LEADS,
            out_of_turn="These minutes have been finished already. Add to them instead.",
            stamps="finished",
        ),
    ],
)
