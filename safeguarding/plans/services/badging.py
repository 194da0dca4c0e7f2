"""Which badges stand? Those of plans that were decided and have not ended: for every page, list and figure."""

from typing import Any

from django.db.models import Q, QuerySet

from safeguarding.plans.models import Designation


def standing_badges(badges: QuerySet[Designation], on: Any = None) -> QuerySet[Designation]:
    """Return those of the badges that stand now; with `on`, a day or an expression for one, those that stood on it."""
    decided = decided_badges(badges)
    if on is None:
        return decided.filter(ends_on=None)
    return decided.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)


def decided_badges(badges: QuerySet[Designation]) -> QuerySet[Designation]:
    """Return those of plans that were decided, whether or not they have ended: before that there is only a request."""
    return badges.filter(starts_on__isnull=False)
