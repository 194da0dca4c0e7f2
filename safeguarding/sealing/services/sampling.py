"""Does a backup hold what it should? Both files are read to their end, and some of the words in one are opened with the
keys in the other.

Where none opens, the keys are not those of the words, and it is no backup. Some that do not open, as a row that
somebody has put where words should be, are no reason to make none: they are told of in the log, and all the others are
kept.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models

from safeguarding.personal_data import own_models
from safeguarding.sealing import crypto, keyfiles
from safeguarding.sealing.crypto import DoesNotOpen
from safeguarding.sealing.exceptions import BackupProblem, KeyProblem
from safeguarding.sealing.fields import SealedField
from safeguarding.sealing.models import KEYS, RecordKey, SubjectKey, Wrap
from safeguarding.sealing.ring import Key
from safeguarding.sealing.services import backing_up, dumps
from safeguarding.sealing.services.rows import sealed_fields

# So many words of each table are opened.
_OF_EACH = 3
logger = logging.getLogger("harbour.backups")


@dataclass(frozen=True)
class Proved:
    """What was found in a backup: how many members of staff, and how many sealed words were opened."""

    people: int
    opened: int


@dataclass
class _Word:
    field: SealedField
    row: str
    sealed: bytes

    @property
    def record(self) -> UUID | None:
        """The record whose key opens it; None for what Harbour never sealed."""
        key = crypto.record_in(self.sealed)
        return UUID(bytes=key) if key else None


def prove(records: Path, keys: Path, *, root: bytes) -> Proved:
    """Raises `BackupProblem` where a file is not whole, where there is nobody in it, or where no word opens."""
    people, words = _sample(backing_up.opened(records, backing_up.RECORDS, root))
    if not people:
        raise BackupProblem(
            "There is nobody in the database of the records: an empty backup would take the place of a full one."
        )
    beside, dumped = beside_and_dump(backing_up.opened(keys, KEYS, root))
    epochs = keyfiles.epochs_of(beside["epochs"], root)
    found = _keys_of({word.record for word in words if word.record}, dumped, epochs)
    opened, shut = 0, []
    for word in words:
        try:
            opened += _opens(word, found)
        except DoesNotOpen:
            shut.append(str(word.field.model._meta.verbose_name))
    if shut and not opened:
        raise BackupProblem(f"A word of {shut[0]} in the backup does not open with the keys in the backup.")
    if shut:
        logger.error("Words of these do not open with the keys in the backup, which is kept: %s.", ", ".join(shut))
    return Proved(people, opened)


def count(records: Path, *, root: bytes) -> Proved:
    """The same of a backup of the records alone: it is whole, and there is somebody in it."""
    people, _ = _sample(backing_up.opened(records, backing_up.RECORDS, root))
    if not people:
        raise BackupProblem("There is nobody in this backup.")
    return Proved(people, 0)


def beside_and_dump(content: Iterator[bytes]) -> tuple[dict[str, str], Iterator[bytes]]:
    """The line with what stands in no database, and the dump that follows it."""
    head = b""
    for chunk in content:
        head += chunk
        if b"\n" in head:
            break
    line, _, rest = head.partition(b"\n")
    try:
        beside: dict[str, str] = json.loads(line)
    except ValueError:
        raise BackupProblem("The backup of the keys does not begin as it should.") from None

    def dump() -> Iterator[bytes]:
        yield rest
        yield from content

    return beside, dump()


def _sample(dumped: Iterator[bytes]) -> tuple[int, list[_Word]]:
    user = apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table
    sealed = {model._meta.db_table: (model, sealed_fields(model)) for model in own_models() if sealed_fields(model)}
    people, words = 0, []
    taken: dict[str, int] = dict.fromkeys(sealed, 0)
    for table, row in dumps.rows(dumped, [user, *sealed]):
        if table == user:
            people += 1
        elif taken[table] < _OF_EACH:
            model, fields = sealed[table]
            found = [
                _Word(f, str(row[_pk(model)]), _bytes(row[str(f.column)])) for f in fields if _bytes(row[str(f.column)])
            ]
            words += found[:1]
            taken[table] += bool(found)
    return people, words


def _keys_of(records: set[UUID], dumped: Iterator[bytes], epochs: keyfiles.Epochs) -> dict[UUID, Key | None]:
    """The keys of these records as the dump has them; None for one that was destroyed."""
    subjects: dict[str, dict[str, Any]] = {}
    wraps: list[dict[str, Any]] = []
    found: dict[UUID, Key | None] = {}
    record_keys, subject_keys, of_wraps = (m._meta.db_table for m in (RecordKey, SubjectKey, Wrap))
    for table, row in dumps.rows(dumped, [record_keys, subject_keys, of_wraps]):
        if table == subject_keys and row["wrapped"] is not None:
            subjects[str(row["id"])] = row
        elif table == of_wraps and UUID(row["record_id"]) in records:
            wraps.append(row)
        elif table == record_keys and row["destroyed_at"] is not None and UUID(row["id"]) in records:
            found[UUID(row["id"])] = None
    opened = False
    for wrap in wraps:
        record, subject = UUID(wrap["record_id"]), UUID(wrap["subject_id"])
        if (held := subjects.get(str(subject))) is None:
            continue
        epoch = int(held["epoch_id"])
        try:
            outer = crypto.unwrap(epochs.get(epoch, b""), _bytes(held["wrapped"]), crypto.of_subject(subject, epoch))
            found[record] = Key.of(crypto.unwrap(outer, _bytes(wrap["wrapped"]), crypto.of_record(record, subject)))
            opened = True
        except (DoesNotOpen, KeyProblem):
            continue  # another wrap may open it; where none does, its words are shut
    if wraps and not opened:
        raise BackupProblem("The keys in the backup do not open with the file of epochs beside them.")
    return found


def _opens(word: _Word, keys: dict[UUID, Key | None]) -> bool:
    """Whether the word could be opened; False for one that was destroyed. Raises `DoesNotOpen`."""
    if word.record is None or word.record not in keys:
        raise DoesNotOpen
    key = keys[word.record]
    if key is None:
        return False
    crypto.open_sealed(key.cipher, word.field.place(word.row), word.sealed)
    return True


def _bytes(written: str | None) -> bytes:
    r"""A column of bytes as PostgreSQL writes it: \x and hexadecimal."""
    return bytes.fromhex(written[2:]) if written and written.startswith("\\x") else b""


def _pk(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)  # type: ignore[union-attr]
