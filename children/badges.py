"""What stands beside the name of a child? Badges, from every app that knows some; each says its own.

Two apps may know the same of a child, the school's own system and a plan that it is looked after: that is one badge.
However many apps there are, a page asks once.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Func, OuterRef, Q, QuerySet, TextField, Value, When
from django.utils import timezone

from children.models import CARD_BADGES, Child, ChildDetail
from children.secret import ADDRESS_IS_SECRET
from safeguarding.audit.by_keys import Asks, ByKeys
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.templatetags.harbour import BADGES


@dataclass(frozen=True)
class Badging:
    """What an app above knows of badges (keys of the component), as far as the person who asks may know it.

    `rows` is the query of the badges of all children: each row a `child_id` and a `badge`. `known_to` says which ones
    the person may come to see at all: by these the list of children is narrowed.
    """

    rows: Callable[[Asks], QuerySet[Any, Any]]
    known_to: Callable[[Request], Collection[str]]


class _Each(Func):  # type: ignore[misc]
    """A row for each of several values."""

    template, arg_joiner, set_returning = "unnest(ARRAY[%(expressions)s])", ", ", True
    output_field = TextField()  # type: ignore[assignment]


_above: list[Badging] = []


def badge_with(badging: Badging) -> None:
    """Let an app above put badges beside the names of children. Called when the apps are ready."""
    _above.append(badging)


def _holds(badge: str) -> Any:
    """When details give this badge. A confidential address is confidential for everybody who lives there."""
    return ADDRESS_IS_SECRET if badge == "addr" else Q(ChildDetail.BADGES[badge])


def _own(request: Asks) -> QuerySet[Any, Any]:
    """Those of the details of children; no badge in the row of one that does not hold."""
    each = (Case(When(_holds(badge), then=Value(badge))) for badge in ChildDetail.BADGES)
    return visible(request, ChildDetail).annotate(badge=_Each(*each)).values_list("child_id", "badge")


def _of_all(asked: Any) -> QuerySet[Any, Any]:
    own, *above = (rows(asked).filter(asked.of("child_id")) for rows in (_own, *(one.rows for one in _above)))
    return own.union(*above, all=True)


_badges = ByKeys(_of_all)


def beside_detail(asked: Asks) -> dict[str, Any]:
    """For a query of details: what apps above know of each child, one array for each app. `told_by` reads them."""
    return {
        f"badges_{number}": ArraySubquery(badging.rows(asked).filter(child_id=OuterRef("pk")).values("badge"))
        for number, badging in enumerate(_above)
    }


def told_by(child: Child, detail: ChildDetail) -> list[str]:
    """The badges of a child whose details were asked for with `beside_detail` and with `is_secret`, in the order of
    pages.
    """
    own = {badge for badge, (name, value) in ChildDetail.BADGES.items() if getattr(detail, name) == value}
    own |= {"addr"} if detail.is_secret else set()  # type: ignore[attr-defined]
    found = own.union(*(getattr(detail, f"badges_{number}") for number in range(len(_above))))
    return [badge for badge in BADGES if badge in found.union(child.card_badges)]


def badges_of(request: Asks, cards: Mapping[UUID, Collection[str]]) -> dict[UUID, list[str]]:
    """The badges of each of these children that the person may see, in the order of pages: one query. `cards` has those
    of their cards, by key.
    """
    found = {*_badges(request, list(cards)), *((key, badge) for key, some in cards.items() for badge in some)}
    return {key: [badge for badge in BADGES if (key, badge) in found] for key in cards}


def badges_known_to(request: Request) -> list[str]:
    """The badges that a reader of the list of children may come to see, in the order of pages."""
    known = {*CARD_BADGES, *ChildDetail.BADGES}.union(*(badging.known_to(request) for badging in _above))
    return [badge for badge in BADGES if badge in known]


def having(request: Request, badge: str) -> Q:
    """Children that have this badge, as far as the person may see it."""
    found = Q()
    if badge == "nophoto":
        found |= Q(no_photographs=True)
    if badge == "collect":
        today = timezone.localdate()
        last = Q(check_collection_until=None) | Q(check_collection_until__gte=today)
        found |= Q(check_collection_from__lte=today) & last
    if badge in ChildDetail.BADGES:
        found |= Q(pk__in=visible(request, ChildDetail).filter(_holds(badge)).values("pk"))
    for badging in _above:
        if badge in badging.known_to(request):
            found |= Q(pk__in=badging.rows(request).filter(badge=badge).values("child_id"))
    return found
