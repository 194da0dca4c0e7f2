"""How many of what move? In words, and only as far as whoever asks sees it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from children.models import Child
from safeguarding.audit.protection import protected_models
from safeguarding.following import Place, places
from safeguarding.records import record_of

See = Callable[[type[Model]], QuerySet[Any]]
# For rows of a child, more that hangs on them: how many, of what.
More = Callable[[See, UUID], Iterable["Counted"]]


@dataclass(frozen=True)
class Counted:
    """So many of something."""

    number: int
    one: str
    many: str

    @property
    def words(self) -> str:
        return f"{self.number} {self.one if self.number == 1 else self.many}"


@dataclass(frozen=True)
class Row:
    """One row that was recorded since: what the page offers to give to the other record."""

    key: UUID
    what: str


_more: list[More] = []


def also_counted(function: More) -> More:
    """Register what is counted beside the rows that name the child themselves, such as actions of its concerns."""
    _more.append(function)
    return function


def counts(see: See, child: Child) -> list[Counted]:
    """What hangs on a record, those that have a word first, everything else together."""
    found, rest = [], 0
    guarded = set(protected_models())
    for place in places():
        if place.model not in guarded or not place.is_link:
            continue
        number = see(place.model).filter(**{place.column: child.pk}).count()
        if words := called(place):
            found.append(Counted(number, *words))
        else:
            rest += number
    for more in _more:
        found += more(see, child.pk)
    return [one for one in found if one.number] + ([Counted(rest, "other entry", "other entries")] if rest else [])


def called(place: Place) -> tuple[str, str] | None:
    """What one and many rows of a place are called where they are counted, None where they have no word."""
    record = record_of(place.model)
    return record.called if record else None


def _name(place: Place) -> Callable[[Any], str] | None:
    record = record_of(place.model)
    return record.name if record else None


def rows_of(
    see: See, child: Child, *, since: UUID, but: Callable[[str], list[UUID]]
) -> Iterator[tuple[str, list[Row]]]:
    """Rows recorded on a record after a key was made, of the kinds that can be told apart: what it is called, and each
    row.
    """
    guarded = set(protected_models())
    for place in places():
        name, words = _name(place), called(place)
        if name is None or words is None or place.model not in guarded:
            continue
        rows = see(place.model).filter(**{place.column: child.pk}, pk__gt=since).exclude(pk__in=but(place.label))
        if found := [Row(row.pk, name(row)) for row in rows.order_by("pk")]:
            yield words[1], found


def number_of_others(see: See, child: Child, *, since: UUID, but: Callable[[str], list[UUID]]) -> int:
    """How many were recorded since of the kinds that are not offered one by one."""
    guarded = set(protected_models())
    return sum(
        see(place.model).filter(**{place.column: child.pk}, pk__gt=since).exclude(pk__in=but(place.label)).count()
        for place in places()
        if place.model in guarded and place.is_link and _name(place) is None
    )
