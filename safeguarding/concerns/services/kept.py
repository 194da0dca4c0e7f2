"""Keep what was typed on a page for signed-in people when its author is signed in no more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.context import as_author, with_errors
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Action, Concern, Duty, KeptText
from safeguarding.concerns.services.draft_limits import SIGNED_IN, Use, ensure_fits, ensure_key_writes
from safeguarding.concerns.services.form_content import Content, size_of
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.keys import entry_token
from safeguarding.records import of_concerns


@transaction.atomic
@as_author
def keep_text(
    *,
    token: UUID,
    author_id: UUID,
    school_id: UUID,
    form: str,
    content: Content,
    concern_id: UUID | None = None,
    action_id: UUID | None = None,
    part_id: UUID | None = None,
    instead_of: UUID | None = None,
    use: Use = SIGNED_IN,
    at: datetime | None = None,
) -> KeptText | None:
    """Keep a form of the page of a concern, of an action, or of another part of a concern: field name to the texts
    typed there.

    `token`, `author_id` and `school_id` are what the page's key says. The same form of the same page takes the place of
    what it was before, and of what was kept as `instead_of`, which stood in the form. Returns None when there is no
    such concern or action at that school. Raises what `draft_limits` raises.
    """
    at = at or timezone.now()
    ensure_key_writes(author_id, use, last_used=None, at=at)
    action = Action.objects.filter(pk=action_id, school_id=school_id).first() if action_id else None
    part = _part(part_id, school_id) if part_id else None
    about = action.concern_id if action else part.concern_id if part else concern_id
    # Whoever has something to do, or a duty, may not see its concern.
    if about is None or not (action or isinstance(part, Duty) or _is_concern(about, school_id)):
        return None
    given = {"school_id": school_id, "concern_id": about, "action": action, "form": form, "content": content}
    given |= {"part": part.pk if part else None, "size": size_of(content)}
    key = entry_token(token, form, author_id)
    if instead_of and KeptText.objects.filter(pk=instead_of, author_id=author_id).exists():
        key = instead_of
    ensure_fits(author_id, but=key, size=size_of(content), is_new=False, at=at)
    kept, _ = KeptText.objects.update_or_create(
        pk=key,
        author_id=author_id,
        defaults=given | {"kept_at": at},
    )
    record(ConcernVerb.DRAFT, object_type="concerns.kepttext", object_id=kept.pk, school_id=school_id)
    return kept


def _is_concern(key: UUID, school_id: UUID) -> bool:
    """One that was entered in error too: what was typed about it meanwhile is its author's."""
    with with_errors(key):
        return Concern.objects.filter(pk=key, school_id=school_id).exists()


def _part(key: UUID, school_id: UUID) -> Any:
    """What belongs to a concern and has a page of its own; None where there is no such row at the school."""
    models = (record.model for record in of_concerns() if record.page)
    found = (model._default_manager.filter(pk=key, school_id=school_id).first() for model in models)
    return next((one for one in found if one is not None), None)


@transaction.atomic
def end_kept_text(*, kept_id: UUID, by: User) -> None:
    """What was kept has been saved in its place, or its author does not want it any more.

    Nobody else's can be ended.
    """
    for kept in KeptText.objects.filter(pk=kept_id, author=by):
        record(Verb.DISCARD, kept, by=by)
        kept.delete()
