"""Who has parental responsibility for a child who is looked after, and for whom does "Ask the lead" lead further?"""

from typing import Any

from django.db.models import QuerySet

from children.models import Child
from safeguarding.audit.by_keys import Asks, ByKeys
from safeguarding.audit.reading import visible
from safeguarding.http import Request

from . import codes
from .kinds import Area
from .models import Episode, Step

LABEL = "Parental responsibility by the legal status"


def _open_care(asked: Any) -> QuerySet[Any]:
    episodes = visible(asked, Episode).filter(kind="looked_after", status=Episode.Status.OPEN)
    return episodes.filter(asked.of("child_id")).values_list("pk", flat=True)


def _placements(asked: Any) -> QuerySet[Any]:
    steps = visible(asked, Step).filter(kind="placement", held_on__isnull=False, held_to=None)
    return steps.filter(asked.of("episode_id")).order_by("-held_on", "-pk").values_list("legal_status", flat=True)


_care, _status = ByKeys(_open_care), ByKeys(_placements)


def who_decides(request: Asks, child: Child) -> str:
    """What the legal status of the child says of parental responsibility; empty where the child is not looked after, or
    the reader may not read that plan.
    """
    care = list(_care(request, [child.pk]))
    if not care:
        return ""
    return codes.decides(next(iter(_status(request, care)), ""))


def panel(request: Request, child: Child) -> dict[str, Any] | None:
    """The same on the page "People"."""
    said = who_decides(request, child)
    return {"decides": said, "label": LABEL} if said else None


def adoption_of(request: Asks, child: Child) -> Episode | None:
    """The adoption record of the child, for whoever may open it: what "Ask the lead" stands for is there."""
    rows = visible(request, Episode).filter(child=child, area=Area.ADOPTION)
    found: Episode | None = rows.order_by("-starts_on", "-pk").first()
    return found
