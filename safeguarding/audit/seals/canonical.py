"""In which bytes is an event sealed? One way to write each, the same in the database's copy and in an export of it.

Needs the standard library alone.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

# Sorted names, no spaces, UTF-8 as it is.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(event: Mapping[str, object]) -> bytes:
    """The columns of an event that hold something, by name, as JSON.

    A column that is null or empty is left out, so that a column added later does not change what was sealed before.
    """
    return _encode(event).encode()


def moment(at: datetime) -> str:
    """A time as it stands in events, seals and exports: UTC to the microsecond.

    The order of the texts is that of the times.
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_moment(text: str) -> datetime:
    """The time that `moment` wrote. Raises `ValueError` for anything else."""
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    if moment(at) != text:
        raise ValueError(f"{text} is not written as Harbour writes times")
    return at
