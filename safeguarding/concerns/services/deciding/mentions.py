"""Say that words of a concern mean another child than the one whom they mention."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Mention
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.mentioned import end, standing_of
from safeguarding.concerns.services.telling import seers
from safeguarding.exceptions import BadInput, OutOfTurn

from .changes import TAKEN_BACK, lock, touch
from .linking import tell_new_readers


@transaction.atomic
def take_off_mention(*, mention: Mention, reason: str, by: User, at: datetime | None = None) -> Mention:
    """The concern leaves that child's tab and chronology, and those from whom it was hidden because of the child see it
    again. The words stay as they were written.

    The same again by the same person changes nothing. Raises `NotAllowed`, `BadInput` without a reason, `OutOfTurn`
    where somebody has taken it off otherwise.
    """
    ensure_decides(by, mention.concern_id, mention.school_id, LEADS)
    if not (reason := reason.strip()):
        raise BadInput("Say why this is another child.")
    at, concern = at or timezone.now(), lock(mention.concern_id)
    now = Mention.objects.get(pk=mention.pk)
    if now.taken_off_at is not None:
        if (now.taken_off_by_id, now.reason) == (by.pk, reason):
            return now
        raise OutOfTurn("This mention counts no longer. Open the concern to see who is mentioned in it.")
    before = set(seers(concern, on=timezone.localdate(at)))
    end(standing_of(concern.pk, now.child_key), reason, by=by, at=at)
    touch(concern)
    record(Verb.LINK, concern, by=by, purpose=TAKEN_BACK)
    tell_new_readers(concern, before, at=at)
    now.refresh_from_db()
    return now
