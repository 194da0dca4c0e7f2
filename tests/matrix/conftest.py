"""The world of the matrix: made once for all tests of a module, and taken back when they are done."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from tests.matrix import world as worlds


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[worlds.World]:
    with time_machine.travel(worlds.NOW, tick=False), django_db_blocker.unblock(), transaction.atomic():
        yield worlds.make()
        transaction.set_rollback(True)
