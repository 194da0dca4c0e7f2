"""How does the server know a form again? By a key that it issued with the empty form, signed with who opened it and
where.

The key becomes the concern's `token` (and the draft's key): a double click, the back button and a retry are one
concern. Signed for one person, so that nobody can send, or keep a draft, under a key made up or seen elsewhere; and
carrying that person, so that what was typed can be kept for its author when the session has ended meanwhile. With its
author's session it never ends, as an unsent draft does not either; by itself it writes for some days
(`services/draft_limits.py`). It names the page for which it was made, so that there are no more drafts than pages that
this server gave out.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from safeguarding.keys import uuid7

_signer = Signer(salt="harbour.form")


@dataclass(frozen=True)
class FormKey:
    """What a key says: the token of the form, who opened it, and at which school (None where that does not matter).

    `page` names the page that carries the key, `issued_at` says when that page was made. Two keys of one form are
    equal.
    """

    token: UUID
    author_id: UUID
    school_id: UUID | None
    page: str = field(default="", compare=False)
    issued_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), compare=False)


def issue(user: Any, token: UUID | None = None, *, school_id: UUID | None = None) -> str:
    """A new signed key for the page of a form that `user` opens, or of a known one that is taken up again."""
    parts = (token or uuid7(), user.pk, school_id or "", uuid7().hex, int(timezone.now().timestamp()))
    return _signer.sign(".".join(str(part) for part in parts))


def whose(signed: str) -> FormKey | None:
    """What the key `signed` says, whoever sends it; None for a text that was not issued here."""
    try:
        token, author_id, school_id, page, issued = _signer.unsign(signed).split(".")
        at = datetime.fromtimestamp(int(issued), UTC)
        return FormKey(UUID(token), UUID(author_id), UUID(school_id) if school_id else None, page, at)
    except (BadSignature, ValueError):
        return None


def is_of_today(key: FormKey) -> bool:
    """Whether the page of the form was made within the last day."""
    return abs(timezone.now() - key.issued_at) < timedelta(days=1)
