"""How is a case held while somebody works on it, and who is told of what is to be done in it?"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import tell
from safeguarding.audit.protection import who_sees
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from sharing.requests.models import AT_WORK, RightsRequest
from sharing.requests.notice_kinds import RequestNotice

S = RightsRequest.Status
# What a notice of a request leads to.
OBJECT = "request"
CHANGED = "Somebody changed this request while you were writing. Open it again to see it as it is."
NOT_TAKEN_UP = "Take this request up first: say which child it is about and what is asked."
OVER = "This request is over. Open it again, with a reason, to go on with it."


def lock(case_id: UUID, seen: int | None = None) -> RightsRequest:
    """The case, locked, as it was seen. Whoever calls has asked who may. Raises `ChangedSince`."""
    held = RightsRequest.objects.select_for_update(of=("self",)).get(pk=case_id)
    if seen is not None and held.revision != seen:
        raise ChangedSince(CHANGED)
    return held


def ensure_at_work(case: RightsRequest) -> None:
    """Raise `OutOfTurn` unless the case is taken up and not over."""
    if case.status == S.HANDED_IN:
        raise OutOfTurn(NOT_TAKEN_UP)
    if case.status not in AT_WORK:
        raise OutOfTurn(OVER)


def ensure_day(day: date, at: datetime, *, since: date | None = None, what: str = "this") -> None:
    """Raise `BadInput` for a day that is to come, or that is before the request."""
    if day > timezone.localdate(at):
        raise BadInput(f"{full_day(day)} is to come. Enter the day on which {what} happened.")
    if since is not None and day < since:
        raise BadInput(f"The request was received on {full_day(since)}. Enter that day or a later one.")


def tell_some(
    case: RightsRequest,
    kind: RequestNotice,
    people: Iterable[User | None],
    *,
    at: datetime,
    but: User | None = None,
    asked: bool = False,
) -> int:
    """Tell those who may see the case; `asked`: those who are asked in it, who see no case. Returns how many."""
    wanted = {one.pk: one for one in people if one is not None and one != but}
    seen = set(wanted) if asked else set(who_sees(case, wanted))
    told = [one for key, one in wanted.items() if key in seen]
    tell(people=told, school_id=case.school_id, kind=kind, object_type=OBJECT, object_id=case.pk, at=at)
    return len(told)
