"""A lead has a concern before them: on the screen or on paper."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import open_notices, settle_notices
from safeguarding.concerns.lifecycles import concern_life
from safeguarding.concerns.models import Concern
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
