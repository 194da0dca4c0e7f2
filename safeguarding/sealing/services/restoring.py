"""Put a backup back: everything onto a new machine, or the keys alone.

Both files are read to their end and a sample is opened before anything is touched; each database is put back whole or
not at all; and nothing is ever put over records, or over keys, that are there.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from safeguarding.private import write_private
from safeguarding.sealing import keyfiles, ledger
from safeguarding.sealing.exceptions import BackupProblem, FilesAway
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.ring import forget
from safeguarding.sealing.services import backing_up, copies, dumps, replaying, sampling
from safeguarding.sealing.services.setting_up import ensure_keys, marker


@dataclass(frozen=True)
class Restored:
    """What was put back. `to_set`: settings that must be made by hand, each as a sentence. `destroyed`: how many of the
    records in it had been destroyed since, and are again.
    """

    people: int
    opened: int
    files: int
    to_set: list[str]
    destroyed: int


def restore_all(*, records: Path, keys: Path | None) -> Restored:
    """Fill an empty installation from a backup of the records and one of the keys. Raises `BackupProblem`,
    `KeyProblem`, `LedgerProblem`.

    What was destroyed since that backup is destroyed again. Run as the owner of both databases, which are there and
    hold no school, with the root key in its place. The tables are then those of this version of Harbour. Without `keys`
    where only the records were lost: the keys that are there stay.
    """
    root, begun = keyfiles.root(), marker()
    goes_on = begun.exists() and begun.read_text() == records.name
    if begun.exists() and not goes_on:
        raise BackupProblem(f"Another backup was begun to be put back, {begun.read_text()}. Go on with that one.")
    if not goes_on and _has_rows("default", "accounts_school"):
        raise BackupProblem(
            "There are records here. A backup is only put into an empty installation: give it other databases."
        )
    has_keys = _has_rows(KEYS, "sealing_recordkey")
    if keys is None and not has_keys:
        raise BackupProblem("There are no keys here. Give the backup of the keys as well: --keys.")
    if keys is not None and has_keys and not goes_on:
        raise BackupProblem(
            "There are keys here, and newer ones than in any backup. Leave --keys out: they open the records."
        )
    found = sampling.prove(records, keys, root=root) if keys else sampling.count(records, root=root)
    destroyed = replaying.ensure_ledger(*filter(None, (records, keys)))
    begun.write_text(records.name)
    _fill("default", backing_up.opened(records, backing_up.RECORDS, root))
    to_set = _put_keys(keys, root) if keys else []
    call_command("migrate", verbosity=0)
    ensure_keys()
    try:
        back = copies.copy_back(records.parent / backing_up.FILES)
    except (OSError, FilesAway):
        raise BackupProblem(
            "The store of files cannot be written, or its copy not be read. `manage.py check_files` says "
            "what is wrong. Mend that, and "
            "begin again."
        ) from None
    gone = _destroy_again(destroyed)
    begun.unlink()
    forget()
    return Restored(found.people, found.opened, back, to_set, gone)


def restore_keys(*, keys: Path) -> int:
    """Put back the database of keys and the file of epochs, where they alone were lost. Returns how many records had
    been destroyed since, and are again.

    Raises `BackupProblem`, `KeyProblem`, `LedgerProblem`.
    """
    root = keyfiles.root()
    for _ in backing_up.opened(keys, KEYS, root):
        pass
    destroyed = replaying.ensure_ledger(keys)
    if _has_rows(KEYS, "sealing_recordkey"):
        raise BackupProblem("There are keys here. Those of a backup are only put into an empty database of keys.")
    _put_keys(keys, root)
    call_command("migrate", verbosity=0)
    ensure_keys()
    gone = _destroy_again(destroyed)
    forget()
    return gone


def _destroy_again(destroyed: list[ledger.Entry]) -> int:
    """Put the longest ledger in its place, and destroy what it says: nobody works on the backup before."""
    try:
        ledger.put_back(destroyed)
    except OSError as error:
        raise BackupProblem(
            f"The ledger of what was destroyed, {ledger.path()}, cannot be written: {error.strerror}. Mend that, and "
            "begin again."
        ) from None
    return replaying.replay()


def _put_keys(path: Path, root: bytes) -> list[str]:
    beside, dumped = sampling.beside_and_dump(backing_up.opened(path, KEYS, root))
    keyfiles.epochs_of(beside["epochs"], root)
    _fill(KEYS, dumped)
    write_private(keyfiles.epochs_path(), beside["epochs"])
    return list(_beside(beside))


def _beside(beside: dict[str, str]) -> Iterator[str]:
    """The key that seals events goes to its place; SECRET_KEY to where the embedded servers keep it. What has a place
    that Harbour cannot write, such as a container's secrets, is put beside the keys, to be taken from there by hand.
    """
    seal_key, folder = Path(settings.SEAL_KEY_PATH), keyfiles.epochs_path().parent
    if beside["seal_key"] and (not seal_key.exists() or seal_key.read_text() != beside["seal_key"]):
        try:
            write_private(seal_key, beside["seal_key"])
        except OSError:
            aside = folder / "seal_key.restored"
            write_private(aside, beside["seal_key"])
            yield (
                f"The key that seals events is another one than in the backup. Put {aside} in the place of {seal_key}."
            )
    if beside["secret_key"] == settings.SECRET_KEY:
        return
    passwords = settings.VAR / "passwords.json"
    if passwords.exists():
        write_private(passwords, json.dumps(json.loads(passwords.read_text()) | {"secret_key": beside["secret_key"]}))
        return
    aside = folder / "secret_key.restored"
    write_private(aside, beside["secret_key"] + "\n")
    yield (
        "SECRET_KEY is another one than in the backup, and opens no second factor of anybody. Set it to "
        f"what {aside} holds, "
        "then delete that file."
    )


def _fill(alias: str, content: Iterator[bytes]) -> None:
    connections[alias].close()
    url = backing_up.address(alias)
    dumps.make_empty(url)
    with dumps.restore(url) as sink:
        for chunk in content:
            sink.write(chunk)


def _has_rows(alias: str, table: str) -> bool:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"])
            if not cursor.fetchone()[0]:
                return False
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608  (two names of our own)
            return bool(cursor.fetchone()[0])
    except DatabaseError as error:
        raise BackupProblem(
            f"The database cannot be read ({type(error).__name__}). It must be there, and may be empty."
        ) from None
