"""Which agencies are silent beyond their time, and who is told?

Work of the worker, for nobody in particular; may run twice.
"""

from datetime import datetime

from django.db.models import F, Q
from django.utils import timezone

from safeguarding.accounts.services import tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Referral
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.telling import may_be_told, readers

# In one run; the next goes on from there.
AT_ONCE = 200


@system_task("silence")
def tell_of_silence(*, at: datetime | None = None) -> int:
    """Tell whoever referred, and the leads on duty, once for each day that an agency has let pass.

    Returns how many referrals.
    """
    at = at or timezone.now()
    on = timezone.localdate(at)
    late = Referral.objects.filter(Q(told_late_for=None) | ~Q(told_late_for=F("answer_by")), status="waiting")
    found = list(
        late.filter(answer_by__lt=on)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("concern", "sent_by")
        .order_by("answer_by", "pk")[:AT_ONCE]
    )
    for referral in found:
        people = [*may_be_told(referral.concern, [referral.sent_by]), *readers(referral.concern, on=on)]
        tell(
            people=people,
            school_id=referral.school_id,
            kind=ConcernNotice.REFERRAL_LATE,
            object_type="referral",
            object_id=referral.pk,
            at=at,
        )
        referral.told_late_for = referral.answer_by
        referral.save(update_fields=["told_late_for"])
        record(Verb.ASK, referral, purpose="no answer in time")
    return len(found)
