"""Record what protects a child, confirm it, end it, and correct what was never so."""

from .addresses import AddressFacts
from .doing import (
    RECORDERS,
    Facts,
    confirm,
    correct,
    end,
    end_problems,
    ended_problems,
    follow_safeguards,
    kind_of,
    record_for_all,
    record_safeguard,
)
from .orders import OrderFacts
from .responsibilities import ResponsibilityFacts

__all__ = [
    "RECORDERS",
    "AddressFacts",
    "Facts",
    "OrderFacts",
    "ResponsibilityFacts",
    "confirm",
    "correct",
    "end",
    "end_problems",
    "ended_problems",
    "follow_safeguards",
    "kind_of",
    "record_for_all",
    "record_safeguard",
]
