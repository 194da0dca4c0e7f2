"""Which key has a row that was made at some moment? A UUIDv7 of that moment, the same for the same seed."""

from datetime import datetime
from random import Random
from uuid import UUID


class Keys:
    """Makes keys: the time is that of the row, the rest comes from `chance`."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def at(self, moment: datetime) -> UUID:
        """A UUIDv7 (RFC 9562) whose time is `moment`."""
        milliseconds = int(moment.timestamp() * 1000)
        bits = self._chance.getrandbits(74)
        return UUID(int=milliseconds << 80 | 7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | bits & (1 << 62) - 1)

    def token(self) -> UUID:
        """A random UUID, as a form carries one."""
        return UUID(int=self._chance.getrandbits(128), version=4)
