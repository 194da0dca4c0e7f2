"""Is the record in this database whole?

The engine of `checking` with what the database says, and the key file's keys.
"""

from collections.abc import Sequence
from pathlib import Path

from django.db import DatabaseError

from . import keyfile, volume
from .anchors import Anchor, read_anchors
from .checking import examine
from .findings import Report
from .keyfile import SealProblem
from .models import SealState
from .notes import Checkpoint, NoteError, PublicKey, SignedNote
from .rows import evidence, snapshot


def verify(anchors: Sequence[Path] = (), keys: Sequence[str] = ()) -> Report:
    """The report. Anchors are those of `ANCHOR_FOLDER` and those in `anchors`, files or folders that were kept
    elsewhere.

    `keys` are public keys to believe; without any, those of the key file.
    """
    report = Report()
    believed = _believed(keys, report)
    try:
        held = _anchors(anchors, report)
        with snapshot():
            examine(evidence(), keys=believed, anchors=held, report=report)
    except DatabaseError as error:
        report.not_checked.append(f"The database cannot be read: {type(error).__name__}.")
    return report


def _anchors(given: Sequence[Path], report: Report) -> list[Anchor]:
    """Those given and those of the folder; and what is to be said of the folder.

    Read before the events: a seal is written down after its commit, so no anchor is newer than the seals of the
    database. And how far the folder was written is asked before it is read, for the same reason.
    """
    written = SealState.objects.values_list("anchored_number", flat=True).first() or 0
    folder = volume.folder()
    held = list(read_anchors([*([folder] if folder.is_dir() else []), *given], report))
    own = [one for one in held if folder in Path(one.where).parents]
    newest = max(map(_number, own), default=0)
    if newest < written:
        there = f"only those up to {newest} are there" if newest else "none is there"
        sentence = f"Seals up to number {written} were written to {folder}, and {there}."
        if given:
            report.notes.append(sentence)
        else:
            report.not_checked.append(f"{sentence} Put the folder back, or name another copy with --anchor.")
    elif own:
        report.notes.append(f"{len(own)} of the anchors are those in {folder}. {volume.place().sentence}")
    return held


def _number(anchor: Anchor) -> int:
    """The number of its seal; 0 where it cannot be read, which the examination reports."""
    try:
        return Checkpoint.parse(SignedNote.parse(anchor.note).body).number
    except NoteError:
        return 0


def _believed(keys: Sequence[str], report: Report) -> list[PublicKey]:
    try:
        return [PublicKey.parse(key) for key in keys] or keyfile.read().public
    except NoteError as error:
        report.not_checked.append(f"A public key cannot be used: {error}.")
    except SealProblem as error:
        report.not_checked.append(f"No seal could be checked. {error.sentence}")
    return []
