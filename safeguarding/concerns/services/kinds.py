"""Which kinds of concern may be chosen on a day at a school, and what are those of these concerns called?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from safeguarding.accounts.models import User
from safeguarding.concerns.models import Category, Concern, SchoolKind, Subcategory
from safeguarding.glance import glance, look_for

look_for(kinds_decided="kinds_decided")
Group = tuple[str, tuple[tuple[str, str], ...]]
# In a filter, beside the name: the concerns that have it keep it.
NO_MORE = "no longer offered"


@dataclass(frozen=True)
class _Decided:
    """What a school has decided: its own kinds by code, and the codes that its form does not offer."""

    own: dict[str, str]
    retired: frozenset[str]


def _decided_by(school_id: UUID, asks: User | None) -> _Decided:
    """One query, or none where `glance` says of who asks that no school of theirs has decided anything. Never kept:
    what a school decides holds at once on every page.
    """
    if asks is not None and not glance(asks)["kinds_decided"]:
        return _Decided({}, frozenset())
    rows = list(SchoolKind.objects.filter(school_id=school_id).order_by("name", "pk"))
    own = {row.category_id: row.name for row in rows if row.is_own}
    return _Decided(own, frozenset(row.category_id for row in rows if not row.offered))


def names_on(day: date, school_id: UUID, *, asks: User | None = None, retired: bool = False) -> list[tuple[str, str]]:
    """Code and name of each kind that the school offers on `day`, in their order. With `retired` also those it offers
    no more, which stand on concerns still and say so: for filters. `asks` is who asks, on a page that has looked what
    there is.
    """
    decided = _decided_by(school_id, asks)
    every = [*_listed_on(day), *decided.own.items()]
    found = [(code, name) for code, name in every if code not in decided.retired]
    if retired:
        found += [(code, f"{name} ({NO_MORE})") for code, name in every if code in decided.retired]
    return found


@lru_cache(maxsize=8)
def _listed_on(day: date) -> tuple[tuple[str, str], ...]:
    """Those of Harbour's list. Kept: another version of Harbour brings other codes."""
    return tuple(_in_use(day).filter(school=None).order_by("order", "pk").values_list("code", "name"))


def _in_use(day: date) -> QuerySet[Category]:
    in_use = Q(valid_to=None) | Q(valid_to__gte=day)
    return Category.objects.filter(in_use, valid_from__lte=day)


def kinds_on(day: date, school_id: UUID) -> list[Category]:
    """The kinds that the school offers on `day`, in their order, each with its `subcategories` in use: two queries."""
    in_use = Q(valid_to=None) | Q(valid_to__gte=day)
    narrower = Subcategory.objects.filter(in_use).order_by("order", "pk")
    no_more = SchoolKind.objects.filter(school_id=school_id, category=OuterRef("pk"), offered=False)
    return list(
        _in_use(day)
        .filter(~Exists(no_more), Q(school=None) | Q(school_id=school_id))
        .order_by("order", "name", "pk")
        .prefetch_related(Prefetch("subcategories", queryset=narrower))
    )


def choices_on(day: date, school_id: UUID, *, asks: User | None = None) -> tuple[Group, ...]:
    """The same in groups for a list to choose from: `code` for a category, `code/key` for one of its parts.

    One query.
    """
    decided = _decided_by(school_id, asks)
    own = ((name, ((code, name),)) for code, name in decided.own.items())
    groups = (*_groups_on(day), *own)
    return tuple(group for group in groups if group[1][0][0] not in decided.retired)


@lru_cache(maxsize=8)
def _groups_on(day: date) -> tuple[Group, ...]:
    """Those of Harbour's list. Kept, as above."""
    in_use = Q(valid_to=None) | Q(valid_to__gte=day)
    narrower = Subcategory.objects.filter(in_use).order_by("order", "pk")
    listed = _in_use(day).filter(school=None).order_by("order", "pk")
    return tuple(
        (
            kind.name,
            ((kind.code, kind.name), *((f"{kind.code}/{one.pk}", one.name) for one in kind.subcategories.all())),
        )
        for kind in listed.prefetch_related(Prefetch("subcategories", queryset=narrower))
    )


def category_of(code: str) -> Category | None:
    """The category with this code; None for none."""
    return Category.objects.get(pk=code) if code else None


def subcategory_of(key: UUID) -> Subcategory | None:
    """The subcategory with this key; None for a key of none."""
    return Subcategory.objects.filter(pk=key).first()


def give_kinds(concerns: Iterable[Concern]) -> None:
    """Give each concern of a list its category and subcategory.

    Harbour's are kept; a school's own, which it may rename, are read again.
    """
    concerns = list(concerns)
    categories, narrower = _all()
    if not {c.subcategory_id for c in concerns} <= {None, *narrower}:
        _all.cache_clear()
        categories, narrower = _all()
    others = {c.category_id for c in concerns if c.category_id} - categories.keys()
    known = categories | (Category.objects.in_bulk(others) if others else {})
    for concern in concerns:
        concern.category = known[concern.category_id] if concern.category_id else None
        concern.subcategory = narrower[concern.subcategory_id] if concern.subcategory_id else None


@lru_cache(maxsize=1)
def _all() -> tuple[dict[str, Category], dict[UUID, Subcategory]]:
    """Every kind of Harbour's list, those too that are out of use, by their keys."""
    return Category.objects.filter(school=None).in_bulk(), Subcategory.objects.in_bulk()
