"""The world of the matrix: made once for all its tests, in a database that is made anew when they are done."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections, transaction

from tests import postgres
from tests.matrix import world as worlds


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, databases: postgres.Databases) -> Iterator[worlds.World]:
    """It is kept, so that each question can have a transaction of its own: what a long one takes back, it reads past
    ever after.
    """
    with time_machine.travel(worlds.NOW, tick=False), django_db_blocker.unblock():
        try:
            with transaction.atomic():
                made = worlds.make()
                # What would be done at the end of it, would be done by Redis and the worker.
                transaction.get_connection().run_on_commit = []
            yield made
        finally:
            connections.close_all()
            databases.reset()


@pytest.fixture(autouse=True)
def _files_come_back(world: worlds.World) -> Iterator[None]:
    """What a test destroys in the store is there again for the next: no transaction takes that back."""
    kept = {name: default_storage.open(name).read() for name in default_storage.names()}  # type: ignore[attr-defined]
    yield
    for name in kept.keys() - set(default_storage.names()):  # type: ignore[attr-defined]
        default_storage.save(name, ContentFile(kept[name]))
