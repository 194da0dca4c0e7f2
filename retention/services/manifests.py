"""What exactly would be destroyed? A digest of a record's rows and of the rule it ends by, made in the database.

A count made with a reviewer's sight would differ for somebody with a conflict of interest, and a full count shown would
tell of a concern that is hidden. So the database makes it, whole (`rules.manifest_of`), and gives back a digest.
"""

from datetime import date
from uuid import UUID

from django.db import connection

from retention.models import DestructionItem


def manifest_of(item: DestructionItem) -> bytes:
    """The manifest of an item's record as it is now, under its rule and day: 32 bytes."""
    return _asked(item.record_key, item.rule_id, item.due_on)


def _asked(record: UUID, rule: UUID, due_on: date) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules.manifest_of(%s, %s, %s)", [record, rule, due_on])
        [[digest]] = cursor.fetchall()
    return bytes(digest)
