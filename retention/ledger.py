"""Which records have been destroyed, on disk beside the database? So that an older backup is not the way back to them.

A line is written, and is on disk, before a key goes. `restore` destroys again what a backup has that stands here.
"""

import json
import os
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from .models import DestructionItem


def note(item: DestructionItem, *, under: str, records: Sequence[UUID]) -> None:
    """One line for an item whose destruction has begun. Written again, it is there twice and says the same."""
    line = {
        "at": timezone.now().isoformat(),
        "school": str(item.school_id),
        "item": str(item.pk),
        "kind": item.kind,
        "record": str(item.record_key),
        "under": under,
        "records": [str(key) for key in records],
    }
    path = settings.ANCHOR_FOLDER / "destroyed.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, separators=(",", ":")) + "\n")
        file.flush()
        os.fsync(file.fileno())
