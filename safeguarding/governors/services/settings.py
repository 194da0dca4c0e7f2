"""What does a school hide in its reports to governors, and who chose that?"""

from uuid import UUID

from django.db import transaction

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import ChangedSince, check
from safeguarding.governors.models import ReportSetting


def setting_of(school_id: UUID) -> ReportSetting:
    """What the school has chosen; an empty row, not saved, where it chose nothing. One query."""
    return ReportSetting.objects.filter(school=school_id).first() or ReportSetting(school_id=school_id)


@transaction.atomic
def save_setting(*, school: School, seen: int, threshold: int, zero: str, by: User) -> ReportSetting:
    """Save what is hidden, in what is counted from then on. Raises `NotAllowed`, `BadInput`, `ChangedSince`."""
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    held = setting_of(school.pk)
    if (held.threshold, held.zero) == (threshold, zero):
        return held
    if held.revision != seen:
        raise ChangedSince("This was saved somewhere else while you were writing.")
    is_new = held._state.adding
    held.threshold, held.zero = threshold, zero
    held.revision += 1
    check(held)
    held.save(update_fields=None if is_new else ["threshold", "zero", "revision"])
    record(Verb.CREATE if is_new else Verb.CHANGE, held, by=by)
    return held
