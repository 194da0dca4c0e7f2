"""Bring the editions of guidance up to date with the list in `data/`."""

import json
from datetime import date
from pathlib import Path

from django.db import transaction

from safeguarding.accounts.models import GuidanceEdition
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record

_FILE = Path(__file__).parent.parent / "data" / "editions.json"
_SAID = ["guidance", "title", "edition", "from_day", "until_day", "source", "to_confirm"]


@transaction.atomic
def load_editions() -> int:
    """Put the list into rows. Returns how many are new or changed. May run at every start, and never deletes."""
    there = {row.code: tuple(getattr(row, name) for name in _SAID) for row in GuidanceEdition.objects.all()}
    rows = []
    for entry in json.loads(_FILE.read_text(encoding="utf-8")):
        days = {name: entry[name] and date.fromisoformat(entry[name]) for name in ("from_day", "until_day")}
        rows.append(GuidanceEdition(**entry | days))
    rows = [row for row in rows if there.get(row.code) != tuple(getattr(row, name) for name in _SAID)]
    GuidanceEdition.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=_SAID)
    if rows:
        record(Verb.CHANGE, object_type="accounts.guidanceedition", count=len(rows), purpose="reference list")
    return len(rows)
