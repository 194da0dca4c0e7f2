"""Where is a body while it comes in? In memory, within what all web processes together may hold, and never on a disk.

What they hold together is counted in blocks of one megabyte. A block is a byte of an empty file that the process has
locked: the kernel gives it back when the process ends, however that ends.
"""

import fcntl
import io
import os
from collections import deque
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BLOCK = 2**20
# Small pieces are put together: a body that comes byte by byte would otherwise take forty times its size.
_PIECE = 256 * 1024


class Body(io.RawIOBase):
    """What has come of one body so far. Read from its beginning, it lets go of what was read."""

    def __init__(self) -> None:
        self.pieces: deque[bytearray] = deque()
        # Bytes taken so far, those that were read since too: their reader holds them now.
        self.taken = 0

    def take(self, data: bytes) -> None:
        if self.pieces and len(self.pieces[-1]) + len(data) <= _PIECE:
            self.pieces[-1] += data
        else:
            self.pieces.append(bytearray(data))
        self.taken += len(data)

    def drop(self) -> None:
        self.pieces.clear()
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if not self.pieces:
            return 0
        first = self.pieces[0]
        size = min(len(buffer), len(first))
        buffer[:size] = first[:size]
        if size == len(first):
            self.pieces.popleft()
        else:
            del first[:size]
        return size


class Room:
    """What all bodies of all web processes may hold together, in whole blocks of `BLOCK` bytes.

    Each process has `own` blocks that no other can take, so that a form gets through while another process is full.
    `path` is the file whose bytes are locked; nothing is ever written to it.
    """

    def __init__(self, path: Path, *, blocks: int, processes: int) -> None:
        self.own = max(1, min(8, blocks // (4 * processes)))
        self._shared = max(0, blocks - self.own * processes)
        self._locked: list[int] = []
        self._used = 0
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent.stat().st_uid != os.getuid():
            raise ImproperlyConfigured(f"{path.parent} belongs to somebody else. Remove it, and start Harbour again.")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def grow(self, size: int) -> bool:
        """Whether `size` bytes more fit. Where they do not, nothing is taken."""
        while self._used + size > (self.own + len(self._locked)) * BLOCK:
            if not self._lock_one():
                self._give_back()
                return False
        self._used += size
        return True

    def shrink(self, size: int) -> None:
        self._used -= size
        self._give_back()

    def _lock_one(self) -> bool:
        mine = set(self._locked)
        for block in range(self._shared):
            if block not in mine:
                try:
                    fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, block)
                except OSError:
                    continue
                self._locked.append(block)
                return True
        return False

    def _give_back(self) -> None:
        needed = -(-self._used // BLOCK)
        while self._locked and self.own + len(self._locked) > needed:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, self._locked.pop())
