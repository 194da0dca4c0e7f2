"""Which kinds of concern are there, how long may an agency take, and what does the law ask of whoever logs one? The
lists in `data/`, put into rows.

The taxonomy is that of the domain reference 1.9; the guidance under each is Harbour's own. "Adult in school" is a row
so that a record which has it can be named, but its last day is past: a worry about an adult needs a store of its own,
so the log form never offers it and `valid_on` leaves it out.
"""

import json
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import AnswerTime, Category, DutyFact, Subcategory

_DATA = Path(__file__).parent.parent / "data"
_FILE = _DATA / "categories.json"


def valid_on(day: date) -> Q:
    """Categories that a form offers on `day`."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


@transaction.atomic
def load_reference() -> int:
    """Bring categories, subcategories and the time of agencies up to date with the files. Returns how many rows are new
    or changed.

    May run at every start. Never deletes: what an old record points to stays, and ends by its date.
    """
    wanted = json.loads(_FILE.read_text(encoding="utf-8"))
    changed = _load_categories(wanted) + _load_subcategories(wanted)
    if changed:
        record(Verb.CHANGE, object_type="concerns.category", count=changed, purpose="reference list")
    if times := _load_answer_times():
        record(Verb.CHANGE, object_type="concerns.answertime", count=times, purpose="reference list")
    if duties := _load_duties():
        record(Verb.CHANGE, object_type="concerns.dutyfact", count=duties, purpose="reference list")
    return changed + times + duties


def _load_duties() -> int:
    fields = [
        "whom",
        "title",
        "asks",
        "category_id",
        "subcategory_id",
        "role_keys",
        "days",
        "agency",
        "valid_to",
        "source",
    ]
    there = {(d.code, d.valid_from): tuple(getattr(d, f) for f in fields) for d in DutyFact.objects.all()}
    narrower = {(s.category_id, s.name): s.pk for s in Subcategory.objects.all()}
    rows = []
    for entry in json.loads((_DATA / "duties.json").read_text(encoding="utf-8")):
        category, named = entry.pop("category"), entry.pop("subcategory")
        kind = {"category_id": category, "subcategory_id": narrower[category, named] if named else None}
        rows.append(DutyFact(**entry | kind | _dates(entry)))
    rows = [d for d in rows if there.get((d.code, d.valid_from)) != tuple(getattr(d, f) for f in fields)]
    DutyFact.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code", "valid_from"], update_fields=fields
    )
    return len(rows)


def _dates(entry: dict) -> dict:
    """From which day a row holds, and until which."""
    until = entry["valid_to"]
    return {
        "valid_from": date.fromisoformat(entry["valid_from"]),
        "valid_to": date.fromisoformat(until) if until else None,
    }


def _load_answer_times() -> int:
    fields = ["answer_days", "escalate_days", "valid_to", "source"]
    there = {(t.agency, t.valid_from): tuple(getattr(t, f) for f in fields) for t in AnswerTime.objects.all()}
    rows = [
        AnswerTime(**entry | _dates(entry))
        for entry in json.loads((_DATA / "answer_times.json").read_text(encoding="utf-8"))
    ]
    rows = [t for t in rows if there.get((t.agency, t.valid_from)) != tuple(getattr(t, f) for f in fields)]
    AnswerTime.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["agency", "valid_from"], update_fields=fields
    )
    return len(rows)


def _load_categories(wanted: list[dict]) -> int:
    fields = ["name", "guidance", "order", "valid_from", "valid_to", "source"]
    there = {c.code: tuple(getattr(c, f) for f in fields) for c in Category.objects.all()}
    rows = [
        Category(
            code=entry["code"],
            name=entry["name"],
            guidance=entry["guidance"],
            order=order,
            valid_from=date.fromisoformat(entry["valid_from"]),
            valid_to=date.fromisoformat(entry["valid_to"]) if entry["valid_to"] else None,
            source=entry["source"],
        )
        for order, entry in enumerate(wanted, start=1)
    ]
    rows = [c for c in rows if there.get(c.code) != tuple(getattr(c, f) for f in fields)]
    Category.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    return len(rows)


def _load_subcategories(wanted: list[dict]) -> int:
    there = {(s.category_id, s.code): (s.name, s.order) for s in Subcategory.objects.all()}
    rows = [
        Subcategory(category_id=entry["code"], code=said["code"], name=said["name"], order=order)
        for entry in wanted
        for order, said in enumerate(entry["subcategories"], start=1)
        if there.get((entry["code"], said["code"])) != (said["name"], order)
    ]
    Subcategory.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["category", "code"], update_fields=["name", "order"]
    )
    return len(rows)
