"""Where are files kept, and how? Sealed in chunks with a key made of their record's, under names that say nothing.

The store is Django's default storage (`stores.py`). It is handed nothing but what is sealed. What of it does not answer
is `FilesAway`, which passes; what it does not hold any more is `FileGone`, which does not.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from io import BytesIO
from itertools import chain
from typing import IO, cast
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage

from . import crypto
from .crypto import DoesNotOpen
from .exceptions import Destroyed, FileGone, FilesAway, KeyProblem
from .ring import Key, ring
from .stores import BucketStore, Store
from .streams import CHUNK, open_stream, seal_stream
from .subjects import sealed_elsewhere

_USE = b"harbour file"
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")


def new_name() -> str:
    """A name that nobody can guess, in one of 256 folders."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


def keep(content: bytes, *, key: Key) -> str:
    """Seal a file with the key of its record and put it into the store. Returns its name there. Raises `FilesAway`."""
    name, sealed = new_name(), BytesIO()
    seal_stream(_key(key), name.encode(), BytesIO(content), sealed)
    sealed.seek(0)
    with _reached():
        return str(default_storage.save(name, File(sealed)))


def read(name: str, *, record: UUID) -> Iterator[bytes]:
    """What a file holds, chunk by chunk. The key is fetched now, so that reading on asks no database.

    Raises `Destroyed`, `KeyProblem` for a key that is missing, `FileGone` for a file that is missing or changed,
    `FilesAway`; on reading too.
    """
    try:
        return _begun(name, record)
    except (FileGone, KeyProblem):
        # It has come from another record, and lies as it was sealed there.
        for other in sealed_elsewhere(record):
            with suppress(FileGone, KeyProblem, Destroyed):
                return _begun(name, other)
        raise


def _begun(name: str, record: UUID) -> Iterator[bytes]:
    """The same with the key of this record and no other."""
    key = ring().key(record.bytes)
    if key is None:
        raise KeyProblem("This file cannot be opened: its key is not in the database of keys.")
    if not isinstance(key, Key):
        raise Destroyed
    chunks = _chunks(name, _key(key))
    return chain([next(chunks)], chunks)


def _chunks(name: str, key: bytes) -> Iterator[bytes]:
    try:
        with _reached(), default_storage.open(name) as file:
            yield from open_stream(key, name.encode(), file)
    except FileNotFoundError:
        raise FileGone("This file is not in the store of files. It has to be put back from a backup.") from None
    except DoesNotOpen:
        raise FileGone("This file is not what was kept here. It has to be put back from a backup.") from None


def stored_names() -> Iterator[str]:
    """The name of every file in the store, and of nothing else that lies there. Raises `FilesAway`."""
    with _reached():
        yield from (name for name in _store().names() if _NAME.fullmatch(name))


def stored_at(name: str) -> datetime:
    """Since when a file is in the store. Raises `FilesAway`."""
    with _reached():
        return default_storage.get_modified_time(name)


def as_it_lies(name: str) -> Iterator[bytes]:
    """A file of the store, sealed, chunk by chunk. Raises `FileNotFoundError`, `FilesAway`."""
    with _reached(), default_storage.open(name) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def put_back(name: str, sealed: IO[bytes]) -> None:
    """Put into the store what lay there, sealed, under its name. Raises `FilesAway`."""
    with _reached():
        default_storage.save(name, File(sealed))


def is_there() -> bool:
    """Whether the store is there: an empty one is, a disk that is not mounted is not."""
    return _store().is_there()


def free_part() -> float:
    """How much room the store has where this machine's disk is concerned, from 0 to 1."""
    return _store().free_part()


def are_elsewhere() -> bool:
    """Whether the store is a provider's, and not a folder of this machine."""
    return isinstance(_store(), BucketStore)


def drop(*names: str) -> None:
    """Take files out of the store. One that is not there is no error. Raises `FilesAway`."""
    with _reached():
        for name in filter(None, names):
            default_storage.delete(name)


def _store() -> Store:
    return cast(Store, default_storage)


@contextmanager
def _reached() -> Iterator[None]:
    """A disk that is away is a store that is away, and no file that is gone."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError:
        raise FilesAway from None


def _key(key: Key) -> bytes:
    return crypto.derive(key.raw, _USE)
