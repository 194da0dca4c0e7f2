"""What do the totals of a year tell of what its terms hid?

A year's total of a group of kinds, less what its terms showed of these kinds, is a sum of hidden numbers. What a term
joined is another. Both together may leave a kind fewer than three numbers: then the group may not have a total.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .flow import Edge, ranges
from .joining import VALUES, Settings


@dataclass(frozen=True)
class TermJoined:
    """The kinds that a term joined, with how many each was; and of which nobody knows that they were not none."""

    hidden: Mapping[str, int]
    may_be_zero: frozenset[str] = field(default_factory=frozenset)


def too_narrow(
    terms: Sequence[TermJoined], group_of: Mapping[str, str], joined: Collection[str], settings: Settings
) -> set[str]:
    """The groups whose total in the year narrows a number that a term hid, or their own that the year hides.

    `joined` have one total together, which is shown, and each one of its own, which is not.
    """
    hidden = [
        (place, kind, number, settings.least(kind, term.may_be_zero))
        for place, term in enumerate(terms)
        for kind, number in term.hidden.items()
    ]
    edges = [
        # What a correction made none lies below what it is thought to be at least.
        Edge((place, kind), ("term", place), ("group", group_of[kind]), number, min(least, number))
        for place, kind, number, least in hidden
    ]
    sums: dict[str, int] = {}
    for _, kind, number, _ in hidden:
        if (group := group_of[kind]) in joined:
            sums[group] = sums.get(group, 0) + number
    edges += [Edge(("", group), ("group", group), ("joined", ""), number, 0) for group, number in sums.items()]
    narrow: set[Any] = {name for name, (least, most) in ranges(edges).items() if most - least + 1 < VALUES}
    return {kind if place == "" else group_of[kind] for place, kind in narrow}
