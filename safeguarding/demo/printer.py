"""A printer for as long as the demo school is laid: it is laid before the servers of an installation start theirs."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from safeguarding.exceptions import OutOfTurn
from safeguarding.launch import programs
from safeguarding.printing import client
from safeguarding.printing.client import PrinterAway

# Seconds: it starts, and lays out its first page, on a slow machine.
_LONGEST = 120.0
_PAUSE = 0.2


@contextmanager
def at_hand() -> Iterator[None]:
    """The printer that answers, else one that ends with the block. Raises `PrinterAway` where none starts."""
    address = client.address()
    if _answers(address):
        yield
        return
    process = subprocess.Popen(programs.printer(address), stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _LONGEST
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > until:
                raise PrinterAway
            time.sleep(_PAUSE)
        yield
    finally:
        process.terminate()
        process.wait()
        address.unlink(missing_ok=True)


def once_ready[T](make: Callable[[], T]) -> T:
    """What is printed, asked for again until it is ready: a request waits a second, and this may take longer."""
    until = time.monotonic() + _LONGEST
    while True:
        try:
            return make()
        except OutOfTurn:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        return address.exists() and asking.connect_ex(str(address)) == 0
