"""Who of the school may see to a date of a plan? Who works there and may see it."""

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import colleagues
from safeguarding.audit.protection import who_sees
from safeguarding.plans.models import Episode, Step


def may_own(by: User, record: Episode | Step) -> list[User]:
    """The colleagues who may see to a date of this plan, by name, `by` first."""
    people = list(colleagues(record.school_id, timezone.localdate()))
    seen = who_sees(record, [one.pk for one in people])
    return sorted((one for one in people if one.pk in seen), key=lambda one: one.pk != by.pk)
