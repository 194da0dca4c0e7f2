"""Who is reminded of something to do?

Its owner, once when it is nearly due and once when it is late. Work of the worker.
"""

from datetime import datetime, time, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from safeguarding import dates
from safeguarding.accounts.notice_kinds import AnyNoticeKind
from safeguarding.accounts.services import tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.models import Action, Duty, HandOver
from safeguarding.concerns.notice_kinds import ConcernNotice

# Nobody is reminded in the night.
FROM = time(7, 0)
# In one run; the next goes on from there.
AT_ONCE = 200


@system_task("reminders")
def remind(*, at: datetime | None = None) -> int:
    """Remind owners of actions, and of what the law asks of them in person, that are due by tomorrow, and again of
    those that are late. Returns how many times somebody was reminded.

    Once for each owner and each day that was agreed: handed over, or put off, an action is reminded of anew. What
    somebody was given only today they have just been told of.
    """
    here = timezone.localtime(at or timezone.now())
    if here.time() < FROM:
        return 0
    morning = dates.start_of(here.date())
    moved = Q(at__gte=morning) | Q(given_back_at__gte=morning)
    moved_today = HandOver.objects.filter(moved, action=OuterRef("pk"))
    actions = Action.objects.filter(~Exists(moved_today), status=Action.Status.TO_DO)
    return _remind(actions, ConcernNotice.ACTION_DUE, "action", here) + _remind(
        Duty.objects.filter(ended_at=None), ConcernNotice.DUTY_DUE, "duty", here
    )


def _remind(waiting: QuerySet[Action] | QuerySet[Duty], kind: AnyNoticeKind, object_type: str, here: datetime) -> int:
    today = here.date()
    morning = dates.start_of(today)
    soon = Q(due_on__lte=today + timedelta(days=1), created_at__lt=morning)
    soon &= Q(reminded_for=None) | ~Q(reminded_for=F("due_on"))
    late = Q(due_on__lt=today) & (Q(late_for=None) | ~Q(late_for=F("due_on")))
    due = waiting.filter(soon | late).select_related("owner").order_by("due_on", "pk")
    told = 0
    for one in due.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE]:
        one.reminded_for = one.due_on
        if one.due_on < today:
            one.late_for = one.due_on
        one.save(update_fields=["reminded_for", "late_for"])
        record(Verb.ASK, one, purpose="reminder")
        if not who_sees(one, [one.owner_id]):
            # Nobody has it, or it is hidden from who has: it stands on the leads' list of what nobody does.
            continue
        tell(
            people=[one.owner],
            school_id=one.school_id,
            kind=kind,
            object_type=object_type,
            object_id=one.pk,
            at=here,
        )
        told += 1
    return told
