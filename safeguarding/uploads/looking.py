"""Look into a file without opening it here: in a process of its own (`sandbox.py`), which may break without any
harm.
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from .kinds import KINDS, LONGEST_NAME, MOST_BYTES, TAKEN, Kind, kind_of
from .sandbox import SECONDS

_SANDBOX = Path(__file__).with_name("sandbox.py")
_SANDBOXES = Path(__file__).with_name("sandboxes.py")
# Beside the time that its processor may take: a machine may be busy.
PATIENCE = 3 * SECONDS
LATER = "The others took too long. Attach it by itself."
UNOPENABLE = "It could not be looked into: opening it takes too long or too much memory. It is not taken."


@dataclass(frozen=True)
class Looked:
    """What was found. `problem` says why the file is not taken; empty when it is.

    `pictures` show it: JPEGs, drawn anew. `is_active`: a PDF that does something by itself or carries other files.
    `says`: what a picture was asked for (`SAYS`).
    """

    kind: Kind | None
    problem: str = ""
    is_active: bool = False
    pictures: list[bytes] = field(default_factory=list)
    says: list[str] = field(default_factory=list)


# What a picture says beside what it shows, by the keys of `sandbox.says`.
SAYS = {
    "place": "where it was taken",
    "time": "when it was taken or changed",
    "device": "with which device or program",
    "person": "who took it or whose it is",
    "words": "other words beside the picture, such as a caption or keywords",
}


def drawn_whole(kind: Kind, content: bytes) -> bytes | None:
    """A picture drawn again, as large and as upright as it is shown, with nothing but what it shows: a PNG of a PNG, a
    JPEG of others. None where that takes too long.
    """
    found = _asked(kind, content, wants="whole")
    return found.pictures[0] if found.pictures else None


def what_it_says(kind: Kind, content: bytes) -> list[str] | None:
    """What a picture says of place, time and device, in words; None where it cannot be found out."""
    found = _asked(kind, content, wants="says")
    return [SAYS[key] for key in found.says] if found.kind else None


def look_into(name: str, content: bytes, *, patience: float = PATIENCE, small: bool = False) -> Looked:
    """Whether a file is taken: by the end of its name, its size, its content and its structure, which must all agree.

    After `patience` seconds it is left, and not taken. `small`: its pictures are as small as beside a name.
    """
    kind, problem = _by_name_and_size(name, content)
    if kind is None:
        return Looked(None, problem)
    if patience <= 0:
        return Looked(None, LATER)
    return _asked(kind, content, patience=patience, small=small)


def _asked(kind: Kind, content: bytes, *, patience: float = PATIENCE, small: bool = False, wants: str = "") -> Looked:
    """What a process of its own answers."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_SANDBOX)],
            input=json.dumps({"kind": kind.key, "small": small, "wants": wants}).encode() + b"\n" + content,
            capture_output=True,
            timeout=min(patience, PATIENCE),
            env={},
        )
    except subprocess.TimeoutExpired:
        return Looked(None, UNOPENABLE)
    return _as_said(kind, b"" if done.returncode else done.stdout)


class Looking:
    """Looks into one PDF after another, each in a process of its own that does not have to load its libraries again.

    Used in a `with` block, at whose end the process that makes the others ends too. The limits of each are those of
    `look_into`.
    """

    def __init__(self, kind: str = "pdf") -> None:
        self._kind = kind
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def look_into(self, name: str, content: bytes) -> Looked:
        """As the function of this name. A file of another kind is not taken."""
        kind, problem = _by_name_and_size(name, content)
        if kind is None or kind.key != self._kind:
            return Looked(None, problem or f"This is not a {KINDS[self._kind].title}.")
        asked = json.dumps({"size": len(content), "small": False, "seconds": PATIENCE}).encode()
        try:
            return _as_said(kind, self._ask(asked + b"\n" + content))
        except (OSError, ValueError):
            # It does not answer any more: the next file gets a new one.
            self._end()
            return Looked(None, UNOPENABLE)

    def _ask(self, asked: bytes) -> bytes:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(_SANDBOXES), self._kind],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
            )
        assert self._process.stdin and self._process.stdout  # noqa: S101
        self._process.stdin.write(asked)
        self._process.stdin.flush()
        size = int(self._process.stdout.readline())
        said = self._process.stdout.read(size)
        if len(said) < size:
            raise ValueError("cut off")
        return said

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _by_name_and_size(name: str, content: bytes) -> tuple[Kind | None, str]:
    """Which kind the file claims to be; None, and why it is not looked into."""
    kind = kind_of(name)
    if kind is None:
        return None, f"This kind of file is not taken. Attach {TAKEN}."
    if len(name) > LONGEST_NAME:
        return None, f"Its name is longer than {LONGEST_NAME} characters. Give it a shorter one."
    if not content:
        return None, "It is empty."
    if len(content) > MOST_BYTES:
        return None, (
            f"It is larger than {MOST_BYTES // 2**20} MB. Attach a smaller one, or keep it on paper and say where."
        )
    return kind, ""


def _as_said(kind: Kind, said: bytes) -> Looked:
    """What the process answered."""
    head, _, rest = said.partition(b"\n")
    try:
        found = json.loads(head)
        pictures, at = [], 0
        for size in found["sizes"]:
            pictures.append(rest[at : at + size])
            at += size
        says = [key for key in SAYS if key in found["says"]]
    except (ValueError, KeyError, TypeError):
        return Looked(None, UNOPENABLE)
    if found["problem"]:
        return Looked(None, found["problem"])
    return Looked(kind, is_active=found["active"], pictures=pictures, says=says)
