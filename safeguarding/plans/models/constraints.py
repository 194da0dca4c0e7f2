"""Check constraints made from the kinds: a column is filled only in kinds that have it, and always where required."""

from collections.abc import Collection, Iterator, Mapping

from django.db import models
from django.db.models import Q

from safeguarding.plans.codes import of_adoption
from safeguarding.plans.kinds import Area, EpisodeKind, Kind, StepKind, kinds_with

# What an empty column holds: these nothing, those an empty list, the others an empty text.
_NULL = frozenset({"earlier_plans", "score", "child_seen", "quorate", "report_sent_on", "held_to"})
_LISTS = frozenset({"needs", "factors"})


def _empty(column: str) -> Q:
    if column in _NULL:
        return Q(**{f"{column}__isnull": True})
    return Q(**{column: [] if column in _LISTS else ""})


def by_kind(
    name: str,
    kinds: Mapping[str, EpisodeKind] | Mapping[str, StepKind],
    columns: Collection[str],
    when: Q | None = None,
) -> Iterator[models.CheckConstraint]:
    """Two constraints for each column, as far as some kind leaves it out or requires it. `when`: required only then."""
    some: Mapping[str, Kind] = kinds
    for column in columns:
        have = sorted(kinds_with(column, some))
        yield models.CheckConstraint(condition=Q(kind__in=have) | _empty(column), name=f"{name}_{column}_of_kind")
        if must := sorted(kinds_with(column, some, required=True)):
            asked = Q(kind__in=must) if when is None else Q(kind__in=must) & when
            yield models.CheckConstraint(condition=~asked | ~_empty(column), name=f"{name}_{column}_required")


def in_area(name: str, kinds: Mapping[str, EpisodeKind]) -> Iterator[models.CheckConstraint]:
    """A row of a kind stands in the area of that kind."""
    for area in sorted({kind.area for kind in kinds.values()}):
        own = sorted(key for key, kind in kinds.items() if kind.area == area)
        yield models.CheckConstraint(
            condition=Q(area=area, kind__in=own) | (~Q(area=area) & ~Q(kind__in=own)), name=f"{name}_in_{area}"
        )


def tells_no_adoption(name: str, columns: Collection[str]) -> Iterator[models.CheckConstraint]:
    """Codes that tell of an adoption stand in that area alone."""
    for column in columns:
        told = Q(**{f"{column}__in": sorted(of_adoption())})
        yield models.CheckConstraint(condition=Q(area=Area.ADOPTION) | ~told, name=f"{name}_{column}_tells_none")
