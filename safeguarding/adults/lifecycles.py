"""What may follow? The moves of a concern about an adult, as a table. Drawn in `docs/lifecycles.md`."""

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move

from .models import StaffConcern
from .permissions import READERS, decides

S = StaffConcern.Status

staff_concern_life: Lifecycle[StaffConcern] = Lifecycle(
    "A concern about an adult",
    lambda: StaffConcern,
    S,
    [
        Move(
            name="read",
            sources=frozenset({S.RAISED}),
            target=S.READ,
            may=decides,
            verb=Verb.ACKNOWLEDGE,
            refusal=READERS,
            out_of_turn="This has been read already.",
            stamps="read",
        ),
        Move(
            name="assess",
            sources=frozenset({S.READ, S.ASSESSED, S.OUTCOME}),
            target=S.ASSESSED,
            may=decides,
            verb=Verb.DECIDE,
            refusal=READERS,
            out_of_turn="This is closed. Open it again to assess it again.",
            stamps="assessed",
            required=("threshold",),
            tells="the Headteacher, or the chair of governors, where it comes to them by this",
        ),
        Move(
            name="record_outcome",
            sources=frozenset({S.ASSESSED, S.OUTCOME}),
            target=S.OUTCOME,
            may=decides,
            verb=Verb.DECIDE,
            refusal=READERS,
            out_of_turn="An outcome is recorded after it has been assessed, and before it is closed.",
            stamps="outcome",
            required=("outcome",),
        ),
        Move(
            name="close",
            sources=frozenset({S.OUTCOME}),
            target=S.CLOSED,
            may=decides,
            verb=Verb.CLOSE,
            refusal=READERS,
            out_of_turn="It is closed after an outcome, and only once.",
            stamps="closed",
        ),
        Move(
            name="reopen",
            sources=frozenset({S.CLOSED}),
            target=S.READ,
            may=decides,
            verb=Verb.REOPEN,
            refusal=READERS,
            out_of_turn="This is open.",
        ),
    ],
)
