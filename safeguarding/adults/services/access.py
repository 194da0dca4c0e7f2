"""Give a concern about an adult to somebody by name, and choose who receives low-level ones."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from children.services import giving
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.accounts.services import Colleague, ensure_not_oneself, staff_of
from safeguarding.adults.capabilities import AdultCapability
from safeguarding.adults.models import AdultNamed, ReadingChoice, StaffConcern, StaffConcernGrant
from safeguarding.adults.permissions import gives_access
from safeguarding.adults.services.routing import current_choice, tell_of
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed

GIVERS = "Only whoever reads this concern by their role gives access to it."
_CHOOSERS = "Only the Headteacher says who receives low-level concerns at this school."


def who_may_be_given(concern: StaffConcern, *, by: User, on: date) -> list[Colleague]:
    """Those to whom it can be given: safeguarding leads and whoever stands in, less those whom it names and who gives
    it.
    """
    named = set(
        AdultNamed.objects.filter(staff_concern=concern, withdrawn_at=None, user__isnull=False).values_list(
            "user_id", flat=True
        )
    )
    return [
        one
        for one in staff_of(concern.school_id, on=on)
        if one.user.pk not in named | {by.pk} and any(_may_hold(held.role_key) for held in one.roles)
    ]


def _may_hold(role_key: str) -> bool:
    role = ROLES[role_key]
    return role.may(Capability.VIEW_CONCERNS) or role.may(Capability.STAND_IN)


@transaction.atomic
def give_access(
    *, concern: StaffConcern, user: User, reason: str, last_day: date, by: User, at: datetime | None = None
) -> StaffConcernGrant:
    """`user` may read this one concern until a day. It opens nothing to somebody whom it names, now or later.

    Raises `NotAllowed`, `BadInput` for a reason, a day or a person that cannot be, `OutOfTurn` where it is given
    already.
    """
    at, today = at or timezone.now(), timezone.localdate(at)
    if not gives_access(by, concern):
        raise NotAllowed(GIVERS)
    ensure_not_oneself(user, by)
    giving.ensure_said(reason, last_day, today=today)
    if concern.pk in known("hidden_staff_concerns", user.pk) or user.pk not in {
        one.user.pk for one in who_may_be_given(concern, by=by, on=today)
    }:
        raise BadInput(f"{user.full_name} cannot be given this. Choose a safeguarding lead it does not name.")
    given = giving.begin(StaffConcernGrant, target=concern, holder=user, reason=reason, last_day=last_day, by=by, at=at)
    record(Verb.GRANT, concern, by=by)
    tell_of(concern, [user], at=at)
    return given


@transaction.atomic
def withdraw_access(
    *, grant: StaffConcernGrant, reason: str, by: User, at: datetime | None = None
) -> StaffConcernGrant:
    """It opens nothing any more. Raises `OutOfTurn` the second time, `BadInput` without a reason."""
    if not gives_access(by, grant.content_object):
        raise NotAllowed(GIVERS)
    ended = giving.end(grant, reason=reason, by=by, at=at or timezone.now())
    record(Verb.WITHDRAW, grant.content_object, by=by, purpose="access")
    return ended


@transaction.atomic
def choose_recipient(
    *,
    school: School,
    recipient: str,
    lado_name: str = "",
    lado_telephone: str = "",
    by: User,
    at: datetime | None = None,
) -> ReadingChoice:
    """Who receives low-level concerns from now on, and how the LADO is reached. The same as now changes nothing."""
    ensure(by, AdultCapability.READ_STAFF_CONCERNS, school.pk, _CHOOSERS)
    if recipient not in ReadingChoice.Recipient:
        raise BadInput("Choose who reads low-level concerns.")
    School.objects.select_for_update().get(pk=school.pk)
    given = {"recipient": recipient, "lado_name": lado_name.strip(), "lado_telephone": lado_telephone.strip()}
    now = current_choice(school.pk)
    if now is not None and all(getattr(now, name) == value for name, value in given.items()):
        return now
    made = ReadingChoice.objects.create(school=school, chosen_at=at or timezone.now(), chosen_by=by, **given)
    record(Verb.CHANGE, school, by=by, purpose="who reads low-level concerns")
    return made
