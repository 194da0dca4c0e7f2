"""How does a test wait for another process? By looking again, for a limited time, and never longer than needed."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from tests.counted import work

T = TypeVar("T")


def until(condition: Callable[[], T], *, seconds: float = 30) -> T:
    """What `condition` answers once that is true. Fails the test when it has not become true in time.

    Looking in vain counts as no work of the test: how often it happens depends on what else the machine does.
    """
    deadline = time.monotonic() + seconds
    counted = work.copy()
    while not (answer := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        work.clear()
        work.update(counted)
        Event().wait(0.02)
    return answer
