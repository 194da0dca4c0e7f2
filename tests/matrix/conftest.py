"""The world of the matrix: made once a run, in databases that are those of any test again when its tests are done."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests import postgres, snapshots
from tests.matrix import world as worlds


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, databases: postgres.Databases) -> Iterator[worlds.World]:
    """It is committed, so that each question can have a transaction of its own: what a long one takes back, it reads
    past ever after.
    """
    with (
        time_machine.travel(worlds.NOW, tick=False),
        django_db_blocker.unblock(),
        snapshots.shared(databases, "matrix", worlds.make) as made,
    ):
        yield made


@pytest.fixture(autouse=True)
def _files_come_back(world: worlds.World) -> Iterator[None]:
    """What a test destroys in the store is there again for the next: no transaction takes that back."""
    kept = {name: default_storage.open(name).read() for name in default_storage.names()}  # type: ignore[attr-defined]
    yield
    for name in kept.keys() - set(default_storage.names()):  # type: ignore[attr-defined]
        default_storage.save(name, ContentFile(kept[name]))
