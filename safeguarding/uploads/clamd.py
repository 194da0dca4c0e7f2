"""Is there a virus in it?

Asked of ClamAV's `clamd`, where one is set up; where none is, or it is away, the answer says so.
"""

import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.conf import settings

_SECONDS = 60
_LONGEST_ANSWER = 4096
# "ClamAV 1.4.3/27820/Mon Nov 23 08:26:58 2026"; without signatures of ClamAV's own just "ClamAV 1.4.3".
_VERSION = re.compile(r"ClamAV [^/]+/(\d+)/(.+)")


class Verdict(StrEnum):
    """What the scanner said."""

    CLEAN = "clean"
    INFECTED = "infected"
    # It could not look into all of it, so that it says nothing.
    UNSCANNABLE = "unscannable"


class ScannerAway(Exception):
    """It does not answer. Asked again later."""


class NoVerdict(Exception):
    """It answers, and says nothing of this file."""


@dataclass(frozen=True)
class Signatures:
    """What it knows viruses by: the number of its list, and when that was made. 0 where it has none of ClamAV's own."""

    number: int
    made_at: datetime | None


def is_set_up() -> bool:
    """Whether this installation has a scanner."""
    return bool(settings.CLAMD_ADDRESS)


def scan(chunks: Iterable[bytes]) -> Verdict:
    """Raises `ScannerAway`, and `NoVerdict` where it has trouble with this file.

    Names of viruses are not kept: the file may say them.
    """
    connected = _reached()
    try:
        with connected as scanner:
            scanner.sendall(b"zINSTREAM\0")
            try:
                for chunk in chunks:
                    scanner.sendall(len(chunk).to_bytes(4, "big") + chunk)
                scanner.sendall(bytes(4))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has heard enough, and says why
            answer = _answer(scanner)
    except OSError:
        raise NoVerdict from None
    if answer.endswith(b": OK"):
        return Verdict.CLEAN
    if answer.endswith(b" FOUND"):
        return Verdict.UNSCANNABLE if b"Heuristics.Limits.Exceeded" in answer else Verdict.INFECTED
    if b"size limit exceeded" in answer:
        return Verdict.UNSCANNABLE
    raise NoVerdict


def signatures() -> Signatures:
    """What it knows viruses by just now. Raises `ScannerAway`."""
    try:
        with _reached() as scanner:
            scanner.sendall(b"zVERSION\0")
            answer = _answer(scanner).decode("ascii", "replace")
    except OSError:
        raise ScannerAway from None
    found = _VERSION.match(answer)
    if found is None:
        return Signatures(0, None)
    made_at = None
    with suppress(ValueError):
        made_at = datetime.strptime(" ".join(found[2].split()), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    return Signatures(int(found[1]), made_at)


def _reached() -> socket.socket:
    try:
        return _connected()
    except OSError:
        raise ScannerAway from None


def _connected() -> socket.socket:
    where: str = settings.CLAMD_ADDRESS
    if where.startswith("unix:"):
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(_SECONDS)
        made.connect(where.removeprefix("unix:"))
        return made
    host, _, port = where.removeprefix("tcp:").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_SECONDS)


def _answer(scanner: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER:
        part = scanner.recv(1024)
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n")
