"""How long ago was it, where the clock may have been wrong meanwhile?

What is stamped with a time still to come was stamped by a clock that was ahead: nobody knows when it was. For whatever
asks whether something is due, it counts as never. What lasts for a time is over as far ahead of now as behind it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

# By so much the clocks of two machines may differ that are both right.
SLACK = timedelta(seconds=30)


def past(moment: datetime | None, now: datetime) -> datetime | None:
    """`moment`; None where it never was, or is still to come."""
    return moment if moment is not None and moment <= now + SLACK else None


def has_passed(span: timedelta, since: datetime | None, now: datetime) -> bool:
    """Whether it is `span` ago or longer, or never was."""
    then = past(since, now)
    return then is None or now - then >= span


def is_over(span: timedelta, since: datetime, now: datetime) -> bool:
    """Whether what lasts for `span` is over."""
    return abs(now - since) >= span


def ahead(field: str, now: datetime) -> Q:
    """Rows whose `field` is still to come."""
    return Q(**{f"{field}__gt": now + SLACK})


def not_ahead(field: str, now: datetime) -> Q:
    """Rows whose `field` is not still to come."""
    return Q(**{f"{field}__lte": now + SLACK})


def lately(field: str, span: timedelta, now: datetime) -> Q:
    """Rows whose `field` is less than `span` ago."""
    return not_ahead(field, now) & Q(**{f"{field}__gt": now - span})


def long_since(field: str, before: Any, now: datetime) -> Q:
    """Rows whose `field` is at `before` (a moment or an expression) or earlier, or still to come."""
    return Q(**{f"{field}__lte": before}) | ahead(field, now)


def over(field: str, span: timedelta, now: datetime) -> Q:
    """Rows of which what lasts for `span` from `field` on is over."""
    return Q(**{f"{field}__lte": now - span}) | Q(**{f"{field}__gte": now + span})
