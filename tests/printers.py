"""The printers of a test run, each started when a test first prints there.

A test prints on the double (`printing_double.py`), unless it asks for the `real_printer`: the program that an
installation has. And one that a test holds up.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from safeguarding.launch import programs
from safeguarding.printing import client
from tests.counted import count
from tests.printing_double import Thread
from tests.waiting import until

_HELD = Path(__file__).with_name("held_printer.py")


class Program:
    """A printer in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.address = folder / "printer" / "printer.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def command(self) -> list[str]:
        return programs.printer(self.address)

    @property
    def is_running(self) -> bool:
        return self.process is not None

    def start(self) -> None:
        self.process = process = subprocess.Popen(self.command)
        until(lambda: process.poll() is not None or self._answers())
        assert process.poll() is None, "the printer has ended"

    def stop(self) -> None:
        """Outright, as a machine does that has no memory left."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.address.unlink(missing_ok=True)

    def at_work(self) -> list[int]:
        """The processes of the prints that are at work."""
        assert self.process is not None
        number = self.process.pid
        return [int(one) for one in Path(f"/proc/{number}/task/{number}/children").read_text().split()]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            return self.address.exists() and asking.connect_ex(str(self.address)) == 0


class Held(Program):
    """A printer that holds up what it is told to (`held_printer.py`), with smaller limits where they are given."""

    def __init__(self, folder: Path, **limits: int) -> None:
        super().__init__(folder)
        self.limits = limits

    @property
    def command(self) -> list[str]:
        limits = [f"{name}={most}" for name, most in self.limits.items()]
        return [sys.executable, "-I", str(_HELD), str(self.address), *limits]

    def start(self) -> None:
        self.address.with_name("go").unlink(missing_ok=True)
        super().start()

    def go(self) -> None:
        """Let go on what is held up now."""

        def opened() -> bool:
            with suppress(OSError):  # nobody waits yet
                os.close(os.open(self.address.with_name("go"), os.O_WRONLY | os.O_NONBLOCK))
                return True
            return False

        until(opened)

    def drop_all(self) -> None:
        """Leave nothing at work or waiting for the next test."""

        def is_idle() -> bool:
            for number in (found := self.at_work()):
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            return not found

        until(is_idle)


@pytest.fixture(scope="session")
def printing_double() -> Iterator[Thread]:
    """What a test prints on: not started before the first print."""
    with tempfile.TemporaryDirectory(prefix="harbour-double-") as folder:
        double = Thread(Path(folder))
        yield double
        double.stop()


@pytest.fixture(scope="session")
def printer() -> Iterator[Program]:
    """The printer of the run, not started before the first print."""
    with tempfile.TemporaryDirectory(prefix="harbour-printer-") as folder:
        program = Program(Path(folder))
        yield program
        program.stop()


@pytest.fixture
def real_printer(printer: Program) -> Iterator[None]:
    """The test prints on the printer itself: it reads pages, tags, shapes or places, or is about the printer."""
    with asked(printer):
        yield


@contextmanager
def asked(program: Program | Thread) -> Iterator[None]:
    """Every print of this process goes to this printer, which is started when it is first asked."""
    before, ever = client.address, program.is_running

    def address() -> Path:
        nonlocal ever
        if not ever:
            ever = True
            program.start()
        return program.address

    client.address = address
    try:
        yield
    finally:
        client.address = before


@contextmanager
def running(program: Program) -> Iterator[None]:
    """The same, and it ends with the block."""
    try:
        with asked(program):
            yield
    finally:
        program.stop()


@pytest.fixture(scope="session", autouse=True)
def _reached(printing_double: Thread) -> Iterator[None]:
    make = client.make

    def counted(*arguments: Any, **more: Any) -> client.Said:
        count("prints")
        return make(*arguments, **more)

    client.make = counted
    with asked(printing_double):
        yield
    client.make = make


@pytest.fixture(scope="module")
def _held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """One for the tests of a module: to start it takes longer than most of them."""
    program = Held(tmp_path_factory.mktemp("printer"), MOST=1000)
    yield program
    program.stop()


@pytest.fixture
def held(_held: Held, settings: Any) -> Iterator[Held]:
    """A printer that holds up what says so. Requests wait for it as briefly as can be."""
    settings.PRINT_WAIT = 0.05
    if _held.process is None:
        _held.start()
    with asked(_held):
        yield _held
    if _held.process is not None:
        _held.drop_all()


@pytest.fixture
def limited_printer(tmp_path: Path) -> Iterator[Callable[..., Held]]:
    """`limited_printer(SHEETS=3)`: from now on the test prints on such a one."""
    with ExitStack() as stack:

        def started(**limits: int) -> Held:
            program = Held(tmp_path, **limits)
            stack.callback(program.stop)
            program.start()
            stack.enter_context(asked(program))
            return program

        yield started
