"""Back up records and keys, each into its own sealed file, and open a sample of both before saying that it went well.

The records first: a key is there before the words under it, so that the keys, copied later, open every word that was
copied. Both files are sealed with a key made of the root key: who has two printed shares and both files has everything.
The file of keys also holds what stands in no database: the file of epochs, the key that seals the record of events, and
SECRET_KEY. Beside each lies a copy of the ledger of what was destroyed (`sealing/ledger.py`).
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from safeguarding import disk
from safeguarding.ages import lately, not_ahead
from safeguarding.exceptions import HarbourError
from safeguarding.keys import uuid7
from safeguarding.sealing import crypto, keyfiles, ledger
from safeguarding.sealing.crypto import DoesNotOpen
from safeguarding.sealing.exceptions import BackupProblem, FilesAway, LedgerProblem
from safeguarding.sealing.models import KEYS, BackupRun
from safeguarding.sealing.services import copies, dumps, sampling
from safeguarding.sealing.services.setting_up import ensure_keys
from safeguarding.sealing.streams import open_stream, seal_stream

RECORDS, FILES = "records", "files"
# A key that is destroyed is in the backups of the keys until they are as old as this (design section 6).
KEYS_LIVE = timedelta(days=35)
_FROM, _AFTER_FAILURE = time(2, 30), timedelta(hours=1)
_MARK = "harbour-backup-1"
_USE = b"harbour backup"
_WITHOUT_FILES = (
    "Records and keys are backed up, files that people attached are not: the store of files cannot be "
    "reached. It is tried again in "
    "an hour. `manage.py check_files` says what is wrong."
)
_LEDGER = ".ledger"
_NAMED = "harbour-%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True)
class Backup:
    """A file of a backup: of which part, and when it was begun."""

    path: Path
    part: str
    at: datetime


def folders() -> dict[str, Path]:
    """Where the files of each part lie."""
    return {RECORDS: Path(settings.BACKUP_FOLDER), KEYS: Path(settings.BACKUP_KEYS_FOLDER)}


def back_up(*, at: datetime, now: Callable[[], datetime]) -> BackupRun:
    """Make a backup of both, prove it, and let go of those that are too old. What went wrong stands in the result.

    Nothing takes the place of an earlier backup, and one that did not go well leaves no file. Only where the store of
    files is away, what is there of records and keys stays, and all of it is tried again in an hour.
    """
    run = BackupRun(id=uuid7(), began_at=at)
    drafts: list[Path] = []
    try:
        disk.ensure_not_full()
        ensure_keys()
        root = keyfiles.root()
        for part, source in ((RECORDS, _records), (KEYS, _keys)):
            drafts.append(_write(part, at, root, source))
        found = sampling.prove(*drafts, root=root)
        run.people, run.opened = found.people, found.opened
        run.records_bytes, run.keys_bytes = (draft.stat().st_size for draft in drafts)
        _copy_files(run, at)
        run.same_disk = _on_the_disk_of_the_records()
        _copy_ledger(run, drafts)
        for draft in drafts:
            draft.rename(draft.with_suffix(""))
        _let_go(at)
    except HarbourError as error:
        run.problem = error.sentence[:500]
    except DatabaseError as error:
        run.problem = f"A database cannot be read ({type(error).__name__})."
    except OSError as error:
        run.problem = f"A file of the backup cannot be written: {error.strerror}. Earlier backups are as they were."
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    run.ended_at = now()
    run.save(force_insert=True)
    return run


def is_due(at: datetime) -> bool:
    """Whether last night's backup is missing: from half past two on; after one that failed, an hour later."""
    begins = datetime.combine(timezone.localdate(at), _FROM, tzinfo=timezone.get_current_timezone())
    begins = begins if at >= begins else begins - timedelta(days=1)
    runs = BackupRun.objects.filter(not_ahead("began_at", at), began_at__gte=begins)
    if runs.filter(problem="").exists():
        return False
    return not runs.filter(lately("ended_at", _AFTER_FAILURE, at)).exists()


def backups() -> list[Backup]:
    """Every backup that lies in the folders, the newest first."""
    found = [
        Backup(path, part, datetime.strptime(path.stem, _NAMED).replace(tzinfo=UTC))
        for part, folder in folders().items()
        for path in folder.glob(f"harbour-*.{part}")
        if re.fullmatch(r"harbour-\d{4}-\d\d-\d\dT\d{6}Z", path.stem)
    ]
    return sorted(found, key=lambda backup: backup.at, reverse=True)


