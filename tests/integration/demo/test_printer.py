"""Does the demo school have a printer while it is laid, without waiting for it to start?"""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from safeguarding.demo.printer import Printer
from safeguarding.launch import programs
from safeguarding.printing import client
from safeguarding.printing.client import PrinterAway

# Listens once somebody has opened the pipe beside its socket.
_SLOW = """
import os, signal, socket, sys
open(sys.argv[1] + ".go").close()
there = socket.socket(socket.AF_UNIX)
there.bind(sys.argv[1])
there.listen()
signal.pause()
"""
_ENDS = "raise SystemExit(1)"


@pytest.fixture
def printing_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Set which program is started as the printer. Returns where it listens."""

    def set_up(program: str) -> Path:
        address = tmp_path / "printer"
        os.mkfifo(f"{address}.go")
        monkeypatch.setattr(client, "address", lambda: address)
        monkeypatch.setattr(programs, "printer", lambda at: [sys.executable, "-I", "-c", program, str(at)])
        return address

    return set_up


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(address)) == 0


def test_printer_starts_beside_the_seeding(printing_with: Callable[[str], Path]) -> None:
    address = printing_with(_SLOW)
    with Printer() as printer:
        assert not address.exists()
        Path(f"{address}.go").open("w").close()
        assert printer.once_ready(lambda: _answers(address))
    assert not address.exists()


def test_printer_that_ends_is_away(printing_with: Callable[[str], Path]) -> None:
    printing_with(_ENDS)
    with Printer() as printer, pytest.raises(PrinterAway):
        printer.ensure_ready()


def test_printer_that_answers_stays(printing_with: Callable[[str], Path]) -> None:
    address = printing_with(_ENDS)
    with socket.socket(socket.AF_UNIX) as there:
        there.bind(str(address))
        there.listen()
        with Printer() as printer:
            printer.ensure_ready()
        assert _answers(address)
