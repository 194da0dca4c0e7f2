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

from django.utils import timezone

from children.importing.reading import MAX_BYTES
from children.models import ImportRun
from safeguarding.accounts.models import School
from safeguarding.accounts.services.schools import schools
from safeguarding.audit.context import system_task
from safeguarding.exceptions import HarbourError
from safeguarding.keys import uuid7
from safeguarding.locks import one_at_a_time

from .starting import PART, start_import
from .working import ImportBroken, take_up

S = ImportRun.Status
# A file that has not changed for so long has arrived whole.
RESTS = timedelta(minutes=2)
REFUSED, KEPT = "refused", timedelta(days=7)
# A file that is on its way into the database, with the key of its run and the end of its name.
_TAKEN = re.compile(r"\.taken-([0-9a-f-]{36})-(.*)", re.DOTALL)
_NAME = 100
_ALL = stat.S_IWOTH


class FolderOpen(Exception):
    """Everybody on the machine may write into the folder of a school."""


class ListLeft(Exception):
    """A file could not be taken and is still there; the message names nobody."""


@dataclass(frozen=True)
class Waiting:
    """A file in the folder of a school, since when it is as it is."""

    name: str
    changed: float


def take_lists(folder: Path, *, at: datetime | None = None) -> int:
    """Take what has arrived for each school, oldest first, one file at a time. Returns how many files were taken.

    Raises, when every other school has been served, `FolderOpen` where a folder is open to all, and `ListLeft` where a
    file could not be taken: the next time it is tried again.
    """
    at = at or timezone.now()
    with system_task("imports"):
        known = list(schools())
    taken, open_to_all, left = 0, False, ""
    for school in known:
        place = folder / school.slug
        if place.is_symlink() or not place.is_dir():
            continue
        if place.stat().st_mode & _ALL:
            open_to_all = True
            continue
        with one_at_a_time(f"lists of {school.pk}") as mine:
            try:
                taken += _take(school, place, at) if mine else 0
            except (OSError, HarbourError, ImportBroken) as error:
                left = type(error).__name__
    if left:
        raise ListLeft(f"{left} with a pupil list") from None
    if open_to_all:
        raise FolderOpen("a folder of pupil lists is open to everybody on this machine: take that right away")
    return taken


def _take(school: School, place: Path, at: datetime) -> int:
    _forget_refused(place, at)
    files = sorted(_files(place), key=lambda one: (one.changed, one.name))
    ready = [
        one for one in files if _TAKEN.fullmatch(one.name) or at.timestamp() - one.changed >= RESTS.total_seconds()
    ]
    for one in ready:
        _take_one(school, place, one.name, at)
    return len(ready)


def _files(place: Path) -> Iterator[Waiting]:
    """The files themselves: no folder, no link to somewhere else, nothing hidden but what is on its way."""
    for entry in os.scandir(place):
        found = entry.stat(follow_symlinks=False)
        hidden = entry.name.startswith(".") and not _TAKEN.fullmatch(entry.name)
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and not hidden:
            yield Waiting(entry.name, found.st_mtime)


def _take_one(school: School, place: Path, name: str, at: datetime) -> None:
    if (found := _TAKEN.fullmatch(name)) is None:
        key, called = uuid7(), name[-_NAME:]
        name = (place / name).rename(place / f".taken-{key}-{called}").name
    else:
        key, called = UUID(found[1]), found[2]
    if (place / name).stat().st_size > MAX_BYTES:
        _put_aside(place, name, called, at)
        return
    status = S.CONFIRMED
    if (run := _run_of(school, place / name, key, called, at)) is not None:
        take_up(run.pk)
        with system_task("imports"):
            status = ImportRun.objects.values_list("status", flat=True).get(pk=run.pk)
    if status == S.REFUSED:
        _put_aside(place, name, called, at)
    elif status not in (S.UPLOADED, S.READING):
        (place / name).unlink()


def _run_of(school: School, file: Path, key: UUID, called: str, at: datetime) -> ImportRun | None:
    """The run that the file has become, now or before a kill; none where it says what the last list said, or one that
    waits.
    """
    with system_task("imports"):
        if (there := ImportRun.objects.filter(pk=key).first()) is not None:
            return there
        last = ImportRun.objects.filter(school=school, status=S.CONFIRMED, is_partial=False).order_by("-confirmed_at")
        waiting = ImportRun.objects.filter(school=school, status__in=(S.READY, S.MAPPING)).order_by("-uploaded_at")
        digest = _digest(file)
        for run in (*last[:1], *waiting):
            if run.digest == digest:
                run.received_at = at
                run.save(update_fields=["received_at"])
                return None
        return start_import(school=school, file_name=called, chunks=_chunks(file), by=None, key=key, unattended=True)


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


def _put_aside(place: Path, name: str, called: str, at: datetime) -> None:
    """What cannot be used stays for a week, for whoever looks why."""
    aside = place / REFUSED
    aside.mkdir(mode=0o700, exist_ok=True)
    there = (place / name).rename(aside / f"{at:%Y-%m-%d-%H%M%S}-{called}")
    os.utime(there, (at.timestamp(), at.timestamp()))


def _forget_refused(place: Path, at: datetime) -> None:
    aside = place / REFUSED
    if aside.is_symlink() or not aside.is_dir():
        return
    for one in _files(aside):
        if at.timestamp() - one.changed >= KEPT.total_seconds():
            (aside / one.name).unlink()
