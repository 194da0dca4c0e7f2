"""What else happens when something that was sent was received, or was asked back? Apps above register here.

It happens in the same transaction: what raises takes the step back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from safeguarding.accounts.models import User

from .models import SharingEvent

Follow = Callable[[SharingEvent, User, datetime], None]


@dataclass(frozen=True)
class Outcome:
    """What an app does: `received(event, by, at)` and `asked_back(event, by, at)`, `at` being when it happened."""

    received: Follow
    asked_back: Follow


_outcomes: list[Outcome] = []


def register(outcome: Outcome) -> None:
    """Let an app follow what becomes of what was sent."""
    _outcomes.append(outcome)


def was_received(event: SharingEvent, by: User, at: datetime) -> None:
    """It was received."""
    for one in _outcomes:
        one.received(event, by, at)


def was_asked_back(event: SharingEvent, by: User, at: datetime) -> None:
    """It was asked back."""
    for one in _outcomes:
        one.asked_back(event, by, at)
