"""How does the server know a form again? By a key that it issued with the empty form, signed with who opened it and where.

The key becomes the concern's `token` (and the draft's key): a double click, the back button and a retry are one concern.
Signed for one person, so that nobody can send, or keep a draft, under a key made up or seen elsewhere; and carrying that
person, so that what was typed can be kept for its author when the session has ended meanwhile. It never expires: an unsent
draft does not either.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from safeguarding.keys import uuid7

_signer = Signer(salt="harbour.form")


@dataclass(frozen=True)
class FormKey:
    """What a key says: the token of the form, who opened it, and at which school (None where that does not matter)."""

    token: UUID
    author_id: UUID
    school_id: UUID | None


def issue(user: Any, token: UUID | None = None, *, school_id: UUID | None = None) -> str:
    """A new signed key for a form that `user` opens, or the known one of a form that is taken up again."""
    parts = (token or uuid7(), user.pk, school_id or "")
    return _signer.sign(".".join(str(part) for part in parts))


def whose(signed: str) -> FormKey | None:
    """What the key `signed` says, whoever sends it; None for a text that was not issued here."""
    try:
        token, author_id, school_id = _signer.unsign(signed).split(".")
        return FormKey(UUID(token), UUID(author_id), UUID(school_id) if school_id else None)
    except (BadSignature, ValueError):
        return None


def opened_at(key: FormKey) -> datetime:
    """When the form was first opened: the token is a UUIDv7, which begins with its time."""
    return datetime.fromtimestamp((key.token.int >> 80) / 1000, UTC)


def is_of_today(key: FormKey) -> bool:
    """Whether the form was opened within the last day."""
    return abs(timezone.now() - opened_at(key)) < timedelta(days=1)
