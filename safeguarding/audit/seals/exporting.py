"""How does the record leave for an auditor?

As JSON lines: a head, the seals, the numbered events, those that wait, an end.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.audit.verifier import FORMAT

from . import keyfile
from .keyfile import SealProblem
from .rows import evidence, leaves, seals, snapshot, waiting

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def export(file: Path) -> int:
    """Write everything to a new file that only its owner may read, and record that. Returns the number of lines.

    Raises `SealProblem` where the file is there already or cannot be written.
    """
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            with snapshot():
                lines = 0
                for line in _lines():
                    out.write(f"{_encode(line)}\n")
                    lines += 1
            out.write(f"{_encode({'type': 'end', 'lines': lines + 1})}\n")
    except OSError as error:
        raise SealProblem(f"{file} cannot be written: {error.strerror}.") from None
    with transaction.atomic():
        record(Verb.EXPORT, object_type="audit.event", count=lines)
    return lines + 1


def _lines() -> Iterator[dict[str, object]]:
    yield {"format": FORMAT, "as_of": evidence().as_of, "keys": [str(key) for key in _keys()]}
    for seal in seals():
        yield {
            "type": "seal",
            "number": seal.number,
            "size": seal.size,
            "at": seal.at,
            "note": seal.note,
            "frontier": seal.frontier.hex(),
        }
    for leaf in leaves():
        yield {
            "type": "event",
            "index": leaf.index,
            "event_id": leaf.event_id,
            "hash": leaf.hash.hex(),
            "event": leaf.event,
        }
    for event in waiting():
        yield {"type": "waiting", "event": event}


def _keys() -> list[object]:
    """The public keys; none where the key file is away, and the auditor then gives their own."""
    try:
        return list(keyfile.read().public)
    except SealProblem:
        return []
