"""Who is told that a request is due in ten working days, in five, or late, or of a part of one? Work of the worker."""

from datetime import date, datetime

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import leads_on_duty
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.services.reminding import FROM
from safeguarding.working_days import add_working_days
from sharing.requests.models import OPEN, RequestRole, RightsRequest
from sharing.requests.notice_kinds import RequestNotice

from .intake import handlers
from .locking import tell_some
from .roles import who_has
from .steps import dates_of_many
from .unfinished import remind_by_itself

P = RequestRole.Part
# The gravest first: who is told of one is not told of those after it.
_KINDS = (
    (RequestNotice.LATE, "told_late_for"),
    (RequestNotice.DUE_IN_FIVE, "told_five_for"),
    (RequestNotice.DUE_IN_TEN, "told_ten_for"),
)


@system_task("requests")
def remind(*, at: datetime | None = None) -> int:
    """Tell of each case that falls due, once for each of the three and each last day; and remind who has not finished a
    part of one. Returns how many times somebody was told. May run twice.
    """
    here = timezone.localtime(at or timezone.now())
    if here.time() < FROM:
        return 0
    cases = list(
        RightsRequest.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(status__in=OPEN)
        .order_by("received_on", "pk")
    )
    dates = dates_of_many(cases)
    due = sum(_remind(case, dates[case.pk].next_on, at=here) for case in cases)
    return due + sum(remind_by_itself(case, at=here) for case in cases)


def due_kind(due_on: date | None, today: date) -> RequestNotice | None:
    """Of what people are told on a day; None of what is further off, or stands still."""
    if due_on is None:
        return None
    if due_on < today:
        return RequestNotice.LATE
    for days, kind in ((5, RequestNotice.DUE_IN_FIVE), (10, RequestNotice.DUE_IN_TEN)):
        if due_on <= add_working_days(today, days):
            return kind
    return None


def _remind(case: RightsRequest, due_on: date | None, *, at: datetime) -> int:
    kind = due_kind(due_on, at.date())
    fields = [field for _, field in _KINDS]
    facts = dict(_KINDS)
    if kind is None or getattr(case, facts[kind]) == due_on:
        return 0
    told = tell_some(case, kind, _people(case, kind, at.date()), at=at)
    if not told:
        # It stays to be told, once there is somebody.
        return 0
    # Of what it has passed already nobody is told later.
    done = fields[fields.index(facts[kind]) :]
    for field in done:
        setattr(case, field, due_on)
    case.save(update_fields=done)
    record(Verb.ASK, case, purpose="reminder")
    return told


def _people(case: RightsRequest, kind: RequestNotice, today: date) -> list[User]:
    """Who works on it; while nobody does, who takes requests up. The leads too, once it is late."""
    own = who_has(case, P.HANDLER, P.PREPARER) or handlers(case.school_id, today)
    return [*own, *leads_on_duty(case.school_id, on=today)] if kind == RequestNotice.LATE else own
