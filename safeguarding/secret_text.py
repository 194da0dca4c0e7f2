"""How is a short secret kept in the database, such as the key of an authenticator app? Encrypted under this
installation's own.

AES-256-GCM under a key derived from SECRET_KEY (HKDF) for one purpose, which is bound to the text: what was kept for
one purpose is not read for another. A key that is being replaced stays readable in SECRET_KEY_FALLBACKS. Narratives are
not kept this way: they are sealed fields, under keys of their own.
"""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

_MARK = "v1:"
_NONCE = 12


class Unreadable(Exception):
    """The text was kept under another key or for another purpose, or has been changed."""


def conceal(text: str, purpose: str) -> str:
    """`text` as it may stand in the database."""
    nonce = secrets.token_bytes(_NONCE)
    kept = AESGCM(_key(settings.SECRET_KEY, purpose)).encrypt(nonce, text.encode(), purpose.encode())
    return _MARK + base64.urlsafe_b64encode(nonce + kept).decode()


def reveal(kept: str, purpose: str) -> str:
    """The text behind `kept`. Raises `Unreadable`."""
    if not kept.startswith(_MARK):
        raise Unreadable
    raw = base64.urlsafe_b64decode(kept.removeprefix(_MARK))
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(secret, purpose)).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()).decode()
        except InvalidTag:
            continue
    raise Unreadable


def _key(secret: str | bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"harbour {purpose}".encode()).derive(force_bytes(secret))
