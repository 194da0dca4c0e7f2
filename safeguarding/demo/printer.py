"""A printer for as long as the demo school is laid: it is laid before the servers of an installation start theirs."""

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from safeguarding.exceptions import OutOfTurn
from safeguarding.launch import programs
from safeguarding.printing import client
from safeguarding.printing.client import PrinterAway

# Seconds: it starts, and lays out its first page, on a slow machine.
_LONGEST = 120.0
_PAUSE = 0.2


class Printer:
    """The printer that answers, else one that starts while the block goes on, and ends with it.

    It loads for seconds: what is laid before the first print does not wait for it.
    """

    def __enter__(self) -> Self:
        self._address = client.address()
        self._process = None if self._answers() else _started(self._address)
        return self

    def __exit__(self, *problem: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._address.unlink(missing_ok=True)

    def ensure_ready(self) -> None:
        """Wait until it answers. Raises `PrinterAway` where it does not start."""
        until = time.monotonic() + _LONGEST
        while not self._answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > until:
                raise PrinterAway
            time.sleep(_PAUSE)

    def once_ready[T](self, make: Callable[[], T]) -> T:
        """What is printed, asked for again until it is ready: a request waits a second, and this may take longer."""
        self.ensure_ready()
        until = time.monotonic() + _LONGEST
        while True:
            try:
                return make()
            except OutOfTurn:
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            return self._address.exists() and asking.connect_ex(str(self._address)) == 0


def _started(address: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(programs.printer(address), stdout=subprocess.DEVNULL)
