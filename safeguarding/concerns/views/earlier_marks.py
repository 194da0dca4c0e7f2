"""The switch "Show marks of earlier concerns": on the page of a concern, on its paper, and on the log form of a lead.

Off until it is pressed, for one page: what is shown is read, and recorded as read. It is offered to whoever reads the
concerns of the child's school by their role, or stands in, and never because somebody has written one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from safeguarding.accounts.permissions import may
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import visible
from safeguarding.audit.services import record, record_many
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.permissions import may_read
from safeguarding.concerns.services.earlier_marks import EarlierMarks, earlier_marks, only_child
from safeguarding.http import Request

# The parameter of the address, and its value: nothing of a record.
PARAMETER, ON = "marks", "earlier"


@dataclass(frozen=True)
class Switch:
    """The switch as a page shows it: `found` is None while it is off."""

    found: EarlierMarks | None
    query: str = f"?{PARAMETER}={ON}"

    @property
    def is_on(self) -> bool:
        return self.found is not None


def of_concern(
    request: Request, concern: Concern, children: Sequence[ConcernChild], *, verb: Verb = Verb.LIST
) -> Switch | None:
    """The switch beside the marks of a concern; None where it is not offered."""
    child_id = only_child(children)
    if child_id is None or not may_read(request.user, concern):
        return None
    return _switch(request, child_id, concern.school_id, before=concern.logged_at, but=concern.pk, verb=verb)


def of_form(request: Request, records: Sequence[UUID], school_id: UUID) -> Switch | None:
    """The switch on a log form that is about one child; None for somebody who only reports."""
    if len(records) != 1 or not may(request.user, "view_concerns", school_id):
        return None
    return _switch(request, records[0], school_id)


def _switch(
    request: Request,
    child_id: UUID,
    school_id: UUID,
    *,
    before: datetime | None = None,
    but: UUID | None = None,
    verb: Verb = Verb.LIST,
) -> Switch:
    if request.GET.get(PARAMETER) != ON:
        return Switch(None)
    found = earlier_marks(partial(visible, request), child_id, before=before, but=but)
    given: dict[str, Any] = {"school_id": school_id, "purpose": "earlier marks"}
    record(verb, object_type="children.child", object_id=child_id, count=len(found.marks), **given)
    record_many(verb, "concerns.concern", found.concerns, **given)
    return Switch(found)
