"""When is each task of the worker sent, on a machine whose clock is set and which may sleep?

Celery keeps when a task last ran by the wall clock. Where that was ahead and is set right, every task would wait for
a day that is far away.
"""

import logging
import time
from typing import Any

from celery.beat import Scheduler

# So far may the wall clock part from the one that nobody sets before the times are worked out again, in seconds.
PARTED = 30.0
logger = logging.getLogger("harbour.beat")


class SteadyScheduler(Scheduler):
    """Celery's scheduler, which notices within `max_interval` seconds that the clock was set or the machine slept."""

    # Celery's own is five minutes: too long to sleep on a time that was worked out just before the clock was set.
    max_interval = 5
    wall = staticmethod(time.time)
    # It stands still while the machine sleeps.
    monotonic = staticmethod(time.monotonic)

    def __init__(self, *args: Any, **options: Any) -> None:
        # Before the tasks are given their first times.
        self._ahead = self.wall() - self.monotonic()
        super().__init__(*args, **options)

    def tick(self, *args: Any, **options: Any) -> float:
        """Send one task that is due. Return how many seconds may pass before the next call."""
        ahead = self.wall() - self.monotonic()
        if abs(ahead - self._ahead) >= PARTED:
            logger.warning("the clock was set by %+.0f seconds, or the machine slept", ahead - self._ahead)
            self._ahead = ahead
            self._work_out_again()
        interval: float = super().tick(*args, **options)
        return interval

    def _work_out_again(self) -> None:
        """When each task runs next, by the clock as it is now.

        One that last ran at a time still to come counts as run now; one whose turn has passed is due at once.
        """
        for entry in self.schedule.values():
            entry.last_run_at = min(entry.last_run_at, entry.default_now())
        self.populate_heap()
