"""Tell safeguarding leads, the Headteacher and the data protection officer that the published notice promises more than
is done: once for each version.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import Notice, School
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.services import tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.privacy_notice import Asked, broken_promises
from sharing.notice.capabilities import NoticeCapability
from sharing.notice.models import TASK, PrivacyNotice
from sharing.notice.notice_kinds import PromiseNotice

from .publishing import newest


def promised(notice: PrivacyNotice, *, at: datetime) -> list[str]:
    """A sentence for each thing that this version promises, and that is not done at its school."""
    return broken_promises(Asked(notice.school, at), notice.facts)


def tell_of_promises(*, at: datetime | None = None) -> int:
    """Tell of the newest version of each school that promises more than is done. Returns of how many. May run twice."""
    now, count = at or timezone.now(), 0
    with system_task(TASK):
        schools = list(School.objects.order_by("pk").values_list("pk", flat=True))
    for school_id in schools:
        with system_task(TASK), transaction.atomic():
            notice = newest(school_id)
            count += notice is not None and _told(notice, now)
    return count


def _told(notice: PrivacyNotice, at: datetime) -> bool:
    if Notice.objects.filter(object_id=notice.pk, kind=PromiseNotice.BROKEN).exists():
        return False
    people = list(people_with(NoticeCapability.FOLLOW_NOTICE, notice.school_id, timezone.localdate(at)))
    if not people or not promised(notice, at=at):
        return False
    record(Verb.ASK, notice, school_id=notice.school_id, purpose="promises of the privacy notice")
    tell(
        people=people,
        school_id=notice.school_id,
        kind=PromiseNotice.BROKEN,
        object_type="privacy_notice",
        object_id=notice.pk,
        at=at,
    )
    return True
