"""A staffroom, two children, and a look at what the database itself holds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models

from safeguarding.sealing import ring
from tests import factories


@pytest.fixture
def room() -> factories.Staffroom:
    return factories.staffroom()


@pytest.fixture
def stored() -> Callable[[models.Model, str], bytes]:
    """What the database holds in a field of a row, past the field."""

    def read(row: models.Model, name: str) -> bytes:
        field: Any = row._meta.get_field(name)
        with connection.cursor() as cursor:
            key = row._meta.pk.column  # type: ignore[union-attr]
            cursor.execute(f'SELECT "{field.column}" FROM "{row._meta.db_table}" WHERE "{key}" = %s', [row.pk])  # noqa: S608
            return bytes(cursor.fetchone()[0])

    return read


@pytest.fixture
def again() -> Callable[[models.Model], Any]:
    """The row as the next request would read it: from the database, with no key at hand."""

    def read(row: models.Model) -> Any:
        ring.forget()
        return type(row)._base_manager.get(pk=row.pk)

    return read
