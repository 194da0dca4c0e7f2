"""Which kinds of episode and of step are there, and what has each? Code, as the roles are (`accounts/roles.py`).

Forms, panels, paper and chronology read them, and the check constraints of the tables are made from them
(`models/constraints.py`). A new kind is one entry here, and the migration that `makemigrations` then writes.
"""

from collections.abc import Mapping

from .base import EPISODE_COLUMNS, LISTS, STEP_COLUMNS, Area, Duty, EpisodeKind, Keeps, Kind, StepKind
from .episodes import EPISODES
from .meetings import WITH_MEETINGS, Takes, taken_by
from .outcomes import ENDED, Decision, Outcome, decision_on, outcome_of
from .steps import STEPS

__all__ = [
    "ENDED",
    "EPISODES",
    "EPISODE_COLUMNS",
    "LISTS",
    "STEPS",
    "STEP_COLUMNS",
    "WITH_MEETINGS",
    "Area",
    "Decision",
    "Duty",
    "EpisodeKind",
    "Keeps",
    "Kind",
    "Outcome",
    "StepKind",
    "Takes",
    "decision_on",
    "kinds_with",
    "outcome_of",
    "step_kinds",
    "taken_by",
]


def step_kinds(episode: str) -> list[StepKind]:
    """The kinds of step that an episode of this kind may have, in the order in which a page offers them."""
    return [STEPS[key] for key in EPISODES[episode].steps]


def kinds_with(column: str, kinds: Mapping[str, Kind], *, required: bool = False) -> list[str]:
    """The keys of the kinds that have a column, or that require it."""
    return [key for key, kind in kinds.items() if column in (kind.required if required else kind.columns)]
