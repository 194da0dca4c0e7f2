"""Which legal reasons, times and recipients does Harbour bring? The lists in `data/`, put into rows."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from safeguarding.audit.history import recorded
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from sharing.events.models import LegalReason, Recipient, TransferTime

_DATA = Path(__file__).parent.parent / "data"
_REASON = (
    "title",
    "kind",
    "law",
    "says",
    "article6",
    "article9",
    "condition",
    "questions",
    "binds",
    "asks_more_detrimental",
    "to_confirm",
    "order",
    "valid_to",
    "source",
)


@transaction.atomic
def load_law() -> int:
    """Bring Harbour's own rows up to date with the files. Returns how many are new or changed.

    May run at every start. Never deletes: what a record points to stays, and ends by its date.
    """
    return (
        load_rows(LegalReason, _reasons(), ("code", "valid_from"), _REASON)
        + load_rows(TransferTime, _times(), ("from_day",), ("amount", "warn_after", "unit", "until_day", "source"))
        + load_rows(Recipient, _read("recipients.json"), ("code",), ("kind", "name", "items"))
    )


def brought_name(code: str) -> str:
    """The name of a recipient with which Harbour comes, before the school gives it its own. Raises `StopIteration`."""
    return str(next(one["name"] for one in _read("recipients.json") if one["code"] == code))


def load_rows(model: Any, wanted: Iterable[dict[str, Any]], key: tuple[str, ...], said: tuple[str, ...]) -> int:
    """Bring the rows of one model up to date with `wanted`; those of a school are left alone.

    `key` are the fields that tell rows apart, `said` those that may change. Returns how many are new or changed.
    """
    of_harbour = {"school": None} if any(field.name == "school" for field in model._meta.fields) else {}
    there = {tuple(getattr(row, name) for name in key): row for row in model.objects.filter(**of_harbour)}
    new, changed = [], []
    for entry in wanted:
        row = there.get(tuple(entry[name] for name in key))
        if row is None:
            new.append(model(**entry))
        elif any(getattr(row, name) != entry[name] for name in said):
            for name in said:
                setattr(row, name, entry[name])
            changed.append(row)
    model.objects.bulk_create(new)
    if changed:
        with recorded(model.objects.filter(pk__in=[row.pk for row in changed]), *said):
            model.objects.bulk_update(changed, said)
    if count := len(new) + len(changed):
        record(Verb.CHANGE, object_type=model._meta.label_lower, count=count, purpose="reference list")
    return count


def _reasons() -> list[dict[str, Any]]:
    """Each with its questions written out, in the order of the file."""
    return written_out(_read("legal_reasons.json"))


def written_out(said: dict[str, Any]) -> list[dict[str, Any]]:
    """The `reasons` of a list in its order, each with the `questions` that it names by key, and with its days."""
    asked = said["questions"]
    return [
        entry
        | days_of(entry, "valid_from", "valid_to")
        | {"order": order, "questions": [{"key": key, **asked[key]} for key in entry["questions"]]}
        for order, entry in enumerate(said["reasons"], start=1)
    ]


def _times() -> list[dict[str, Any]]:
    return [entry | days_of(entry, "from_day", "until_day") for entry in _read("transfer_times.json")]


def days_of(entry: dict[str, Any], *names: str) -> dict[str, date | None]:
    """The fields of an entry that are days, as days."""
    return {name: entry[name] and date.fromisoformat(entry[name]) for name in names}


def _read(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))
