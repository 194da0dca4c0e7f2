"""Is the record in this database whole? The engine of `checking` with what the database says, and the key file's keys."""

from collections.abc import Sequence
from pathlib import Path

from django.db import DatabaseError

from . import keyfile
from .anchors import read_anchors
from .checking import examine
from .findings import Report
from .keyfile import SealProblem
from .notes import NoteError, PublicKey
from .rows import evidence, snapshot


def verify(anchors: Sequence[Path] = (), keys: Sequence[str] = ()) -> Report:
    """The report. `keys` are public keys to believe; without any, those of the key file."""
    report = Report()
    believed = _believed(keys, report)
    # Before the database: a seal is written down after its commit, so nothing here is newer than what is read there.
    held = list(read_anchors(anchors, report))
    try:
        with snapshot():
            examine(evidence(), keys=believed, anchors=held, report=report)
    except DatabaseError as error:
        report.not_checked.append(f"The database cannot be read: {type(error).__name__}.")
    return report


def _believed(keys: Sequence[str], report: Report) -> list[PublicKey]:
    try:
        return [PublicKey.parse(key) for key in keys] or keyfile.read().public
    except NoteError as error:
        report.not_checked.append(f"A public key cannot be used: {error}.")
    except SealProblem as error:
        report.not_checked.append(f"No seal could be checked. {error.sentence}")
    return []
