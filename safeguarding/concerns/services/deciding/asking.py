"""Ask whoever logged a concern. They see the question and their own account, and answer with a dated addition."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live
from safeguarding.accounts.services import LEADS, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.models import Account, Concern, Question
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token

from .changes import ASKED, lock, touch


def cannot_ask(concern: Concern, *, by: User, at: datetime) -> str:
    """Why the reporter cannot be asked, as a sentence; empty where they can. One query, two where they can."""
    reporter = concern.logged_by
    name = reporter.full_name
    if reporter.pk == by.pk:
        return "You logged this yourself. Add what you remember in My reports."
    if concern.finished_at is None:
        return f"{name} is still writing this account. Ask when it is finished."
    here = RoleAssignment.objects.filter(live(timezone.localdate(at)), user=reporter, school=concern.school_id)
    if not (reporter.is_active and here.exists()):
        return (
            f"{name} does not work here any more and cannot be asked in Harbour. Note what you find out in another way."
        )
    # By keys: given the concern itself, this row of no table would become its account.
    words = Account(concern_id=concern.pk, school_id=concern.school_id, author_id=reporter.pk)
    if not who_sees(words, [reporter.pk]):
        return f"{name} may not see this concern any more, and cannot be asked about it."
    return ""


@transaction.atomic
def ask_reporter(*, concern: Concern, token: UUID, text: str, by: User, at: datetime | None = None) -> Question:
    """A question to whoever logged the concern; they are told that there is one. The same token and words return it.

    Raises `BadInput` without words, `OutOfTurn` where the reporter cannot be asked.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    at, text = at or timezone.now(), text.strip()
    if not text:
        raise BadInput("Write what you ask.")
    concern, key = lock(concern.pk), entry_token(token, text)
    if there := Question.objects.filter(token=key, asked_by=by).first():
        return there
    if problem := cannot_ask(concern, by=by, at=at):
        raise OutOfTurn(problem)
    question = Question.objects.create(
        concern=concern,
        school_id=concern.school_id,
        token=key,
        text=text,
        reporter=concern.logged_by,
        asked_at=at,
        asked_by=by,
    )
    touch(concern)
    record(Verb.ASK, concern, by=by, purpose=ASKED)
    tell(
        people=[concern.logged_by],
        school_id=concern.school_id,
        kind=ConcernNotice.ASKED,
        object_type="report",
        object_id=concern.pk,
        at=at,
    )
    return question
