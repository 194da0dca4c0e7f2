"""By whom does a record end that a rule of the schedule is about? Four answers, and every rule has one."""

from dataclasses import dataclass
from enum import StrEnum

from safeguarding.ending.kinds import carried_out

from .periods import EMPTIED, OUTSIDE, WITH_THE_FILE


class Place(StrEnum):
    """What becomes of the records of a rule, in the order of the page."""

    OURS = "ours"
    WITH_ANOTHER = "with-another"
    NOT_YET = "not-yet"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Said:
    """A place in words: its heading, what its rules are, and what is said under them."""

    title: str
    caption: str
    foot: str


PLACES = {
    Place.OURS: Said(
        "Destroyed by Harbour",
        "Rules by which Harbour destroys records",
        "Harbour works out the dates. People decide, and two of them, before anything is destroyed. Accounts of staff "
        "alone are emptied without them: nothing that was written goes with these.",
    ),
    Place.WITH_ANOTHER: Said(
        "Ends with another record",
        "Rules of records that are part of a child’s file",
        "These are part of the child’s file: they end with it, by its rule, and not before.",
    ),
    Place.NOT_YET: Said(
        "Not done yet",
        "Rules that nothing carries out yet",
        "Harbour destroys nothing by these rules yet. What it holds of them stays; decisions to share end with the "
        "child’s file.",
    ),
    Place.OUTSIDE: Said(
        "Kept outside Harbour",
        "Rules that the school carries out elsewhere",
        "The school keeps these records elsewhere, and carries out their rules there.",
    ),
}


def place_of(code: str) -> Place:
    """Where a rule stands: it is carried out where a kind of record names it."""
    if code == EMPTIED or code in carried_out():
        return Place.OURS
    if code in WITH_THE_FILE:
        return Place.WITH_ANOTHER
    return Place.OUTSIDE if code in OUTSIDE else Place.NOT_YET
