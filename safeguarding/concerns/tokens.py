"""How does the server know a form again? By a key that it issued with the empty form, signed for the person who opened it.

The key becomes the concern's `token` (and the draft's key): a double click, the back button and a retry are one concern.
Signed for one person, so that nobody can send, or keep a draft, under a key made up or seen elsewhere. It never expires:
an unsent draft does not either.
"""

from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer

from safeguarding.exceptions import BadInput
from safeguarding.keys import uuid7


def issue(user: Any, token: UUID | None = None) -> str:
    """A new signed key for a form that `user` opens, or the known one of a form that is taken up again."""
    return _signer(user).sign(str(token or uuid7()))


def read(signed: str, user: Any) -> UUID:
    """The key that was issued to `user` as `signed`. Raises `BadInput` for any other text."""
    try:
        return UUID(_signer(user).unsign(signed))
    except (BadSignature, ValueError):
        raise BadInput(
            "This page was opened by somebody else, or only part of it arrived. Go back and open the form again: what "
            "was saved as a draft is kept."
        ) from None


def _signer(user: Any) -> Signer:
    return Signer(salt=f"harbour.form:{user.pk}")
