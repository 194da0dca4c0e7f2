"""Ask the printer (`printer.py`): to make a print, how one stands, to forget one. Nobody waits longer than they say."""

import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from safeguarding.exceptions import HarbourError
from safeguarding.launch.postgres import short_folder

# The kernel's limit for the path of a socket is 104 bytes on macOS, 108 on Linux.
_LONGEST_FOLDER = 103 - len("/printer.sock")
# Beside what is waited for: the printer only passes on, and nothing of it takes long.
_SLACK = 0.5
_CHUNK = 2**20


class PrinterAway(HarbourError):
    """The printer does not answer."""

    status = 503
    title = "Nothing can be printed just now"

    def __init__(self) -> None:
        super().__init__(
            "The printer of Harbour does not answer, so there is no PDF. Try again in a minute. If it "
            "stays so, tell whoever looks "
            "after Harbour at your school; until then print the page itself with your browser."
        )


@dataclass(frozen=True)
class Said:
    """How a print stands: `state` is queued, working, done, failed, unknown or full; `why` says which limit it met.

    `pieces`: how many are laid out of one that is made in pieces.
    """

    state: str
    sheets: int = 0
    why: str = ""
    pdf: bytes = b""
    pieces: int = 0


def address() -> Path:
    """Where the printer of this installation listens: in `var`, or in a private folder with a shorter path."""
    folder: Path = settings.PRINTER_FOLDER
    folder = folder if len(os.fsencode(folder)) <= _LONGEST_FOLDER else short_folder(folder)
    if folder.exists() and folder.stat().st_uid not in (os.getuid(), 0):
        raise PrinterAway  # somebody else's: it would be given what people wrote
    return folder / "printer.sock"


def make(key: UUID, content: bytes, *, whose: UUID, wait: float, in_pieces: bool = False) -> Said:
    """Have a print made, and wait for it `wait` seconds at most. What comes in that time the printer then forgets.

    `content` is JSON: `pages` of HTML and `within`, or `pieces` of HTML that are joined. The same key again is the same
    print. Raises `PrinterAway`.
    """
    asked = {"ask": "make", "id": str(key), "whose": str(whose), "wait": wait, "size": len(content)}
    asked |= {"pieces": in_pieces}
    return _ask(asked, content, within=wait + _SLACK)


def look(key: UUID) -> Said:
    """How a print stands, and the PDF where it is done. Raises `PrinterAway`."""
    return _ask({"ask": "look", "id": str(key)}, within=2 * _SLACK)


def forget(key: UUID) -> None:
    """The PDF is kept elsewhere now. A printer that is away has forgotten it by itself."""
    with suppress(PrinterAway):
        _ask({"ask": "drop", "id": str(key)}, within=2 * _SLACK)


def _ask(asked: dict[str, Any], content: bytes = b"", *, within: float) -> Said:
    ends = time.monotonic() + within
    try:
        with socket.socket(socket.AF_UNIX) as printer:
            printer.settimeout(within)
            printer.connect(str(address()))
            printer.sendall(json.dumps(asked).encode() + b"\n" + content)
            return _said(printer, ends)
    except (OSError, ValueError, KeyError):
        raise PrinterAway from None


def _said(printer: socket.socket, ends: float) -> Said:
    """Raises `OSError` where the answer is late or cut off."""
    answer = bytearray()
    while b"\n" not in answer:
        answer += _part(printer, ends)
    line, _, pdf = answer.partition(b"\n")
    head = json.loads(line)
    while len(pdf) < head["size"]:
        pdf += _part(printer, ends)
    return Said(head["state"], head.get("sheets", 0), head.get("why", ""), bytes(pdf), head.get("pieces", 0))


def _part(printer: socket.socket, ends: float) -> bytes:
    printer.settimeout(max(ends - time.monotonic(), 0.01))
    part = printer.recv(_CHUNK)
    if not part:
        raise ConnectionResetError
    return part
