"""What may follow? The moves of an episode, and of a step. Drawn in `docs/lifecycles.md`."""

from safeguarding.audit.models import Verb
from safeguarding.moves import Lifecycle, Move
from safeguarding.plans.verbs import PlanVerb

from .models import Episode, Step
from .permissions import may_keep

KEEPERS = "Only whoever keeps plans of this kind can do this."
ES, SS = Episode.Status, Step.Status
_MOVED_ON = "This plan has been changed already. Open it again to see how it stands."
_STEP_MOVED = "This date has been dealt with already. Open it again to see how it stands."

episode_life: Lifecycle[Episode] = Lifecycle(
    "A plan of an authority",
    lambda: Episode,
    ES,
    [
        Move("end", frozenset({ES.OPEN}), ES.ENDED, may_keep, Verb.CLOSE, KEEPERS, _MOVED_ON, "ended", ("ends_on",)),
        Move("open_again", frozenset({ES.ENDED}), ES.OPEN, may_keep, Verb.REOPEN, KEEPERS, _MOVED_ON),
        Move(
            "enter_in_error",
            frozenset({ES.OPEN, ES.ENDED}),
            ES.ERROR,
            may_keep,
            PlanVerb.ERR,
            KEEPERS,
            "This plan stands as entered in error already.",
            "error",
            ("error_reason",),
        ),
        # As it was: one that had ended has its last day.
        Move("put_back_open", frozenset({ES.ERROR}), ES.OPEN, may_keep, PlanVerb.PUT_BACK, KEEPERS, _MOVED_ON),
        Move("put_back_ended", frozenset({ES.ERROR}), ES.ENDED, may_keep, PlanVerb.PUT_BACK, KEEPERS, _MOVED_ON),
    ],
)

step_life: Lifecycle[Step] = Lifecycle(
    "A date of a plan",
    lambda: Step,
    SS,
    [
        Move(
            "hold",
            frozenset({SS.WAITING}),
            SS.HELD,
            may_keep,
            PlanVerb.HOLD,
            KEEPERS,
            _STEP_MOVED,
            "held",
            ("held_on",),
        ),
        Move(
            "set_aside",
            frozenset({SS.WAITING}),
            SS.SET_ASIDE,
            may_keep,
            PlanVerb.SET_ASIDE,
            KEEPERS,
            _STEP_MOVED,
            "set_aside",
            ("aside_reason",),
        ),
        Move("take_back", frozenset({SS.SET_ASIDE}), SS.WAITING, may_keep, PlanVerb.PUT_BACK, KEEPERS, _STEP_MOVED),
    ],
)
