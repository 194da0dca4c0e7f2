"""Look into a file without opening it here: in a process of its own (`sandbox.py`), which may break without any harm."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .kinds import LONGEST_NAME, MOST_BYTES, TAKEN, Kind, kind_of
from .sandbox import SECONDS

_SANDBOX = Path(__file__).with_name("sandbox.py")
# Beside the time that its processor may take: a machine may be busy.
_PATIENCE = 3 * SECONDS
LATER = "The others took too long. Attach it by itself."
UNOPENABLE = "It could not be looked into: opening it takes too long or too much memory. It is not taken."


@dataclass(frozen=True)
class Looked:
    """What was found. `problem` says why the file is not taken; empty when it is.

    `pictures` show it: JPEGs, drawn anew. `is_active`: a PDF that does something by itself or carries other files.
    """

    kind: Kind | None
    problem: str = ""
    is_active: bool = False
    pictures: list[bytes] = field(default_factory=list)


def look_into(name: str, content: bytes, *, patience: float = _PATIENCE, small: bool = False) -> Looked:
    """Whether a file is taken: by the end of its name, its size, its content and its structure, which must all agree.

    After `patience` seconds it is left, and not taken. `small`: its pictures are as small as beside a name.
    """
    kind = kind_of(name)
    if kind is None:
        return Looked(None, f"This kind of file is not taken. Attach {TAKEN}.")
    if len(name) > LONGEST_NAME:
        return Looked(None, f"Its name is longer than {LONGEST_NAME} characters. Give it a shorter one.")
    if not content:
        return Looked(None, "It is empty.")
    if len(content) > MOST_BYTES:
        return Looked(
            None,
            f"It is larger than {MOST_BYTES // 2**20} MB. Attach a smaller one, or keep it on paper and say where.",
        )
    if patience <= 0:
        return Looked(None, LATER)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_SANDBOX)],
            input=json.dumps({"kind": kind.key, "small": small}).encode() + b"\n" + content,
            capture_output=True,
            timeout=min(patience, _PATIENCE),
            env={},
        )
    except subprocess.TimeoutExpired:
        return Looked(None, UNOPENABLE)
    head, _, rest = done.stdout.partition(b"\n")
    try:
        said = json.loads(head)
        pictures, at = [], 0
        for size in said["sizes"]:
            pictures.append(rest[at : at + size])
            at += size
    except (ValueError, KeyError):
        return Looked(None, UNOPENABLE)
    if done.returncode or said["problem"]:
        return Looked(None, said["problem"] or UNOPENABLE)
    return Looked(kind, is_active=said["active"], pictures=pictures)
