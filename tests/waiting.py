"""How does a test wait for another process? By looking again, for a limited time, and never longer than needed."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], *, seconds: float = 30) -> T:
    """What `condition` answers once that is true. Fails the test when it has not become true in time."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        Event().wait(0.02)
    return answer
