"""Where are files kept, and how? Sealed in chunks with a key made of their record's, under names that say nothing.

The store is Django's default storage: a folder, or whatever `STORAGES` names. It is handed nothing but what is sealed.
"""

import secrets
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage

from . import crypto
from .crypto import DoesNotOpen
from .exceptions import Destroyed, FileGone, KeyProblem
from .ring import Key, ring
from .streams import open_stream, seal_stream

_USE = b"harbour file"


def new_name() -> str:
    """A name that nobody can guess, in one of 256 folders."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


def keep(content: bytes, *, key: Key) -> str:
    """Seal a file with the key of its record and put it into the store. Returns its name there. Raises `OSError`."""
    name, sealed = new_name(), BytesIO()
    seal_stream(_key(key), name.encode(), BytesIO(content), sealed)
    sealed.seek(0)
    return str(default_storage.save(name, File(sealed)))


def read(name: str, *, record: UUID) -> Iterator[bytes]:
    """What a file holds, chunk by chunk. The key is fetched now, so that reading on asks no database.

    Raises `Destroyed`, `KeyProblem` for a key that is missing, `FileGone` for a file that is missing or changed; on reading too.
    """
    key = ring().key(record.bytes)
    if key is None:
        raise KeyProblem("This file cannot be opened: its key is not in the database of keys.")
    if not isinstance(key, Key):
        raise Destroyed
    chunks = _chunks(name, _key(key))
    return chain([next(chunks)], chunks)


def _chunks(name: str, key: bytes) -> Iterator[bytes]:
    try:
        with default_storage.open(name) as file:
            yield from open_stream(key, name.encode(), file)
    except OSError:
        raise FileGone("This file is not in the store of files. It has to be put back from a backup.") from None
    except DoesNotOpen:
        raise FileGone("This file is not what was kept here. It has to be put back from a backup.") from None


def stored_names() -> Iterator[str]:
    """The name of every file in the store."""
    if not default_storage.exists(""):
        return
    for folder in default_storage.listdir("")[0]:
        for name in default_storage.listdir(folder)[1]:
            yield f"{folder}/{name}"


def drop(*names: str) -> None:
    """Take files out of the store. One that is not there is no error."""
    for name in filter(None, names):
        default_storage.delete(name)


def _key(key: Key) -> bytes:
    return crypto.derive(key.raw, _USE)
