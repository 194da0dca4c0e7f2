"""What may follow? The moves of each record of this app, as tables. Drawn in `docs/lifecycles.md`."""

from .concern import action_life, concern_life
from .earlier import earlier_life
from .error import error_life
from .outside import note_life, paper_life
from .work import letter_life, meeting_life, referral_life

__all__ = [
    "action_life",
    "concern_life",
    "earlier_life",
    "error_life",
    "letter_life",
    "meeting_life",
    "note_life",
    "paper_life",
    "referral_life",
]
