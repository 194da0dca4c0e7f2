"""Take the lists that the school's own system leaves in a folder: `PUPIL_LIST_FOLDER/<short name of the school>/`.

A file is renamed before it is read, with the key of the run that it becomes; it is deleted once it is kept in the
database. Wherever the worker is killed, the next one goes on: a renamed file whose run is there is only deleted.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.db import DataError, IntegrityError
from django.utils import timezone

from children.importing.reading import MAX_BYTES
from children.models import ImportRun
from safeguarding.accounts.models import School
from safeguarding.accounts.services.schools import schools
from safeguarding.audit.context import system_task
from safeguarding.keys import uuid7
from safeguarding.locks import one_at_a_time

from .starting import PART, start_import
from .working import take_up

S = ImportRun.Status
# A file that has not changed for so long has arrived whole.
RESTS = timedelta(minutes=2)
REFUSED, KEPT = "refused", timedelta(days=7)
# A file that is on its way into the database, with the key of its run and the end of its name.
_TAKEN = re.compile(r"\.taken-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(.*)", re.DOTALL)
# So many bytes of a name are kept: with the key before it, it is a name that every file system takes.
_NAME = 100
# A file of which this is said will never be taken, however often it is tried.
_HOPELESS = (OSError, ValueError, DataError, IntegrityError)
_OPEN = "a folder of pupil lists is open to everybody on this machine: take that right away"


class FolderOpen(Exception):
    """Everybody on the machine may look or write into the folder of a school."""


class ListLeft(Exception):
    """A file could not be taken: it is still there, or was put aside. The message names nobody."""


@dataclass(frozen=True)
class Waiting:
    """A file in the folder of a school, since when it is as it is."""

    name: str
    changed: float


@dataclass(frozen=True)
class OnItsWay:
    """A file under the name that says which run it becomes, and what it was called."""

    file: Path
    key: UUID
    called: str


def take_lists(folder: Path, *, at: datetime | None = None) -> int:
    """Take what has arrived for each school, oldest first, one file at a time. Returns how many files were taken.

    Raises, when every other school has been served, `FolderOpen` where a folder is open to all, and `ListLeft` where a
    file could not be taken: it was put aside, or is tried again the next time.
    """
    at = at or timezone.now()
    # Whoever may write into it could put a folder of their own in the place of a school's.
    if folder.is_dir() and folder.stat().st_mode & stat.S_IWOTH:
        raise FolderOpen(_OPEN)
    with system_task("imports"):
        known = list(schools())
    taken, open_to_all, left = 0, False, ""
    for school in known:
        place = folder / school.slug
        try:
            if place.is_symlink() or not place.is_dir():
                continue
            if place.stat().st_mode & stat.S_IRWXO:
                open_to_all = True
                continue
            with one_at_a_time(f"lists of {school.pk}") as mine:
                done, trouble = _take(school, place, at) if mine else (0, "")
            taken, left = taken + done, left or trouble
        except Exception as error:
            # Whatever it is, the lists of the other schools are taken.
            left = type(error).__name__
    if left:
        raise ListLeft(f"{left} with a pupil list") from None
    if open_to_all:
        raise FolderOpen(_OPEN)
    return taken


def _take(school: School, place: Path, at: datetime) -> tuple[int, str]:
    """How many files of a school were taken, and what hindered one that was put aside.

    Anything that may be over the next time (no room, no database) is raised: a newer file does not go before an older.
    """
    _forget_refused(place, at)
    files = sorted(_files(place), key=lambda one: (one.changed, one.name))
    ready = [
        one for one in files if _TAKEN.fullmatch(one.name) or at.timestamp() - one.changed >= RESTS.total_seconds()
    ]
    trouble = ""
    for one in ready:
        taken = _rename(place, one.name)
        try:
            _take_one(school, taken, at)
        except _HOPELESS as error:
            trouble = type(error).__name__
            _put_aside(taken, at)
    return len(ready), trouble


def _files(place: Path) -> Iterator[Waiting]:
    """The files themselves: no folder, no link to somewhere else, nothing hidden but what is on its way."""
    for entry in os.scandir(place):
        found = entry.stat(follow_symlinks=False)
        hidden = entry.name.startswith(".") and not _TAKEN.fullmatch(entry.name)
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and not hidden:
            yield Waiting(entry.name, found.st_mtime)


def _rename(place: Path, name: str) -> OnItsWay:
    """A file under the key of the run that it becomes: from now on it is this one, whatever is written beside it."""
    if (found := _TAKEN.fullmatch(name)) is not None:
        return OnItsWay(place / name, UUID(found[1]), _writable(found[2]))
    key, called = uuid7(), _writable(name)
    return OnItsWay((place / name).rename(place / f".taken-{key}-{called}"), key, called)


def _writable(name: str) -> str:
    """The end of a file's name as the database and other names can hold it: what is no letter of any is a dash."""
    letters = "".join(one if one.isprintable() else "-" for one in name)
    return letters.encode()[-_NAME:].decode(errors="ignore")


def _take_one(school: School, one: OnItsWay, at: datetime) -> None:
    if one.file.stat().st_size > MAX_BYTES:
        _put_aside(one, at)
        return
    status = S.CONFIRMED
    if (run := _run_of(school, one, at)) is not None:
        take_up(run.pk)
        with system_task("imports"):
            status = ImportRun.objects.values_list("status", flat=True).get(pk=run.pk)
    if status == S.REFUSED:
        _put_aside(one, at)
    elif status not in (S.UPLOADED, S.READING):
        one.file.unlink()


def _run_of(school: School, one: OnItsWay, at: datetime) -> ImportRun | None:
    """The run that the file has become, now or before a kill; none where it says what the last list said, or one that
    waits.
    """
    with system_task("imports"):
        if (there := ImportRun.objects.filter(pk=one.key, school=school).first()) is not None:
            return there
        last = ImportRun.objects.filter(school=school, status=S.CONFIRMED, is_partial=False).order_by("-confirmed_at")
        waiting = ImportRun.objects.filter(school=school, status__in=(S.READY, S.MAPPING)).order_by("-uploaded_at")
        digest = _digest(one.file)
        for run in (*last[:1], *waiting):
            if run.digest == digest:
                run.received_at = at
                run.save(update_fields=["received_at"])
                return None
        return start_import(
            school=school,
            file_name=one.called,
            chunks=_chunks(one.file),
            by=None,
            key=one.key,
            unattended=True,
            from_folder=True,
        )


def _chunks(file: Path) -> Iterator[bytes]:
    """The bytes of a file; never those at the end of a link that somebody has put in its place."""
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as stream:
        while chunk := stream.read(PART):
            yield chunk


def _digest(file: Path) -> str:
    found = sha256()
    for chunk in _chunks(file):
        found.update(chunk)
    return found.hexdigest()


def _put_aside(one: OnItsWay, at: datetime) -> None:
    """What cannot be used stays for a week, for whoever looks why. Raises `OSError` where no place is made for it."""
    aside = one.file.parent / REFUSED
    aside.mkdir(mode=0o700, exist_ok=True)
    if aside.is_symlink():
        raise NotADirectoryError(REFUSED)
    there = one.file.rename(aside / f"{at:%Y-%m-%d-%H%M%S}-{one.key}-{one.called}")
    os.utime(there, (at.timestamp(), at.timestamp()))


def _forget_refused(place: Path, at: datetime) -> None:
    aside = place / REFUSED
    if aside.is_symlink() or not aside.is_dir():
        return
    for one in _files(aside):
        if at.timestamp() - one.changed >= KEPT.total_seconds():
            (aside / one.name).unlink()
