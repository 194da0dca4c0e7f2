"""Which editions of guidance hold at a school, and how do they get into rows from the list in `data/`?"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from safeguarding.accounts.models import GuidanceEdition
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.once import once

_FILE = Path(__file__).parent.parent / "data" / "editions.json"
# Of a school: what it has read of editions that Harbour has not, by their code, and from which day each holds.
ReadAt = Callable[[UUID], Mapping[str, date]]
_read_at: list[ReadAt] = []
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


def confirmed_by(look: ReadAt) -> None:
    """Say how to find which editions that are to be confirmed a school has read: of the app that keeps that."""
    _read_at.append(look)


def in_force(school_id: UUID, on: date) -> list[GuidanceEdition]:
    """Of each guidance the edition that holds at a school on a day.

    One to be confirmed counts once the school has said where it read it, from the day that it said.
    """
    return once(("guidance in force", school_id, on), lambda: _in_force(school_id, on))


def _in_force(school_id: UUID, on: date) -> list[GuidanceEdition]:
    read = {code: day for look in _read_at for code, day in look(school_id).items()}
    rows = GuidanceEdition.objects.filter(Q(until_day=None) | Q(until_day__gte=on)).order_by("guidance", "edition")
    held: dict[str, tuple[date, GuidanceEdition]] = {}
    for row in rows:
        since = read.get(row.code) if row.to_confirm else row.from_day
        if since is not None and since <= on and since >= held.get(row.guidance, (date.min, row))[0]:
            held[row.guidance] = (since, row)
    return [row for _, row in held.values()]
