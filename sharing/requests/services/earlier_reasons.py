"""Which reasons were given in a case already, to be offered again with their answers and why?"""

import hashlib
import json

from django.db.models import Q

from safeguarding.accounts.models import User
from sharing.requests.models import Decided, Redaction, RequestItem, RightsRequest

from .documents import live
from .reasons import Reason

# Of the decisions made last so many are read, and of their reasons so many offered.
MOST_READ, MOST_OFFERED = 60, 8


def earlier_reasons(case: RightsRequest, reader: User) -> dict[str, Reason]:
    """Return the reasons of marks and items that the reader sees, each once under a key of its words, newest first: at
    most eight. Of decisions on people only the reader's own: somebody may stand in items of others too. Two queries.
    """
    marks = live(Redaction.objects.filter(case=case, exemption__isnull=False))
    marks = marks.filter(Q(item__isnull=False) | Q(made_by=reader)).select_related("exemption")
    items = RequestItem.objects.filter(case=case).filter(
        Q(exemption__isnull=False) | Q(decided=Decided.OUT_OF_SCOPE), decided_at__isnull=False
    )
    items = items.only("exemption", "answers", "why", "decided_at", "case_id").select_related("exemption")
    made = [
        *((row.made_at, row) for row in marks.order_by("-made_at", "-pk")[:MOST_READ]),
        *((row.decided_at, row) for row in items.order_by("-decided_at", "-pk")[:MOST_READ]),
    ]
    found: dict[str, Reason] = {}
    for _, row in sorted(made, key=lambda one: one[0], reverse=True):
        reason = Reason(row.exemption, dict(row.answers), row.why)
        found.setdefault(_key(reason), reason)
    return dict(list(found.items())[:MOST_OFFERED])


def _key(reason: Reason) -> str:
    code = reason.exemption.code if reason.exemption else ""
    words = json.dumps([code, sorted(reason.answers.items()), reason.why], ensure_ascii=False)
    return hashlib.sha256(words.encode()).hexdigest()[:20]
