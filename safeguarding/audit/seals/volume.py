"""How do seals leave the database?

Appended to a file in a folder that should lie on another volume, one file for each month.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from .models import AnchorPlace, Checkpoint
from .notes import Checkpoint as Said
from .notes import NoteError, SignedNote, notes_in

# A note has less than this; the end of a file of them is enough to find the newest.
_TAIL_BYTES = 8192


def folder() -> Path:
    return Path(settings.ANCHOR_FOLDER)


def place() -> AnchorPlace:
    """On which file system the folder lies. Raises `OSError` where there is none."""
    here = folder().stat().st_dev
    # The data of a database that Harbour starts itself, or a link to them (launch/servers.py).
    data = settings.VAR / "postgres"
    if settings.EMBEDDED_DATABASE and data.exists() and data.stat().st_dev == here:
        return AnchorPlace.DATABASE
    if settings.VAR.exists() and settings.VAR.stat().st_dev == here:
        return AnchorPlace.FILES
    return AnchorPlace.APART if settings.EMBEDDED_DATABASE else AnchorPlace.UNKNOWN


def newest_number() -> int:
    """The number of the seal that was written last; 0 where there is none.

    Raises `OSError` where the folder cannot be read.
    """
    if not folder().exists():
        return 0
    for file in sorted(folder().glob("*.anchors"), reverse=True):
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - _TAIL_BYTES))
            notes, _ = notes_in(opened.read().decode(errors="replace"))
        for note in reversed(notes):
            try:
                return Said.parse(SignedNote.parse(note).body).number
            except NoteError:
                continue
    return 0


def append(checkpoints: Iterable[Checkpoint]) -> None:
    """Write them down and do not return before they are on the disk. Raises `OSError`."""
    by_month: dict[str, list[str]] = {}
    for checkpoint in checkpoints:
        by_month.setdefault(f"{checkpoint.at:%Y-%m}", []).append(checkpoint.note)
    for month, notes in by_month.items():
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder() / f"{month}.anchors").open("ab") as file:
            length = file.seek(0, os.SEEK_END)
            try:
                # A line that a power cut left half written stays by itself.
                file.write("".join(f"\n\n{note}" for note in notes).encode())
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                # Nor does a full disk leave half a note, which would look like one that somebody changed.
                os.truncate(file.name, length)
                raise
