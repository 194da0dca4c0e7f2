"""What is the demo school made from? The files of `data/`, all of it invented, read once.

UPNs are of establishment 9999, telephone numbers are those kept for drama, addresses are in postcodes that are not in
use.
"""

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"
Entry = dict[str, Any]


@cache
def _read(name: str) -> Entry:
    found: Entry = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    return found


def shares() -> list[Entry]:
    """Decisions to share, and not to, each about one child."""
    return _read("shares")  # type: ignore[return-value]


def school() -> Entry:
    """Name, numbers and address of the school."""
    return _read("pupils")["school"]  # type: ignore[no-any-return]


def as_at() -> str:
    """The day, `yyyy-mm-dd`, on which the data is true."""
    return _read("pupils")["as_at"]  # type: ignore[no-any-return]


def children() -> list[Entry]:
    """Everybody on roll and the leavers, each with homes and adults."""
    return _read("pupils")["pupils"]  # type: ignore[no-any-return]


def staff() -> list[Entry]:
    """Who works at the school or for it."""
    return _read("staff")["staff"]  # type: ignore[no-any-return]


def vignettes() -> list[Entry]:
    """Notes of concern, with what followed."""
    return _read("vignettes")["vignettes"]  # type: ignore[no-any-return]


def assignments() -> list[Entry]:
    """Which child, colleague, place and time each vignette has in the last year."""
    return _read("assignments")["assignments"]  # type: ignore[no-any-return]


def plans() -> list[Entry]:
    """Children with a plan of an authority, and every date of it."""
    return _read("statutory")["children"]  # type: ignore[no-any-return]


def attendance() -> bytes:
    """The register of an autumn term as a CSV file: a row for each child on roll and each day."""
    return lzma.decompress((_DATA / "attendance.csv.xz").read_bytes())


def school_years() -> list[Entry]:
    """Half terms and training days of five school years."""
    return _read("terms")["years"]  # type: ignore[no-any-return]


def bank_holidays() -> list[Entry]:
    """Bank holidays in England, 2018 to 2030."""
    return _read("terms")["bank_holidays"]  # type: ignore[no-any-return]
