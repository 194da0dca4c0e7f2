"""Decide what each child's file says of a concern that is about others too. A later word adds to an earlier one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import ConcernChild, FileStory
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token

from .changes import ensure_unchanged, lock, touch

Says = ConcernChild.Says


@transaction.atomic
def say_in_file(
    *, named: ConcernChild, seen: int, token: UUID, says: str, story: str, by: User, at: datetime | None = None
) -> ConcernChild:
    """What this child's file says from now on: one line, a story of its own, or the whole concern.

    The same token and words again change nothing. Raises `BadInput` for a story without words, `OutOfTurn` where no
    record is linked, `ChangedSince` when somebody else saved after the page with revision `seen` was shown.
    """
    ensure_decides(by, named.concern_id, named.school_id, LEADS)
    story = story.strip() if says == Says.STORY else ""
    if says not in Says.values:
        raise BadInput("Choose what this child’s file says.")
    if says == Says.STORY and not story:
        raise BadInput("Write the story that this child’s file says.")
    at, concern, key = at or timezone.now(), lock(named.concern_id), entry_token(token, named.pk, says, story)
    named = ConcernChild.objects.select_for_update(of=("self",)).get(pk=named.pk)
    if FileStory.objects.filter(token=key, said_by=by).exists():
        return named
    ensure_unchanged(concern, seen, by)
    if named.child_id is None:
        raise OutOfTurn("No record is linked to this child, so there is no file. Say first who it is.")
    FileStory.objects.create(
        concern=concern,
        school_id=concern.school_id,
        named=named,
        token=key,
        child_key=named.child_id,
        says=says,
        story=story,
        said_at=at,
        said_by=by,
    )
    named.file_says, named.story, named.said_at, named.said_by = says, story, at, by
    named.save(update_fields=["file_says", "story", "said_at", "said_by"])
    touch(concern)
    record(Verb.CHANGE, named, by=by, purpose="what the file says")
    return named
