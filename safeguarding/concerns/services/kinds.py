"""Which kinds of concern may be chosen on a day, and what are those of these concerns called?"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import Prefetch, Q

from safeguarding.concerns.models import Category, Concern, Subcategory


@lru_cache(maxsize=8)
def names_on(day: date) -> tuple[tuple[str, str], ...]:
    """Code and name of each category in use on `day`, in their order. Kept: another version of Harbour brings other codes."""
    in_use = Q(valid_to=None) | Q(valid_to__gte=day)
    return tuple(
        Category.objects.filter(in_use, valid_from__lte=day).order_by("order", "pk").values_list("code", "name")
    )


def kinds_on(day: date) -> list[Category]:
    """The categories in use on `day`, in their order, each with its `subcategories` in use: two queries."""
    in_use = Q(valid_to=None) | Q(valid_to__gte=day)
    narrower = Subcategory.objects.filter(in_use).order_by("order", "pk")
    return list(
        Category.objects.filter(in_use, valid_from__lte=day)
        .order_by("order", "pk")
        .prefetch_related(Prefetch("subcategories", queryset=narrower))
    )


@lru_cache(maxsize=8)
def choices_on(day: date) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The same in groups for a list to choose from: `code` for a category, `code/key` for one of its parts. Kept, as above."""
    return tuple(
        (
            kind.name,
            ((kind.code, kind.name), *((f"{kind.code}/{one.pk}", one.name) for one in kind.subcategories.all())),
        )
        for kind in kinds_on(day)
    )


def category_of(code: str) -> Category | None:
    """The category with this code; None for none."""
    return Category.objects.get(pk=code) if code else None


def subcategory_of(key: UUID) -> Subcategory | None:
    """The subcategory with this key; None for a key of none."""
    return Subcategory.objects.filter(pk=key).first()


def give_kinds(concerns: Iterable[Concern]) -> None:
    """Give each concern of a list its category and subcategory. They are kept; one that is new is read again."""
    concerns = list(concerns)
    categories, narrower = _all()
    if not {c.category_id for c in concerns} <= {None, *categories} or (
        not {c.subcategory_id for c in concerns} <= {None, *narrower}
    ):
        _all.cache_clear()
        categories, narrower = _all()
    for concern in concerns:
        concern.category = categories[concern.category_id] if concern.category_id else None
        concern.subcategory = narrower[concern.subcategory_id] if concern.subcategory_id else None


@lru_cache(maxsize=1)
def _all() -> tuple[dict[str, Category], dict[UUID, Subcategory]]:
    """Every kind there is, those too that are out of use, by their keys."""
    return Category.objects.in_bulk(), Subcategory.objects.in_bulk()
