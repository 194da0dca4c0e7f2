"""How is the list of concerns narrowed, in which order does it stand, and how is it cut into pages?

Every function takes rows that the read gate has made visible. Codes and keys stand in the address; the words of titles
are sealed, come by POST, and are opened here.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    DateTimeField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    SmallIntegerField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from children import names
from safeguarding import dates
from safeguarding.accounts.models import RoleAssignment
from safeguarding.audit.asking import AmongMany, Fact
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.reading import OPEN, about_child, quiet, to_review, with_news
from safeguarding.concerns.services.waiting_rows import asking_outside
from safeguarding.keys import record_of
from safeguarding.paging import PAGE, Page, newest_first
from safeguarding.sealing.fields import Shut

# What the first page shows a few of, as codes in the filter of the list; WAITING is also an order.
WAITING, REVIEW, NEWS, LEVEL = "waiting", "review", "news", "level"
# Decided, without a review, and nothing has happened for long: what the self-check looks for.
QUIET = "quiet"
# What was entered in error, or is said to be; a page shows the first only where it asks for it (`context.with_errors`).
IN_ERROR = "in_error"
# Word has to go to an agency, and none is on record.
REFER = "refer"
# Titles that are opened for one search, the newest; and concerns that it shows.
MOST_TITLES, MOST_FOUND = 5_000, 200
# What has no day, and what does not wait, stands last.
_NEVER, _LAST = date(9999, 12, 31), dates.start_of(date(9999, 12, 31))
# Each order as a value that grows down the list; of one value the newest stands first, by key.
_ORDERS = {
    WAITING: Case(
        When(status__in=OPEN, then=Coalesce("reopened_at", "logged_at")),
        default=Value(_LAST),
        output_field=DateTimeField(),
    ),
    LEVEL: ExpressionWrapper(-Coalesce(F("level"), Value(0)), output_field=SmallIntegerField()),
    REVIEW: Case(
        When(status=Concern.Status.DECIDED, review_on__isnull=False, then=F("review_on")),
        default=Value(_NEVER),
        output_field=DateField(),
    ),
}


def narrowed(
    concerns: QuerySet[Concern], school_id: UUID, chosen: Mapping[str, Any], *, today: date
) -> QuerySet[Concern]:
    """The school's concerns that fit the codes of the filter.

    `status`, `soon`, `level`, `category`, `since` (days), `first` and `last` (days on which it was logged), `child`
    (key of one that it names), `year` (that a child in it is in now), `by` (key of who logged it), `role` (that who
    logged it has, or had, at the school).
    """
    found = concerns.filter(school_id=school_id)
    if status := chosen.get("status"):
        found = _standing_at(found, school_id, status, today)
    for code, field in (("soon", "how_soon"), ("level", "level"), ("category", "category_id"), ("by", "logged_by_id")):
        if code in chosen:
            found = found.filter(**{field: chosen[code]})
    found = _logged(found, chosen, today)
    if child := chosen.get("child"):
        found = about_child(found, child)
    if (year := chosen.get("year")) is not None:
        of_year = Fact(Value(school_id, UUIDField()), Value(year), function="concerns_of_year")
        found = found.filter(_sifted(Q(AmongMany("id", of_year))))
    if role := chosen.get("role"):
        held = RoleAssignment.objects.filter(school_id=school_id, role_key=role, starts_on__lte=today)
        found = found.filter(_sifted(Q(logged_by__in=held.values("user_id"))))
    return found


def _logged(found: QuerySet[Concern], chosen: Mapping[str, Any], today: date) -> QuerySet[Concern]:
    """From the first of these days to the last, both counted."""
    if days := chosen.get("since"):
        found = found.filter(logged_at__gte=dates.start_of(today - timedelta(days=days)))
    if first := chosen.get("first"):
        found = found.filter(logged_at__gte=dates.start_of(first))
    if (last := chosen.get("last")) and last < _NEVER:
        found = found.filter(logged_at__lt=dates.start_of(last + timedelta(days=1)))
    return found


def _sifted(rows: Q) -> Coalesce:
    """The same rows, sifted from the newest on: as a join, all that fit would be fetched first and then sorted."""
    return Coalesce(ExpressionWrapper(rows, BooleanField()), Value(False))


def _standing_at(concerns: QuerySet[Concern], school_id: UUID, code: str, today: date) -> QuerySet[Concern]:
    if code == REVIEW:
        return to_review(concerns, school_id, today=today)
    if code == REFER:
        return asking_outside(concerns, school_id)
    if code == QUIET:
        return quiet(concerns, school_id, today=today)
    if code == NEWS:
        return with_news(concerns, school_id)
    if code == IN_ERROR:
        return concerns.exclude(in_error="")
    return concerns.filter(status__in=OPEN if code == WAITING else (code,))


def order_of(chosen: Mapping[str, Any]) -> str:
    """The order that was chosen; what is due for review stands by its day unless another was."""
    return str(chosen.get("sort") or (REVIEW if chosen.get("status") == REVIEW else ""))


def in_order(found: QuerySet[Concern], order: str) -> QuerySet[Concern]:
    """All of it: newest first without an order, else longest waiting, highest level or soonest review first."""
    if order not in _ORDERS:
        return found.order_by("-logged_at", "-pk")
    return found.alias(place=_ORDERS[order]).order_by("place", "-pk")


def page_of(found: QuerySet[Concern], order: str, before: str, size: int = PAGE) -> Page[Concern]:
    """One page of it. `before` is the `older` of the page above: a moment and a key, in another order a key alone."""
    if order not in _ORDERS:
        return newest_first(found, "logged_at", before, size)
    placed = found.alias(place=_ORDERS[order])
    key = record_of(before)
    last = found.filter(pk=key).annotate(place=_ORDERS[order]) if key else None
    above = last.values_list("place", flat=True).first() if last is not None else None
    if above is not None:
        placed = placed.filter(Q(place__gt=above) | Q(place=above, pk__lt=key))
    rows = list(placed.order_by("place", "-pk")[: size + 1])
    return Page(rows[:size], str(rows[size - 1].pk) if len(rows) > size else "", is_first=above is None)


def titled(found: QuerySet[Concern], words: str) -> QuerySet[Concern]:
    """Those in whose title each of `words` begins a word: the newest, of as many titles as are opened at once."""
    tokens = names.fold(words).split()
    newest = found.exclude(title="").only("title").order_by("-logged_at", "-pk")[:MOST_TITLES] if tokens else ()
    titles = {one.pk: f" {names.fold(one.title)}" for one in newest if not isinstance(one.title, Shut)}
    keys = [key for key, title in titles.items() if all(f" {token}" in title for token in tokens)]
    return found.filter(pk__in=keys)
