"""Destroy again what a backup has brought back, and start nothing before.

The engine knows no app: who destroys registers how it is told that a line of the ledger still stands for something that
is here, and how that is destroyed again (`replays`). What stands for the approvals of then is that nobody without the
root key can write a line (`sealing/ledger.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import OperationalError, connection, connections

from safeguarding.sealing import ledger
from safeguarding.sealing.exceptions import BackupProblem, LedgerProblem
from safeguarding.sealing.ledger import Entry
from safeguarding.sealing.models import KEYS

_RUN = "HARBOUR_ROLE=owner .venv/bin/python manage.py restore --destroyed"


@dataclass(frozen=True)
class Replay:
    """What one app does: says which lines are not done here, and destroys again. `again` returns how many records."""

    undone: Callable[[Sequence[Entry]], Sequence[Entry]]
    again: Callable[[Sequence[Entry]], int]


_replays: list[Replay] = []


def replays(replay: Replay) -> None:
    """Say how what was destroyed is destroyed again."""
    _replays.append(replay)


def ensure_replayed() -> None:
    """Raises `LedgerProblem` where something is here that was destroyed, with what to run."""
    found = ledger.entries()
    if found and (count := sum(len(replay.undone(found)) for replay in _replays)):
        raise LedgerProblem(
            f"A backup has brought back {count} records that were destroyed, or their keys. Destroy them again: {_RUN} "
            "(with the embedded servers: manage.py up -- restore --destroyed). Until then nothing is started "
            "(docs/retention.md)."
        )


def refuse_unreplayed() -> None:
    """Raises `SystemExit` with what is wrong, so that nobody works on what was destroyed.

    A database that is away is left to the pages, as by the walls.
    """
    try:
        ensure_replayed()
    except LedgerProblem as error:
        raise SystemExit(f"Harbour does not start. {error.sentence}") from None
    except OperationalError:
        return
    finally:
        for one in (connection, connections[KEYS]):
            if not one.in_atomic_block:
                one.close()


def replay() -> int:
    """Destroy again whatever the ledger has. Returns how many records were here. May be run twice. As the owner.

    Raises `LedgerProblem`, `KeyProblem`.
    """
    found = ledger.entries()
    return sum(replay.again(found) for replay in _replays) if found else 0


def ensure_ledger(*backups: Path) -> list[Entry]:
    """The longest ledger of those that are there: in its place, and beside the files of backups.

    Ledgers of a former root key count for nothing. Raises `BackupProblem` where there is none, `LedgerProblem` where
    one of them is not as it was written: which is right is for a person to find out.
    """
    beside = {file for backup in backups for file in backup.parent.glob("*.ledger")}
    there = [file for file in (ledger.path(), *sorted(beside)) if file.exists() and ledger.is_ours(file)]
    if not there:
        raise BackupProblem(
            "There is no ledger of what was destroyed, neither in the folder of the seals nor beside the backup, that "
            "this root key opens. Without it a backup would bring back what was destroyed. Put the newest "
            "harbour-….ledger beside the backup."
        )
    return max((ledger.entries(file) for file in there), key=len)
