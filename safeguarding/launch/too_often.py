"""When has something ended too often to be started once more? Five times within a minute."""

from collections import deque

TIMES = 5
_WITHIN = 60.0


class TooOften:
    """Counts what ended. Seconds are those of a clock that never goes back."""

    def __init__(self) -> None:
        self._ended: deque[float] = deque(maxlen=TIMES)

    def ended(self, now: float) -> bool:
        """Note one end. Whether it was the last of five within a minute."""
        self._ended.append(now)
        return len(self._ended) == TIMES and now - self._ended[0] < _WITHIN
