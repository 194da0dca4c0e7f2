"""How long may an answer take, and by which law may something be left out of it? The lists in `data/`, put into rows.

Rows are dated and never deleted: a decision goes on pointing to the law as it was.
"""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from sharing.events.services.reference import days_of, load_rows, written_out
from sharing.requests.models import Exemption, ReplyTime, RightsRequest

_DATA = Path(__file__).parent.parent / "data"
_TIME = ("title", "amount", "unit", "law", "to_confirm", "valid_to", "source")
_EXEMPTION = (
    "title",
    "law",
    "says",
    "sentence",
    "questions",
    "for_requests_of",
    "waits_for",
    "to_confirm",
    "order",
    "valid_to",
    "source",
)
# By these a whole request is refused; no single item is left out by them.
WHOLE = ("unfounded",)


@transaction.atomic
def load_request_law() -> int:
    """Bring the times and exemptions up to date with the files. Returns how many are new or changed. May run at every
    start.
    """
    times = [entry | days_of(entry, "valid_from", "valid_to") for entry in _read("reply_times.json")]
    return load_rows(ReplyTime, times, ("code", "valid_from"), _TIME) + load_rows(
        Exemption, written_out(_read("exemptions.json")), ("code", "valid_from"), _EXEMPTION
    )


def times_on(day: date) -> dict[str, ReplyTime]:
    """The times that hold for what was received on a day, by their codes."""
    return times_in(every_time(), day)


def every_time() -> tuple[ReplyTime, ...]:
    """Those of every day. Kept once they are there: another version of Harbour brings others."""
    rows = _every_time()
    if not rows:
        _every_time.cache_clear()
    return rows


@cache
def _every_time() -> tuple[ReplyTime, ...]:
    return tuple(ReplyTime.objects.order_by("code", "valid_from"))


def times_in(rows: Iterable[ReplyTime], day: date) -> dict[str, ReplyTime]:
    """The same of rows in the order of code and first day. What is older than every row of a code takes the first."""
    found: dict[str, ReplyTime] = {}
    for row in rows:
        if row.code not in found or row.valid_from <= day:
            found[row.code] = row
    return found


def in_force(code: str, on: date) -> Exemption | None:
    """The exemption of this code as it is on a day; None where there is none."""
    return _on(on).filter(code=code).order_by("-valid_from").first()


def exemptions_for(case: RightsRequest, on: date) -> list[Exemption]:
    """Those by which an item of this case may be left out on a day, in their order."""
    rows = _on(on).exclude(code__in=WHOLE).order_by("order")
    return [row for row in rows if applies(row, case)]


def applies(exemption: Exemption, case: RightsRequest) -> bool:
    """Whether it can be used for what this requester asks: some are for requests of certain people alone."""
    return not exemption.for_requests_of or case.requester_is in exemption.for_requests_of


def _on(day: date) -> Any:
    return Exemption.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


def _read(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))
