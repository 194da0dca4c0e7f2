"""Into which groups do kinds of concern go, and into which phases year groups? For the one table of two ways.

Few of both: with six groups and each key stage by itself, a primary school of 420 loses more than half of its table.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from safeguarding.concerns.services.kinds import names_on

from .system import NO_WORRY

# Beside the codes of kinds: a call that nobody has named yet.
NOT_SAID = "none"
GROUPS = {
    "harm": "Abuse and neglect",
    "outside": "Outside the family, between children, and online",
    "health": "Health, feelings and behaviour",
    "family": "Family, care and attendance",
    "rest": "Everything else",
}
_OF_KINDS = {
    "harm": ("NEG", "PHY", "EMO", "SEX", "HBA", "DOM"),
    "outside": ("CSE", "CCE", "MDS", "RAD", "VIO", "EXT", "COC", "ONL"),
    "health": ("SHM", "MHH", "SUB", "HLT", "BEH"),
    "family": ("PAR", "ATT", "CAR"),
}
_GROUP_OF = {kind: group for group, kinds in _OF_KINDS.items() for kind in kinds}
# The last year group of each; then what they are called.
_LAST = ((2, "ks1"), (6, "ks2"), (9, "ks3"), (11, "ks4"), (14, "ks5"))
MIXED = "mixed"
PHASES = {
    "ks1": "Nursery to key stage 1",
    "ks2": "Key stage 2",
    "ks3": "Key stage 3",
    "ks4": "Key stage 4",
    "ks5": "Key stage 5",
    MIXED: "Several, or not known",
}


def group_of(kind: str) -> str:
    """The group of a kind; a school's own kinds, and those of no group, stand with everything else."""
    return _GROUP_OF.get(kind, "rest")


def phase_of(years: Iterable[int | None]) -> str:
    """The phase of the children of one concern, by their year groups on the day."""
    found = {
        next((name for last, name in _LAST if year <= last), MIXED) if year is not None else MIXED for year in years
    }
    return found.pop() if len(found) == 1 else MIXED


def kinds_of(school_id: UUID, on: date) -> dict[str, str]:
    """The kinds of concern that governors are told of, in their order, with their names."""
    listed = dict(names_on(on, school_id, retired=True))
    return {code: name for code, name in listed.items() if code not in NO_WORRY} | {NOT_SAID: "Not said yet"}
