"""What may follow? The moves of a referral, of a letter to an agency and of the minutes of a meeting."""

from safeguarding.audit.models import Verb
from safeguarding.concerns.models import EscalationLetter, Meeting, Referral
from safeguarding.concerns.permissions import may_decide
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.moves import Lifecycle, Move

from .concern import LEADS as _LEADS

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
            verb=ConcernVerb.COMPLETE,
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
