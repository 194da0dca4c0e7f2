"""Attach files: a lead to a concern, a reporter to their own report, whoever has something to do to that action."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Account, Action, Attachment, Concern
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides, may_decide, may_finish_action
from safeguarding.concerns.services.deciding.changes import lock, touch
from safeguarding.concerns.services.telling import tell_readers
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.uploads.services.keeping import (
    Attached,
    Sealed,
    Seen,
    Upload,
    keep,
    look_into_all,
    seal_all,
    seal_seen,
)

Kept = Attached[Attachment]
_OWNERS = "Only the person who has to do this, or a safeguarding lead, attaches files to it."


@dataclass(frozen=True)
class Chosen:
    """Files that go along with a report, looked into. `problem` says why none of them can be attached now."""

    seen: Seen = field(default_factory=list)
    problem: str = ""


def look_at_chosen(uploads: Sequence[Upload], *, by: User, at: datetime) -> Chosen:
    """Look into what was chosen on the form of a report: before it is sent, since nobody else waits for that.

    Nothing that is wrong with a file holds up a report: it is said afterwards.
    """
    try:
        return Chosen(look_into_all(uploads, by=by, at=at)) if uploads else Chosen()
    except BadInput as refused:
        return Chosen(problem=refused.sentence)


@transaction.atomic
@door("reporting")
def attach_chosen(*, concern: Concern, token: UUID, chosen: Chosen, by: User, at: datetime | None = None) -> Kept:
    """Attach what was chosen on a form to the concern that it has just become, which is locked. Leads are told of the
    concern, and not once more of its files.
    """
    if not chosen.seen:
        return Attached([], [chosen.problem] if chosen.problem else [], is_news=False)
    make = partial(Attachment, concern_id=concern.pk, school_id=concern.school_id, action=None)
    sealed = seal_seen(chosen.seen, make=make, token=token, by=by, at=at or timezone.now())
    found = keep(sealed, by=by)
    if found.is_news:
        record(Verb.ADD, concern, by=by, purpose="files")
    return found


@transaction.atomic
def attach(*, concern: Concern, token: UUID, uploads: Sequence[Upload], by: User, at: datetime | None = None) -> Kept:
    """A lead attaches files. What is not taken is said; the others are kept. The same form again attaches nothing
    twice.

    Raises `NotAllowed` for somebody who does not decide, `BadInput` where nothing can be attached now.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    at = at or timezone.now()
    sealed = _sealed(concern.pk, concern.school_id, uploads, token=token, by=by, at=at)
    return _added(lock(concern.pk), sealed, by=by)


@transaction.atomic
@door("acting")
def attach_to_action(
    *, action: Action, token: UUID, uploads: Sequence[Upload], by: User, at: datetime | None = None
) -> Kept:
    """The same by whoever has to do something, or a lead: what shows that it was done, or what is needed for it.

    Whoever has to do it sees the files of it, and no other file of the concern.
    """
    if not may_finish_action(by, action):
        raise NotAllowed(_OWNERS)
    at = at or timezone.now()
    sealed = _sealed(action.concern_id, action.school_id, uploads, token=token, by=by, at=at, action=action)
    # That took its time: somebody else may have it now, or it is done.
    concern = Concern.objects.select_for_update().filter(pk=action.concern_id).first()
    now = Action.objects.filter(pk=action.pk).first()
    if concern is None or now is None or not may_finish_action(by, now):
        raise NotAllowed(_OWNERS)
    if now.status != Action.Status.TO_DO:
        raise OutOfTurn("This is not to be done any more. Attach the file to the concern, or tell a safeguarding lead.")
    found = _added(concern, sealed, by=by)
    if found.is_news and not may_decide(by, now):
        tell_readers(concern, ConcernNotice.ADDED, by=by, at=at)
    return found


@transaction.atomic
@door("reporting")
def attach_to_report(
    *, account: Account, token: UUID, uploads: Sequence[Upload], by: User, at: datetime | None = None
) -> Kept:
    """The same by who wrote the report; the leads are told that something was added."""
    if account.author_id != by.pk:
        raise NotAllowed("Only the person who wrote a report attaches files to it. Log a concern of your own instead.")
    at = at or timezone.now()
    sealed = _sealed(account.concern_id, account.school_id, uploads, token=token, by=by, at=at)
    concern = Concern.objects.select_for_update().get(pk=account.concern_id)
    if concern.finished_at is None:
        raise OutOfTurn("You have not finished this report yet. Finish it first, then attach files.")
    found = keep(sealed, by=by)
    if found.is_news:
        concern.news_at = at
        concern.revision += 1
        concern.save(update_fields=["news_at", "revision"])
        record(Verb.ADD, concern, by=by, purpose="files")
        tell_readers(concern, ConcernNotice.ADDED, by=by, at=at)
    return found


def _sealed(
    concern_id: UUID,
    school_id: UUID,
    uploads: Sequence[Upload],
    *,
    token: UUID,
    by: User,
    at: datetime,
    action: Action | None = None,
) -> Sealed[Attachment]:
    """Looked into and in the store, before the concern is locked: a lead may be at work on it."""
    make = partial(Attachment, concern_id=concern_id, school_id=school_id, action=action)
    return seal_all(uploads, make=make, token=token, by=by, at=at)


def _added(concern: Concern, sealed: Sealed[Attachment], *, by: User) -> Kept:
    """Files added to a concern that is locked."""
    found = keep(sealed, by=by)
    if found.is_news:
        touch(concern)
        record(Verb.ADD, concern, by=by, purpose="files")
    return found
