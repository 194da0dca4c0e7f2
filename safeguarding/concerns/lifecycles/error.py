"""What may follow? The moves of a proposal that a concern was entered in error, or is to be put back."""

from safeguarding.audit.models import Verb
from safeguarding.concerns.models import EnteredInError
from safeguarding.concerns.permissions import may_confirm_error, may_take_error_back
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.moves import Lifecycle, Move

E = EnteredInError.Status

_SECOND = (
    "It takes a second person: another safeguarding lead, a deputy or the Headteacher of this school, and not whoever "
    "proposed it."
)
_OVER = "Nothing waits for a second person here any more. Open the page again to see what became of it."

error_life: Lifecycle[EnteredInError] = Lifecycle(
    "A concern entered in error",
    lambda: EnteredInError,
    E,
    [
        Move(
            name="confirm",
            sources=frozenset({E.PROPOSED}),
            target=E.CONFIRMED,
            may=may_confirm_error,
            verb=Verb.CONFIRM,
            refusal=_SECOND,
            out_of_turn=_OVER,
            stamps="decided",
            required=("answer",),
            tells="the reporter, who proposed it, and the Headteacher",
        ),
        Move(
            name="refuse",
            sources=frozenset({E.PROPOSED}),
            target=E.REFUSED,
            may=may_confirm_error,
            verb=ConcernVerb.REFUSE,
            refusal=_SECOND,
            out_of_turn=_OVER,
            stamps="decided",
            required=("answer",),
            tells="who proposed it, and the Headteacher",
        ),
        Move(
            name="take_back",
            sources=frozenset({E.PROPOSED}),
            target=E.TAKEN_BACK,
            may=may_take_error_back,
            verb=ConcernVerb.TAKE_BACK,
            refusal="Only who proposed it can take it back. Refuse it instead.",
            out_of_turn=_OVER,
            stamps="decided",
        ),
    ],
)
