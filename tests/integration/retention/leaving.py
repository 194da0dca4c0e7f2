"""What the tests of backups and of what is left share: a child with words and a file, and `destroyer` on connections of
its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections

from children.models import Child
from safeguarding.concerns.models import Attachment, Concern
from safeguarding.concerns.services.attaching import attach
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.sealing import keyfiles, ring
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.services import backing_up, copies, dumps, restoring
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.retention.conftest import Office


@dataclass(frozen=True)
class Kept:
    """A child who left long ago, and the concern about her, with a file."""

    child: Child
    concern: Concern
    file: Attachment


def kept(place: Office, surname: str, words: str, content: bytes) -> Kept:
    child = place.leaver(surname=surname)
    entry = ChildEntry(role="worried_about", child=child)
    concern = factories.concern(place.room, children=[entry], facts=words)
    uploads = [Upload("notes.txt", content)]
    [file] = attach(concern=concern, token=uuid7(), uploads=uploads, by=place.room.lead).kept
    Concern.objects.filter(pk=concern.pk).update(status="closed")
    return Kept(child, concern, file)


@contextmanager
def signed_in_as(role: str) -> Iterator[None]:
    """Both databases are asked as this role, outside a transaction, as its process asks them."""
    before: dict[str, dict[str, Any]] = {}
    for alias in ("default", KEYS):
        connections[alias].close()
        before[alias] = dict(connections[alias].settings_dict)
        connections[alias].settings_dict.update(USER=role, PASSWORD=f"password-of-{role}")
    try:
        yield
    finally:
        for alias, settings in before.items():
            connections[alias].close()
            connections[alias].settings_dict.update(settings)


def lose(*parts: str) -> None:
    """As if these databases had gone with the disk."""
    connections.close_all()
    for alias in parts:
        dumps.make_empty(backing_up.address(alias))
    ring.forget()


def put_back_by_hand(records: Path, keys: Path) -> None:
    """As somebody who knows PostgreSQL and not Harbour."""
    root = keyfiles.root()
    restoring._fill("default", backing_up.opened(records, backing_up.RECORDS, root))
    restoring._put_keys(keys, root)
    call_command("migrate", verbosity=0)
    copies.copy_back(records.parent / backing_up.FILES)
