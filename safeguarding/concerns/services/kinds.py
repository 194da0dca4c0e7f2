"""Which kinds of concern may be chosen on a day?"""

from datetime import date
from functools import lru_cache

from django.db.models import Prefetch, Q

from safeguarding.concerns.models import Category, Subcategory


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
