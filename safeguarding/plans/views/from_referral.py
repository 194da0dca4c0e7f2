"""What came of a referral, on its page: the child in need episode that it began, the form that records one, or the open
plan into which a strategy discussion goes.
"""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from children.models import Child
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import ConcernChild, Referral
from safeguarding.http import Request
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.models import Episode
from safeguarding.plans.permissions import areas_kept
from safeguarding.plans.services.referrals import LEADS_TO, leads_on

# The code of those who refer as a school does.
SCHOOLS = "2A"
# Kinds of plan that have a strategy discussion among their dates.
_TAKES_IT = tuple(key for key, kind in EPISODES.items() if "strategy_discussion" in kind.steps)


def came_of(request: Request, referral: Referral) -> dict[str, Any] | None:
    """The episodes on record that came from it, the children for whom the reader may still record one, and the open
    plans of the others.
    """
    rows = visible(request, Episode).filter(referral=referral).select_related("child")
    begun = list(rows.order_by("starts_on", "pk"))
    offered = _without_one(request, referral, {one.child_id for one in begun}) if leads_on(referral) else []
    is_strategy = referral.answer == Referral.Answer.STRATEGY
    open_ = _open_plans(request, offered, _TAKES_IT if is_strategy else (LEADS_TO,))
    if not begun and not offered:
        return None
    return {
        "begun": begun,
        "offered": [child for child in offered if child.pk not in open_],
        "open": list(open_.values()),
        "is_strategy": is_strategy,
        "kind": EPISODES[LEADS_TO],
    }


def referral_of(request: Request, child: Child, referral_id: UUID | None) -> Referral | None:
    """A referral of a concern about this child, of which the answer is that social care acts."""
    if referral_id is None:
        return None
    about = _worries(request).filter(child=child).values("concern")
    found = visible(request, Referral).filter(pk=referral_id, concern__in=about).select_related("concern").first()
    return found if found and leads_on(found) else None


def _without_one(request: Request, referral: Referral, begun: Iterable[UUID]) -> list[Child]:
    """The children whom the concern is about and of whom the reader keeps plans of this area."""
    named = _worries(request).filter(concern=referral.concern_id).exclude(child__in=begun)
    children = visible(request, Child).filter(pk__in=named.values("child")).order_by("sort_name", "pk")
    return [child for child in children if EPISODES[LEADS_TO].area in areas_kept(request.user, child)]


def _open_plans(request: Request, children: Collection[Child], kinds: Collection[str]) -> dict[UUID, Episode]:
    """By child the plan of these kinds that is open already: that of a child in need before the other."""
    rows = visible(request, Episode).filter(kind__in=kinds, child__in=children, status=Episode.Status.OPEN)
    # "child_in_need" comes first in the alphabet: of two the last one stays.
    return {one.child_id: one for one in rows.select_related("child").order_by("-kind", "pk")} if children else {}


def _worries(request: Request) -> QuerySet[ConcernChild]:
    return visible(request, ConcernChild).filter(role=ConcernChild.Role.WORRIED_ABOUT)
