"""How is a short secret kept in the database, such as the key of an authenticator app, or in a form that comes back?
Encrypted under this installation's own key.

AES-256-GCM under a key derived from SECRET_KEY (HKDF) for one purpose and one owner, which are bound to the text: what
was kept for one is not read for another, in whichever row it stands. A key that is being replaced stays readable in
SECRET_KEY_FALLBACKS. Narratives are not kept this way: they are sealed fields, under keys of their own.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

_MARK = "v2:"
_NONCE = 12


class Unreadable(Exception):
    """The text was kept under another key, for another purpose or for another owner, or has been changed."""


def conceal(text: str, purpose: str, owner: str) -> str:
    """`text` as it may stand in the database or on a page, for the `owner` whose secret it is."""
    nonce = secrets.token_bytes(_NONCE)
    kept = _cipher(settings.SECRET_KEY, purpose, owner).encrypt(nonce, text.encode(), _bound(purpose, owner))
    return _MARK + base64.urlsafe_b64encode(nonce + kept).decode()


def reveal(kept: str, purpose: str, owner: str) -> str:
    """The text behind `kept`. Raises `Unreadable`."""
    raw = _bytes_of(kept)
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            opened = _cipher(secret, purpose, owner).decrypt(raw[:_NONCE], raw[_NONCE:], _bound(purpose, owner))
        except InvalidTag:
            continue
        return opened.decode()
    raise Unreadable


def _bytes_of(kept: str) -> bytes:
    """Nonce and cipher text. Raises `Unreadable` for anything that `conceal` would not have written letter by letter:
    what may be written in two ways, a comparison of texts takes for two things.
    """
    try:
        raw = base64.b64decode(kept.removeprefix(_MARK), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable from None
    if len(raw) <= _NONCE or kept != _MARK + base64.urlsafe_b64encode(raw).decode():
        raise Unreadable
    return raw


def _bound(purpose: str, owner: str) -> bytes:
    return f"harbour {purpose} of {owner}".encode()


def _cipher(secret: str | bytes, purpose: str, owner: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_bound(purpose, owner)).derive(force_bytes(secret)))