def opened(path: Path, part: str, root: bytes) -> Iterator[bytes]:
    """What is in a file of a backup.

    Raises `BackupProblem` where it is another part, or does not open with this root key.
    """
    try:
        with path.open("rb") as file:
            head = file.readline(200)
            if head.split()[:2] != [_MARK.encode(), part.encode()]:
                raise BackupProblem(f"{path} is no backup of the {part} of Harbour.")
            yield from open_stream(_key(root), head, file)
    except OSError as error:
        raise BackupProblem(f"{path} cannot be read: {error.strerror}.") from None
    except DoesNotOpen:
        raise BackupProblem(
            f"{path} does not open: it was cut off or changed, or was made under another root key. Take "
            "another backup, or put "
            "back the root key of that day from its printed shares."
        ) from None


def address(alias: str) -> str:
    """How PostgreSQL's own programs reach a database as this process does."""
    parts = connections[alias].get_connection_params()
    return make_conninfo(
        **{name: parts[name] for name in ("dbname", "user", "password", "host", "port") if parts.get(name)}
    )


def _key(root: bytes) -> bytes:
    return crypto.derive(root, _USE)


def _write(part: str, at: datetime, root: bytes, source: Callable[[IO[bytes]], bytes]) -> Path:
    """A file beside where it will be, for nobody but its owner, safe on the disk."""
    folder = folders()[part]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{at.astimezone(UTC):{_NAMED}}.{part}.part"
    head = f"{_MARK} {part} {at.astimezone(UTC).isoformat(timespec='seconds')}\n".encode()
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(head)
            alias = KEYS if part == KEYS else "default"
            with dumps.dump(address(alias)) as dumped:
                seal_stream(_key(root), head, _Joined(BytesIO(source(dumped)), dumped), file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _copy_files(run: BackupRun, at: datetime) -> None:
    try:
        run.files = copies.copy_out(folders()[RECORDS] / FILES, today=timezone.localdate(at), days=_days(KEYS))
    except FilesAway:
        run.problem = _WITHOUT_FILES


def _copy_ledger(run: BackupRun, drafts: list[Path]) -> None:
    """Before the backup counts. One that somebody changed is not copied, and those of earlier nights stay."""
    try:
        for draft in drafts:
            ledger.copy_to(draft.with_suffix("").with_suffix(_LEDGER))
    except LedgerProblem as error:
        run.problem = error.sentence[:500]


def _records(dumped: IO[bytes]) -> bytes:
    return b""


def _keys(dumped: IO[bytes]) -> bytes:
    """One line with what stands in no database."""
    seal_key = Path(settings.SEAL_KEY_PATH)
    beside = {
        "epochs": keyfiles.epochs_path().read_text(),
        "seal_key": seal_key.read_text() if _readable(seal_key) else "",
        "secret_key": settings.SECRET_KEY,
    }
    return json.dumps(beside).encode() + b"\n"


def _readable(path: Path) -> bool:
    return os.access(path, os.R_OK)


class _Joined:
    """Two sources, one after the other."""

    def __init__(self, *sources: IO[bytes]) -> None:
        self.sources = list(sources)

    def read(self, size: int, /) -> bytes:
        while self.sources:
            if part := self.sources[0].read(size):
                return part
            self.sources.pop(0)
        return b""


def _let_go(at: datetime) -> None:
    """Delete what is older than it may be: keys after 35 days at the latest."""
    for backup in backups():
        if at - backup.at > timedelta(days=_days(backup.part)):
            backup.path.unlink()
            # Where both parts lie in one folder they share it.
            if {path.suffix for path in backup.path.parent.glob(f"{backup.path.stem}.*")} == {_LEDGER}:
                backup.path.with_suffix(_LEDGER).unlink()


def _days(part: str) -> int:
    """How long a backup of a part is kept."""
    return min(KEYS_LIVE.days, settings.BACKUP_DAYS) if part == KEYS else settings.BACKUP_DAYS


def _on_the_disk_of_the_records() -> bool:
    """Whether the disk that takes the records takes the backups with it, as far as this process can tell."""
    return settings.VAR.exists() and settings.VAR.stat().st_dev == folders()[RECORDS].stat().st_dev
