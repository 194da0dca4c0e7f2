"""How do the processes of a run share a world that is dear to make?

The first process that needs it makes it in its own databases, under a lock, and keeps a copy of them, of the key files,
of the files in the store and of the Python object that the maker returned. Every other process begins with copies of
these. Nothing is kept for the next run.
"""

import fcntl
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections, transaction

from tests.postgres import Databases

World = TypeVar("World")


@contextmanager
def shared(databases: Databases, name: str, make: Callable[[], World]) -> Iterator[World]:
    """The world `name`, committed in the databases of this process, which are the template's again afterwards.

    `make` returns what the tests are given: something that can be pickled.
    """
    store: Any = default_storage
    before = {*store.names()}
    try:
        with (databases.worlds / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = databases.worlds / f"{name}.pickle"
            world = _copied(databases, name, kept) if kept.exists() else _made(databases, name, make, kept)
        yield world
    finally:
        connections.close_all()
        databases.reset()
        for file in {*store.names()} - before:
            store.delete(file)


def _made(databases: Databases, name: str, make: Callable[[], World], kept: Path) -> World:
    store: Any = default_storage
    before = {*store.names()}
    with transaction.atomic():
        world = make()
        # What would be done at the end of it, would be done by Redis and the worker.
        transaction.get_connection().run_on_commit = []
    connections.close_all()
    databases.keep(name)
    files = {file: _content(file) for file in {*store.names()} - before}
    kept.write_bytes(pickle.dumps((world, files)))
    return world


def _copied(databases: Databases, name: str, kept: Path) -> Any:
    connections.close_all()
    databases.reset(name)
    world, files = pickle.loads(kept.read_bytes())  # noqa: S301  (written by this run)
    for file, content in files.items():
        default_storage.save(file, ContentFile(content))
    return world


def _content(file: str) -> bytes:
    with default_storage.open(file) as opened:
        return bytes(opened.read())
