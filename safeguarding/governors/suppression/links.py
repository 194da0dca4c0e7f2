"""What do the totals of a year tell of what its terms hid?

A year's total of a group of kinds, less what its terms showed of these kinds, is a sum of hidden numbers. What a term
joined is another. Both together may leave a kind fewer than three numbers: then the group may not have a total.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

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
    """The groups whose total in the year narrows a number that a term hid. `joined` have one total together."""
    edges = [
        Edge(
            (place, kind),
            ("term", place),
            ("group", "" if group_of[kind] in joined else group_of[kind]),
            number,
            settings.least(kind, term.may_be_zero),
        )
        for place, term in enumerate(terms)
        for kind, number in term.hidden.items()
    ]
    # What a correction made none can lie below what it is thought to be at least.
    edges = [Edge(e.name, e.row, e.column, e.value, min(e.least, e.value)) for e in edges]
    found = ranges(edges)
    narrow = {name for name, (least, most) in found.items() if most - least + 1 < VALUES}
    return {group_of[kind] for _, kind in narrow if group_of[kind] not in joined}
