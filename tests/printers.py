"""The printer of a test run: the program that an installation has, started when a test first prints."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from safeguarding.launch import programs
from safeguarding.printing import client


class Program:
    """A printer in a folder of its own. `environment`: what it is started with beside what programs have."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.address = folder / "printer" / "printer.sock"
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = programs.printer(self.address)
        self.process = subprocess.Popen(command, env=os.environ | self.environment)
        while not self._answers():
            assert self.process.poll() is None, "the printer has ended"
            time.sleep(0.02)  # as the supervisor asks; not for a result

    def stop(self) -> None:
        """As an installation stops it, or a machine that has no memory left: outright."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            return self.address.exists() and asking.connect_ex(str(self.address)) == 0


@pytest.fixture(scope="session")
def printer() -> Iterator[Program]:
    """The printer of the run, not started before somebody prints."""
    with tempfile.TemporaryDirectory(prefix="harbour-printer-") as folder:
        program = Program(Path(folder))
        yield program
        program.stop()


@pytest.fixture(scope="session", autouse=True)
def _reached(printer: Program) -> None:
    """Whoever asks the printer finds it running."""

    def address() -> Path:
        if printer.process is None:
            printer.start()
        return printer.address

    client.address = address
