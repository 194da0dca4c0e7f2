"""What becomes of words that arrive for a form that has been sent already, as from a second window?

An addition, not sent.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children import mentions
from children.services.picking import Pickable
from safeguarding.accounts.models import User
from safeguarding.audit.context import as_author, door
from safeguarding.concerns.models import Account, Amendment, Draft
from safeguarding.concerns.services.draft_limits import SIGNED_IN, Use, ensure_key_writes
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.form_tokens import goes_on_as
from safeguarding.concerns.services.looking_over import look_over
from safeguarding.keys import entry_token


@transaction.atomic
@as_author
@door("reporting")
def keep_as_addition(
    *,
    token: UUID,
    author_id: UUID,
    words: Sequence[tuple[str, str]],
    page: str = "",
    use: Use = SIGNED_IN,
    at: datetime | None = None,
) -> Draft | None:
    """Keep what the sent form with this token does not say, as a draft of something to add to its account.

    `words` are the texts typed: a label (empty for the account itself) and the text. Those that stand in the account
    already, or in what was added to it, are left out: a save that comes late says nothing new. Returns None when none
    is left, or when no account of this author was sent with the token.
    """
    # First: a key that writes no more would be told whether a text stands in the account.
    ensure_key_writes(author_id, use, last_used=None, at=at or timezone.now())
    account = _sent(token, author_id)
    if account is None:
        return None
    said, pickable = _said(account), _pickable_for(author_id, account.school_id)
    new = [f"{label}: {text}" if label else text for label, text in words if not _stands(text, said, pickable)]
    if not new:
        return None
    return save_draft(
        token=_spare(token, page),
        school_id=account.school_id,
        content={"text": ["\n\n".join(new)]},
        author_id=author_id,
        about=account.concern_id,
        page=page,
        use=use,
        at=at,
    )


@as_author
@door("reporting")
def sent_account(*, token: UUID, author_id: UUID) -> UUID | None:
    """The concern to whose account a form with this token belongs that has been sent; None for one that was not."""
    account = _sent(token, author_id)
    return account.concern_id if account else None


def _sent(token: UUID, author_id: UUID) -> Account | None:
    mine = Account.objects.filter(author=author_id)
    first = mine.filter(concern__token=goes_on_as(token), concern__finished_at__isnull=False).first()
    return first or mine.filter(amendments__token=token).first()


def _said(account: Account) -> list[str]:
    texts = [getattr(account, field) for field in Account.PersonalData.narrative]
    texts += [amendment.text for amendment in account.amendments.all()]
    texts += [mark.note for mark in account.marks.all()]
    texts += [named.description for named in account.concern.children.filter(added_by=account.author_id)]
    return [_even(text) for text in texts]


def _pickable_for(author_id: UUID, school_id: UUID) -> Pickable:
    return Pickable(User.objects.get(pk=author_id), school_id, timezone.localdate())


def _stands(text: str, said: Sequence[str], pickable: Pickable) -> bool:
    """Whether a text stands there as it was typed, or with whom an @ in it means."""
    if any(_even(text) in one for one in said):
        return True
    if "@" not in text:
        return False
    meant = _even(look_over(text, pickable, linked=()).stored)
    return any(meant in one for one in said)


def _even(text: str) -> str:
    """A browser sends its lines in one way and its script in another."""
    return " ".join(mentions.bare(text).split())


def _spare(token: UUID, page: str) -> UUID:
    """The token of the addition that is being typed on this page of a form that was sent."""
    spare = entry_token(token, "added", page)
    while Amendment.objects.filter(token=spare).exists():
        spare = entry_token(spare, "added", page)
    return spare
