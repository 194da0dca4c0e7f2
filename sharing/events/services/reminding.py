"""Remind people of what was sent, or asked back, and nobody there has answered although the day has come. Work of the
worker.
"""

from datetime import datetime

from django.db.models import F, Q
from django.utils import timezone

from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.services.reminding import AT_ONCE, FROM
from sharing.events.models import SharingEvent
from sharing.events.notice_kinds import SharingNotice

from .telling import tell_of

S = SharingEvent.Status


@system_task("receipts of sharing")
def tell_of_receipts(*, at: datetime | None = None) -> int:
    """Tell of each once for each day that was expected. Returns how many times somebody was told. May run twice."""
    here = timezone.localtime(at or timezone.now())
    if here.time() < FROM:
        return 0
    due = SharingEvent.objects.filter(status__in=(S.SENT, S.ASKED_BACK), follow_up_on__lte=here.date())
    due = due.filter(Q(told_overdue_for=None) | ~Q(told_overdue_for=F("follow_up_on"))).select_related("sent_by")
    told = 0
    for event in due.order_by("follow_up_on", "pk").select_for_update(skip_locked=True, of=("self",))[:AT_ONCE]:
        if number := tell_of(event, SharingNotice.UNANSWERED, first=[event.sent_by], at=here):
            event.told_overdue_for = event.follow_up_on
            event.save(update_fields=["told_overdue_for"])
            record(Verb.ASK, event, purpose="receipt")
            told += number
    return told
