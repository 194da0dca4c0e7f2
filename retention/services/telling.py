"""Tell those who see a hold that it was set, that somebody asks to lift it, and that its review day has come."""

from datetime import datetime

from django.db.models import F, Q
from django.utils import timezone

from retention.capabilities import RetentionCapability as C
from retention.models import LegalHold
from retention.notice_kinds import RetentionNotice
from safeguarding.accounts.capabilities import AnyCapability
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.services import leads_on_duty, tell
from safeguarding.adults.capabilities import AdultCapability as A
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record

# As many in one run; the next night goes on.
AT_ONCE = 200


def tell_of_hold(hold: LegalHold, kind: RetentionNotice, *, at: datetime, but: User | None = None) -> int:
    """Tell the leads on duty who see it; where none does, the others who may lift it. Returns how many were told.

    To lift it a second person is asked: everybody who may. Of one on a concern about an adult those are told who decide
    or approve its end. `but` has done what is told.
    """
    today = timezone.localdate(at)
    by_role = (person for wanted in _lifted_by(hold) for person in people_with(wanted, hold.school_id, today))
    others = list(dict.fromkeys(by_role))
    to_all = hold.is_about_adults or kind == RetentionNotice.LIFT_ASKED
    leads = others if to_all else leads_on_duty(hold.school_id, on=today)
    seen = who_sees(hold, {person.pk for person in (*leads, *others)} - ({but.pk} if but else set()))
    told = next((some for people in (leads, others) if (some := [one for one in people if one.pk in seen])), [])
    tell(people=told, school_id=hold.school_id, kind=kind, object_type="legal_hold", object_id=hold.pk, at=at)
    return len(told)


def _lifted_by(hold: LegalHold) -> tuple[AnyCapability, ...]:
    """Whose roles may lift it, as far as they see it."""
    if hold.is_about_adults:
        return A.READ_STAFF_CONCERNS, A.READ_ABOUT_HEAD, C.SECOND_DESTRUCTION
    return (C.HOLD_SCHOOL if hold.scope == LegalHold.Scope.SCHOOL else C.SET_HOLDS,)


@system_task("reviews of holds")
def tell_of_reviews(*, at: datetime | None = None) -> int:
    """Tell of holds whose review day has come, once for each day that was agreed. Returns how many times somebody was
    told. May run twice.
    """
    now = at or timezone.now()
    due = LegalHold.objects.filter(lifted_at=None, review_on__lte=timezone.localdate(now))
    due = due.filter(Q(told_of_review=None) | ~Q(told_of_review=F("review_on"))).order_by("review_on", "pk")
    count = 0
    for hold in due.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE]:
        hold.told_of_review = hold.review_on
        hold.save(update_fields=["told_of_review"])
        record(Verb.ASK, hold, purpose="review of a hold")
        count += tell_of_hold(hold, RetentionNotice.HOLD_REVIEW, at=now)
    return count
