"""Say what kind of concern it is.

The kind that the reporter chose, and each since, stays with it: as a note with the reason.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Category, Concern, Duty, Subcategory
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.duties import follow_kind
from safeguarding.concerns.services.kinds import kinds_on
from safeguarding.concerns.services.notes import write_note
from safeguarding.exceptions import BadInput

from .changes import ensure_unchanged, lock


@transaction.atomic
def reclassify_concern(
    *,
    concern: Concern,
    seen: int,
    category: str,
    subcategory: UUID | None,
    reason: str,
    by: User,
    at: datetime | None = None,
) -> list[Duty]:
    """Another category, with the reason. `seen` is the revision on the lead's screen; the kind that it has changes
    nothing.

    Where the law asks something of its reporter in person about that kind, they are told by the same deed: returned are
    these duties. Raises `ChangedSince` when somebody else saved first, `BadInput` without a reason or for a kind that
    is out of use.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    at, concern = at or timezone.now(), lock(concern.pk)
    if (concern.category_id, concern.subcategory_id) == (category, subcategory):
        return []
    if not (reason := reason.strip()):
        raise BadInput("Say why this is another kind of concern.")
    now, narrower = _in_use(category, subcategory, concern.school_id, at)
    ensure_unchanged(concern, seen, by)
    was = _called(concern.category, concern.subcategory)
    write_note(
        concern, f"Kind of concern until now: {was}. From now on: {_called(now, narrower)}. {reason}", by=by, at=at
    )
    concern.category, concern.subcategory, concern.revision = now, narrower, concern.revision + 1
    concern.save(update_fields=["category", "subcategory", "revision"])
    record(Verb.CHANGE, concern, by=by, purpose="kind of concern")
    return follow_kind(concern, by=by, at=at)


def _in_use(
    category: str, subcategory: UUID | None, school_id: UUID, at: datetime
) -> tuple[Category, Subcategory | None]:
    now = next((kind for kind in kinds_on(timezone.localdate(at), school_id) if kind.code == category), None)
    if now is None:
        raise BadInput("Choose a kind of concern from the list.")
    if subcategory is None:
        return now, None
    narrower = next((one for one in now.subcategories.all() if one.pk == subcategory), None)
    if narrower is None:
        raise BadInput("That is not a part of this category. Choose again, or leave it open.")
    return now, narrower


def _called(category: Category | None, subcategory: Subcategory | None) -> str:
    if category is None:
        return "not chosen"
    return f"{category.name}: {subcategory.name}" if subcategory else category.name
