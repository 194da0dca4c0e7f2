"""Which badge does retention put beside the name of a child? That a hold on the child stands, for those who may see it.

A hold on the whole school, or on one record, is on nobody's name.
"""

from typing import Any

from django.db.models import QuerySet, TextField, Value

from children.badges import Badging
from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.http import Request

from .capabilities import RetentionCapability as C
from .models import LegalHold

_BADGE = "hold"
_OF_CHILD = (LegalHold.Scope.CHILD, LegalHold.Scope.FAMILY)


def _rows(request: Asks) -> QuerySet[Any, Any]:
    standing = visible(request, LegalHold).filter(lifted_at=None, scope__in=_OF_CHILD)
    return standing.annotate(badge=Value(_BADGE, output_field=TextField())).values_list("child_id", "badge")


def _known_to(request: Request) -> set[str]:
    return {_BADGE} if may(request.user, C.VIEW_RETENTION, request.held.school_id) else set()


BADGING = Badging(rows=_rows, known_to=_known_to)
