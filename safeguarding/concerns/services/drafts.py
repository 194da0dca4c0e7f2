"""Keep what somebody has typed and not sent, for as long as it takes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import Notice, School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import tell
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, Draft
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

_LEADS = "Only a safeguarding lead, a deputy or the Headteacher of this school can do this."


@transaction.atomic
def save_draft(
    *, token: UUID, school_id: UUID, content: dict[str, Any], author_id: UUID, at: datetime | None = None
) -> Draft | None:
    """Keep the form as it stands. Returns None when it has been sent meanwhile: there is nothing left to keep.

    Does not ask for a live role: somebody who leaves the school at noon does not lose what was typed at eleven. Raises
    `NotAllowed` when the token is another person's.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(token)])
    concern = Concern.objects.filter(token=token).first()
    if concern is not None and concern.finished_at is not None:
        return None
    draft = Draft.objects.filter(pk=token).first()
    if draft is None:
        draft = Draft(pk=token, school_id=school_id, author_id=author_id, concern=concern)
        record(Verb.DRAFT, object_type="concerns.draft", object_id=token, school_id=school_id)
    if draft.author_id != author_id or (concern is not None and concern.logged_by_id != author_id):
        raise NotAllowed("This form was started by somebody else. Start a new one.")
    draft.content, draft.saved_at = content, at or timezone.now()
    draft.save()
    return draft


@transaction.atomic
def discard_draft(*, draft: Draft, by: User) -> None:
    """Throw one's own draft away, on purpose. A call for a lead keeps its draft: it must be finished.

    Raises `NotAllowed` for anybody but the author, `OutOfTurn` for the draft of a call.
    """
    if draft.author_id != by.pk:
        raise NotAllowed("Only the person who wrote a draft can discard it.")
    if draft.concern_id:
        raise OutOfTurn("A safeguarding lead has been called about this. Finish it, so that it is written down.")
    record(Verb.DISCARD, draft, by=by)
    draft.delete()


def unsent_for_a_day(school: School, *, at: datetime) -> QuerySet[Draft]:
    """Drafts that have not been saved for one school day, oldest first, without their content: who, and since when."""
    calendar, day = SchoolCalendar.of(school), timezone.localdate(at) - timedelta(days=1)
    while not calendar.is_school_day(day) and (timezone.localdate(at) - day).days < 100:
        day -= timedelta(days=1)
    limit = timezone.localtime(at).replace(year=day.year, month=day.month, day=day.day)
    return (
        Draft.objects.filter(school=school, saved_at__lte=limit)
        .defer("content")
        .select_related("author")
        .order_by("saved_at")
    )


@transaction.atomic
def ask_about_draft(*, draft: Draft, by: User, at: datetime | None = None) -> Draft:
    """A lead asks the author to finish: a notice in their inbox. Asking again the same day changes nothing."""
    ensure(by, Capability.DECIDE_CONCERNS, draft.school_id, _LEADS)
    draft.asked_at, draft.asked_by = at or timezone.now(), by
    draft.save(update_fields=["asked_at", "asked_by"])
    record(Verb.ASK, draft, by=by)
    tell(
        people=[draft.author],
        school_id=draft.school_id,
        kind=Notice.Kind.DRAFT,
        object_type="draft",
        object_id=draft.pk,
    )
    return draft


@transaction.atomic
def open_draft(*, draft: Draft, reason: str, by: User, at: datetime | None = None) -> Draft:
    """A lead reads somebody else's unsent draft, with a reason that stays on it; its author is told.

    Raises `BadInput` without a reason, `NotAllowed` for anybody but a lead.
    """
    ensure(by, Capability.DECIDE_CONCERNS, draft.school_id, _LEADS)
    if not reason.strip():
        raise BadInput("Give your reason for opening this draft before its author has sent it.")
    draft.opened_at, draft.opened_by, draft.opened_reason = at or timezone.now(), by, reason.strip()
    draft.save(update_fields=["opened_at", "opened_by", "opened_reason"])
    record(Verb.VIEW, draft, by=by, purpose="unsent draft opened")
    tell(
        people=[draft.author],
        school_id=draft.school_id,
        kind=Notice.Kind.DRAFT,
        object_type="draft",
        object_id=draft.pk,
    )
    return draft
