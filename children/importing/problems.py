"""What is wrong with a row, or with the whole file? Each says where, what, and what to do about it."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from safeguarding.exceptions import BadInput


class Severity(StrEnum):
    """What a problem means for its row. The order is from worst to least."""

    REJECT = "reject"  # the row cannot be used
    HOLD = "hold"  # a person decides what becomes of the row
    ASK = "ask"  # read in the likeliest way, to be confirmed by a person
    WARN = "warn"  # used as it is, but look


_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a row: the column as the file calls it, a code, a sentence with its remedy."""

    severity: Severity
    column: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def worst_first(problems: list[Problem]) -> list[Problem]:
    """The same problems, those that stop the row before those that only warn."""
    return sorted(problems, key=lambda p: _ORDER.index(p.severity))


class FileRefused(BadInput):
    """The whole file cannot be used. Nothing of it was taken."""

    title = "This file cannot be used"
