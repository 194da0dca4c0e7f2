"""What exactly would be destroyed? A digest of a record's rows and the rule it ends by, made in the database.

A count made with a reviewer's sight would differ for somebody with a conflict of interest, and a full count shown would
tell of a concern that is hidden. So the database makes it, whole, and gives back a digest.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

_MADE = "SELECT m.digest, m.counts FROM rules.manifest(ARRAY(SELECT key FROM rules.ends_with(%s::uuid[]))) AS m"


@dataclass(frozen=True)
class Manifest:
    """What ends with a record: a digest of 32 bytes, and rows by the label of their model."""

    digest: bytes
    counts: dict[str, int]


def manifest_of(record_key: UUID, *, rule_key: UUID, due_on: date) -> Manifest:
    """The manifest of one record as it is now, under one version of a rule."""
    rows, counts = _asked([record_key])
    text = f"{rows} {rule_key} {due_on.isoformat()}"
    return Manifest(hashlib.sha256(text.encode()).digest(), counts)


def _asked(records: Collection[UUID]) -> tuple[str, dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_MADE, [list(records)])
        [(digest, counts)] = cursor.fetchall()
    return digest, counts if isinstance(counts, dict) else json.loads(counts)
