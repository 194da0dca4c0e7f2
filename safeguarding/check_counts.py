"""How do the checks of a page count their rows? All of them in one query.

A check whose look is a `Counted` says of which rows it is the number, and what that number means. By itself it asks one
query; a page that has many of them (`safeguarding/self_check`) asks one for all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, DateField, DateTimeField, Min, Q, QuerySet, Value
from django.db.models.functions import Cast

from safeguarding.checks import Found, Looker


@dataclass(frozen=True)
class Tally:
    """How many rows there are, how many of them are of each kind that was asked for, and since when the oldest is."""

    number: int = 0
    some: tuple[int, ...] = ()
    oldest_day: date | None = None
    oldest_at: datetime | None = None

    def and_(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            self.number + other.number,
            tuple(one + more for one, more in zip(self.some, other.some, strict=True)),
            min((day for day in (self.oldest_day, other.oldest_day) if day), default=None),
            min((at for at in (self.oldest_at, other.oldest_at) if at), default=None),
        )


@dataclass(frozen=True)
class Counted:
    """The look of a check that counts: `rows(looker)` are query sets of what the looker may see, mostly one.

    The numbers of several are added.
    `some(looker)` are conditions of which the rows are counted too. `day` or `moment` is the field by which one is the
    oldest. `of`: what is counted, each value once; the rows, where it is left out.
    """

    rows: Callable[[Looker], QuerySet[Any] | Sequence[QuerySet[Any]]]
    says: Callable[[Looker, Tally], Found]
    some: Callable[[Looker], tuple[Q, ...]] = lambda looker: ()
    day: str = ""
    moment: str = ""
    of: str = ""

    def __call__(self, looker: Looker) -> Found:
        return self.says(looker, count_all({"": self}, looker)[""])


def count_all(looks: Mapping[str, Counted], looker: Looker) -> dict[str, Tally]:
    """The tally of each of these, by its key: one query. Raises whatever one of them raises."""
    if not looks:
        return {}
    asked = {key: look.some(looker) for key, look in looks.items()}
    width = max(len(some) for some in asked.values())
    parts = [
        _asked(key, look, rows, asked[key], width)
        for key, look in looks.items()
        for rows in _several(look.rows(looker))
    ]
    found = {key: Tally(some=(0,) * len(some)) for key, some in asked.items()}
    for key, number, day, moment, *some in parts[0].union(*parts[1:], all=True):
        found[key] = found[key].and_(Tally(number, tuple(some[: len(asked[key])]), day, moment))
    return found


def _several(rows: QuerySet[Any] | Sequence[QuerySet[Any]]) -> Sequence[QuerySet[Any]]:
    return [rows] if isinstance(rows, QuerySet) else rows


def _asked(key: str, look: Counted, rows: QuerySet[Any], some: tuple[Q, ...], width: int) -> QuerySet[Any]:
    """One row with the key, the number and the oldest."""
    counted = Count(look.of, distinct=True) if look.of else Count("pk")
    named = rows.order_by().annotate(check_key=Value(key, CharField())).values_list("check_key")
    parts = {
        f"check_some_{place}": Count(look.of or "pk", distinct=bool(look.of), filter=some[place])
        if place < len(some)
        else Count(_nothing(DateField()))
        for place in range(width)
    }
    return named.annotate(
        check_number=counted,
        check_day=Min(look.day) if look.day else Min(_nothing(DateField())),
        check_moment=Min(look.moment) if look.moment else Min(_nothing(DateTimeField())),
        **parts,
    )


def _nothing(output: Any) -> Cast:
    """NULL of a type: the parts of one query have the same columns."""
    return Cast(Value(None), output)
