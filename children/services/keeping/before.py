"""What did a record say before a change by hand, in words?"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from children import codes
from safeguarding.dates import full_day

from .rules import called

_NOTHING: tuple[Any, ...] = (None, "", [])
# What was never typed, or stands in a row of its own.
_PASSED_OVER = {"ends_on", "corrected_at", "delegated_authority", "destination_confirmed", "household"}


def before(changes: Mapping[str, tuple[Any, Any]]) -> str:
    """What stood in each field that has changed, a field a line: Mobile: 07700 900001."""
    said = (f"{called(name)}: {_words(name, was)}" for name, was in _stood(changes))
    return "\n".join(said)


def _stood(changes: Mapping[str, tuple[Any, Any]]) -> list[tuple[str, Any]]:
    return [(name, was) for name, (was, _) in changes.items() if was not in _NOTHING and name not in _PASSED_OVER]


def _words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return full_day(value)
    if name == "year_group":
        return codes.year_label(value)
    kind = codes.OF_FIELD.get(name)
    each = value if isinstance(value, list) else [value]
    return ", ".join(codes.label(kind, one) if kind else str(one) for one in each)
