"""Which number has an item? Each reviewer's items are numbered by themselves.

A number that is missing would tell a reviewer that somebody else reviews what they may not see. So the preparer's items
are 1, 2, 3, and those of the next reviewer begin again behind a whole band.
"""

from collections import Counter
from collections.abc import Iterable
from secrets import randbelow
from uuid import UUID

from django.db import connection

from sharing.requests.models import RequestItem, RequestRole, RightsRequest

BAND = 100_000
# Nobody may see it: the last band. What was added a moment ago stands behind all bands.
_NOBODYS, NEW = 90, 1_000_000_000
_RENUMBER = """
UPDATE requests_requestitem AS item SET number = new.number
FROM unnest(%s::uuid[], %s::integer[]) AS new (id, number) WHERE item.id = new.id
"""


def bands(case: RightsRequest) -> dict[UUID | None, int]:
    """The band of each reviewer: the preparer has the first, then who was named first."""
    rows = RequestRole.objects.filter(case=case, part__in=("preparer", "reviewer")).order_by("named_at", "pk")
    named = list(rows.values_list("user_id", "part", "ended_at"))
    preparer = next((user for user, part, ended in named if part == "preparer" and ended is None), None)
    order = dict.fromkeys([preparer, *(user for user, *_ in named)])
    order.pop(None, None)
    first = 0 if preparer else 1
    return {None: _NOBODYS, **{user: place for place, user in enumerate(order, first)}}


class Numbers:
    """Gives numbers to new items of a case."""

    def __init__(self, case: RightsRequest) -> None:
        self._bands = bands(case)
        there = RequestItem.objects.filter(case=case).values_list("number", flat=True)
        self._last = Counter[int]()
        for number in there:
            self._last[number // BAND] = max(self._last[number // BAND], number % BAND)

    def next(self, reviewer: UUID | None) -> int:
        """The next number among the items of this reviewer."""
        band = self._bands.setdefault(reviewer, len(self._bands))
        self._last[band] += 1
        return band * BAND + self._last[band]


def number_for_now() -> int:
    """The number of an item whose reviewer is not known yet. Whoever adds it may see none of the others."""
    return NEW + randbelow(NEW)


def renumber(case: RightsRequest) -> int:
    """Give every item the number that its reviewer's band has for it. Returns how many have another one now."""
    places = bands(case)
    last = Counter[int]()
    wanted: dict[UUID, int] = {}
    rows = RequestItem.objects.filter(case=case).order_by("number").values_list("pk", "reviewer_id", "number")
    for key, reviewer, number in rows:
        band = places.setdefault(reviewer, len(places))
        last[band] += 1
        if (new := band * BAND + last[band]) != number:
            wanted[key] = new
    if wanted:
        # Out of the way first: two items never have the same number.
        _set((key, 2 * NEW + place) for place, key in enumerate(wanted))
        _set(wanted.items())
    return len(wanted)


def _set(numbers: Iterable[tuple[UUID, int]]) -> None:
    given = list(numbers)
    with connection.cursor() as cursor:
        cursor.execute(_RENUMBER, [[key for key, _ in given], [number for _, number in given]])
