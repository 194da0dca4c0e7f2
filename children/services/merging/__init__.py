"""Two records of one child become one, and two again within thirty days."""

from .doing import ask, decline, merge, when_merged
from .looking import Pair, look, what_stands_against
from .told import also_counted
from .undoing import LASTS, came_over, may_still_be_undone, recorded_since, undo

__all__ = [
    "LASTS",
    "Pair",
    "also_counted",
    "ask",
    "came_over",
    "decline",
    "look",
    "may_still_be_undone",
    "merge",
    "recorded_since",
    "undo",
    "what_stands_against",
    "when_merged",
]
