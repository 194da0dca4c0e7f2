"""Who is reminded of something to do? Its owner, once when it is nearly due and once when it is late. Work of the worker."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from safeguarding import dates
from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.models import Action, HandOver

# Nobody is reminded in the night.
FROM = time(7, 0)
# In one run; the next goes on from there.
AT_ONCE = 200


@transaction.atomic
def remind(*, at: datetime | None = None) -> int:
    """Remind owners of actions that are due by tomorrow, and again of those that are late. Returns how many were reminded.

    Once for each owner and each day that was agreed: handed over, or put off, an action is reminded of anew. What somebody was
    given only today they have just been told of.
    """
    here = timezone.localtime(at or timezone.now())
    if here.time() < FROM:
        return 0
    today = here.date()
    morning = dates.start_of(today)
    moved = Q(at__gte=morning) | Q(given_back_at__gte=morning)
    moved_today = HandOver.objects.filter(moved, action=OuterRef("pk"))
    soon = Q(due_on__lte=today + timedelta(days=1), created_at__lt=morning)
    soon &= Q(reminded_for=None) | ~Q(reminded_for=F("due_on"))
    late = Q(due_on__lt=today) & (Q(late_for=None) | ~Q(late_for=F("due_on")))
    due = (
        Action.objects.filter(soon | late, ~Exists(moved_today), status=Action.Status.TO_DO)
        .select_related("owner")
        .order_by("due_on", "pk")
    )
    told = 0
    for action in due.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE]:
        action.reminded_for = action.due_on
        if action.due_on < today:
            action.late_for = action.due_on
        action.save(update_fields=["reminded_for", "late_for"])
        record(Verb.ASK, action, purpose="reminder")
        if not who_sees(action, [action.owner_id]):
            # Nobody has it, or it is hidden from who has: it stands on the leads' list of what nobody does.
            continue
        tell(
            people=[action.owner],
            school_id=action.school_id,
            kind=Notice.Kind.ACTION_DUE,
            object_type="action",
            object_id=action.pk,
            at=here,
        )
        told += 1
    return told
