"""A lead has a concern before them: on the screen or on paper."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import open_notices, settle_notices
from safeguarding.concerns.lifecycles import concern_life
from safeguarding.concerns.models import Concern, Question
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import may_read
from safeguarding.concerns.services.telling import tell_reporter
from safeguarding.exceptions import OutOfTurn


def open_concern(*, concern: Concern, by: User, at: datetime | None = None) -> Concern:
    """A lead reads the concern: it is acknowledged, its notices are read, what is new in it is no longer new.

    The one write that a GET makes: opening is the acknowledgement, and a lead at 8:40 must not have to press a button.
    But who calls for a lead does not answer their own call: it waits for somebody else, or for their decision.
    """
    at = at or timezone.now()
    if not may_read(by, concern) or concern.is_in_error:
        # Given to read, or opened in an emergency: it waits for a lead all the same. Entered in error: it waits for
        # nobody.
        open_notices(user=by, object_id=concern.pk, at=at)
        return concern
    own_call = concern.called_at is not None and concern.logged_by_id == by.pk
    if concern.status == Concern.Status.NEW and not own_call:
        concern = _acknowledge(concern, by=by, at=at)
    if concern.news_at is not None:
        Concern.objects.filter(pk=concern.pk, news_at__lte=at).update(news_at=None)
        _settle_of_leads(concern, (ConcernNotice.ADDED,), by=by, at=at)
    open_notices(user=by, object_id=concern.pk, at=at)
    return concern


@transaction.atomic
def _acknowledge(concern: Concern, *, by: User, at: datetime) -> Concern:
    try:
        with transaction.atomic():
            concern = concern_life.perform("acknowledge", concern, by=by, at=at)
    except OutOfTurn:
        # Two leads opened it in the same moment: the other one's acknowledgement stands.
        return Concern.objects.get(pk=concern.pk)
    settle_call(concern, by=by, at=at)
    tell_reporter(concern, by=by, at=at)
    return concern


def settle_call(concern: Concern, *, by: User, at: datetime) -> None:
    """It has been read: nobody else is needed now, and their inboxes say so."""
    settle_notices(object_id=concern.pk, kinds=(ConcernNotice.CALL, ConcernNotice.UNREAD), by=by, at=at)


def settle_decided(concern: Concern, *, by: User, at: datetime) -> None:
    """It has been decided or closed: no other lead has to read it for that, nor who was to read it for somebody else.

    Who is told by a rule of the school, to know and not to decide, keeps what they were told.
    """
    kinds = (ConcernNotice.NEW_CONCERN, ConcernNotice.ADDED, ConcernNotice.REOPENED)
    _settle_of_leads(concern, kinds, by=by, at=at)
    settle_notices(object_id=concern.pk, kinds=(ConcernNotice.STAND_IN,), by=by, at=at)


def _settle_of_leads(concern: Concern, kinds: Sequence[ConcernNotice], *, by: User, at: datetime) -> None:
    """In the inboxes of those who decide, but for who has asked and reads the answer themselves."""
    leads = people_with(Capability.DECIDE_CONCERNS, concern.school_id, timezone.localdate(at))
    asked = Question.objects.filter(concern=concern, answered_at__isnull=False).exclude(asked_by=by)
    but = set(asked.values_list("asked_by", flat=True))
    settle_notices(object_id=concern.pk, kinds=kinds, by=by, at=at, among=leads, but=but)
