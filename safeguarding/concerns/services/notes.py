"""Write a note of a concern, with whom it mentions."""

from datetime import datetime
from uuid import UUID

from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern, ConcernNote
from safeguarding.concerns.services.mentioned import keep_and_hand_on
from safeguarding.keys import uuid7


def write_note(concern: Concern, text: str, *, token: UUID | None = None, by: User, at: datetime) -> ConcernNote:
    """A note in the name of `by`. `token`: that of its form, where it may be sent twice."""
    note = ConcernNote.objects.create(
        concern=concern, school_id=concern.school_id, author=by, token=token or uuid7(), text=text, added_at=at
    )
    keep_and_hand_on(note, concern, by=by, at=at)
    return note
