"""Open an encrypted PDF that carries other files, without opening it here: in a process of its own (`attached.py`)."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .looking import PATIENCE, UNOPENABLE

_PROGRAM = Path(__file__).with_name("attached.py")


@dataclass(frozen=True)
class Unlocked:
    """What was found. `problem` says why it is not taken; empty when it is. `digest` is that of what its pages show."""

    problem: str = ""
    pages: int = 0
    digest: str = ""
    attachments: dict[str, bytes] = field(default_factory=dict)


def unlock(content: bytes, words: str, *, opener: Path, patience: float = PATIENCE) -> Unlocked:
    """What is attached to a PDF that these words open. `opener` is the module that knows the format (`attached.py`).

    Without a look into it here: whatever the file does to that process, it is not taken then.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM), str(opener)],
            input=json.dumps({"words": words}).encode() + b"\n" + content,
            capture_output=True,
            timeout=min(patience, PATIENCE),
            env={},
        )
    except subprocess.TimeoutExpired:
        return Unlocked(UNOPENABLE)
    return _as_said(b"" if done.returncode else done.stdout)


def _as_said(said: bytes) -> Unlocked:
    head, _, rest = said.partition(b"\n")
    try:
        found = json.loads(head)
        if found["problem"]:
            return Unlocked(str(found["problem"]))
        attachments, at = {}, 0
        for name, size in zip(found["names"], found["sizes"], strict=True):
            attachments[str(name)] = rest[at : at + size]
            at += size
        if at != len(rest):
            return Unlocked(UNOPENABLE)
        return Unlocked("", int(found["pages"]), str(found["digest"]), attachments)
    except (ValueError, KeyError, TypeError):
        return Unlocked(UNOPENABLE)
