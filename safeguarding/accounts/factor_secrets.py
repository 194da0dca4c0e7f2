"""How is what a second factor is made of kept? Sealed for its person and its kind: a copy opens nowhere else.

The library encrypts and decrypts a bare text (`FactorAdapter`) and does not say whose. The row does. So a new secret
waits outside what is saved until its row takes it, and a text that is read knows the row it was read from (`bind`).
Nothing opens any other text: not one copied from another row, and not one in a list of codes of the library's older
shape (`migrated_codes`).
"""

from typing import Any

from safeguarding.secret_text import Unreadable, conceal, reveal

# Where in `Authenticator.data` the secret of each kind stands. A passkey keeps none here.
_PLACES = {"totp": "secret", "recovery_codes": "seed"}


class _Made(str):
    """A secret that no row has taken yet. As a text it is empty: saved by itself it keeps nothing and opens nothing."""

    secret: str


class _Kept(str):
    """What stands in a row, and for which purpose and owner it was sealed if it belongs there."""

    purpose: str
    owner: str


def made(secret: str) -> str:
    """`secret`, for the row that takes it."""
    text = _Made()
    text.secret = secret
    return text


def opened(kept: str) -> str:
    """The secret behind what stands in a row. Raises `Unreadable`."""
    if not isinstance(kept, _Kept):
        raise Unreadable
    return reveal(kept, kept.purpose, kept.owner)


def bind(instance: Any, **signal: Any) -> None:
    """What an `Authenticator` is made of is sealed for its person and kind, or known as read from it.

    Nothing opens where only some columns of the row were read.
    """
    data, owner, kind = (vars(instance).get(name) for name in ("data", "user_id", "type"))
    place = _PLACES.get(str(kind))
    if isinstance(data, dict) and isinstance(text := data.get(place), str) and owner is not None:
        data[place] = _kept(text, purpose=f"second factor {kind}", owner=str(owner))


def _kept(text: str, *, purpose: str, owner: str) -> str:
    kept = _Kept(conceal(text.secret, purpose, owner) if isinstance(text, _Made) else text)
    kept.purpose, kept.owner = purpose, owner
    return kept
