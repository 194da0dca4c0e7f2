"""Is there room on the disks to which Harbour writes? Asked here by everything that writes, for files and for words
alike.

A database whose disk is full stops, for reading too. So files and imports are refused while a tenth is left, which a
school needs for what people write; and shortly before the end every form is, with all its words on the page
(`FullDiskMiddleware`). Asked of the disks of this machine: that of a database on another one is for whoever runs it to
watch.
"""

import shutil
from pathlib import Path

from django.conf import settings

from safeguarding.exceptions import BadInput
from safeguarding.launch.root import FOLDER as DATABASE
from safeguarding.sealing import files

# Of a disk the part that files and imports leave free, and the bytes below which nothing is taken any more.
LEAST_FREE = 0.10
LEAST_BYTES = 256 * 2**20
_FILES = "no files can be attached"


def free_bytes() -> int:
    """How much room is left where this installation keeps what is its own, in bytes."""
    return _usage().free


def is_full() -> bool:
    """Whether nothing more is taken, whatever it is."""
    return free_bytes() < LEAST_BYTES


def least_free() -> float:
    """Of the disks of this machine to which Harbour writes, how much of the fullest is free: from 0 to 1."""
    usage = _usage()
    return min(1.0 if files.are_elsewhere() else files.free_part(), usage.free / usage.total)


def ensure_not_full() -> None:
    """The same for work that nobody asked for, such as a backup. Raises `BadInput`."""
    if is_full():
        raise BadInput("The disk is full, so nothing was written.")


def ensure_room(what: str = _FILES) -> None:
    """Raise `BadInput` where the disk is nearly full. `what`: what cannot be done, such as "no children can be
    imported".

    Files that go to a provider need no room here.
    """
    usage = _usage()
    here = 1.0 if what == _FILES and files.are_elsewhere() else usage.free / usage.total
    if min(files.free_part(), here) < LEAST_FREE:
        raise BadInput(
            f"The disk of Harbour is nearly full, so {what}. What you write is still saved. Tell whoever looks "
            "after Harbour at your school, and keep the file until then."
        )


def _usage() -> shutil._ntuple_diskusage:
    """Of the disk with the least room: that of the installation, or the one on which its own database lies where root
    starts it.
    """
    var = Path(settings.VAR)
    folders = (next(path for path in (var, *var.parents) if path.exists()), DATABASE)
    return min((shutil.disk_usage(path) for path in folders if path.exists()), key=lambda usage: usage.free)
