"""A staffroom, two children, and a look at what the database itself holds."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models

from safeguarding.sealing import ring
from tests import factories
from tests.integration.sealing.backed import WORDS


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


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    """A copy of the key files of the run, for a test to spoil."""
    for name in ("ROOT_KEY_PATH", "EPOCH_KEYS_PATH"):
        path = getattr(settings, name)
        shutil.copy(path, tmp_path / path.name)
        setattr(settings, name, tmp_path / path.name)
    settings.ROLE = "owner"
    return tmp_path


@pytest.fixture
def installation(settings: Any, files: Path) -> Path:
    """Folders of its own for what is no database."""
    settings.VAR = files
    settings.SEAL_KEY_PATH = files / "seal.key"
    settings.SEAL_KEY_PATH.write_text("the key that seals events\n")
    settings.ANCHOR_FOLDER = files / "anchors"
    settings.BACKUP_FOLDER, settings.BACKUP_KEYS_FOLDER = files / "records", files / "keys"
    return files


@pytest.fixture
def account(installation: Path) -> Any:
    return factories.concern(factories.staffroom(), facts=WORDS).account
