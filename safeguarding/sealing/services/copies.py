"""Copy the store of files beside the backup of the records, and back. What is copied is sealed already, and never
changes.

A file that is in the store no more stays in the copy until it is as old as a backup may be: a store that was lost must
not take its copy along.
"""

import json
import os
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from safeguarding.private import write_private
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FilesAway

_MISSED = "missed.json"


def copy_out(folder: Path, *, today: date, days: int) -> int:
    """Copy what is new in the store.

    Returns how many files the copy holds. Raises `FilesAway`, and `OSError` for the copy.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    there, held = set(files.stored_names()), copied(folder)
    if held and not files.is_there():
        raise FilesAway("the folder of the store is not there")
    for name in there - held:
        with suppress(FileNotFoundError):  # taken out of the store since it was listed
            _copy_one(name, folder / name)
    _let_go(folder, copied(folder) - there, today, timedelta(days=days))
    return len(copied(folder))


def copied(folder: Path) -> set[str]:
    """The names of the files in a copy."""
    return {f"{path.parent.name}/{path.name}" for path in folder.glob("??/*") if path.suffix != ".part"}


def copy_back(folder: Path) -> int:
    """Put into the store what it lacks.

    Returns how many files that were. Raises `FilesAway`, and `OSError` for the copy.
    """
    missing = copied(folder) - set(files.stored_names())
    for name in missing:
        with (folder / name).open("rb") as file:
            files.put_back(name, file)
    return len(missing)


def _copy_one(name: str, to: Path) -> None:
    """Whole or not at all."""
    to.parent.mkdir(mode=0o700, exist_ok=True)
    draft = to.with_suffix(".part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink:
            for chunk in files.as_it_lies(name):
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
        draft.replace(to)
    finally:
        draft.unlink(missing_ok=True)


def _let_go(folder: Path, gone: set[str], today: date, live: timedelta) -> None:
    noted = folder / _MISSED
    missed: dict[str, str] = json.loads(noted.read_text()) if noted.exists() else {}
    missed = {name: missed.get(name, today.isoformat()) for name in gone}
    for name, since in list(missed.items()):
        if today - date.fromisoformat(since) > live:
            (folder / name).unlink()
            del missed[name]
    write_private(noted, json.dumps(missed))
