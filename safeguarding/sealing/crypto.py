"""How is a value sealed, and a key wrapped? AES-256-GCM, bound to its place: moved anywhere else, it does not open.

A sealed value is a byte for the version, the 16 bytes of the record whose key opens it, a random nonce of 12 bytes, and
what AES-GCM makes of the words. Bound to it, and not in it, are the model, the field and the row in which it stands.
"""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_HEAD = len(_VERSION) + 16
_SHORTEST = _HEAD + _NONCE_BYTES + 16


class DoesNotOpen(Exception):
    """This is not what was sealed here, or not with this key."""


def new_key() -> bytes:
    """32 random bytes."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def seal(key: AESGCM, record: bytes, place: str, words: bytes) -> bytes:
    """`words` sealed with the key of a record (its 16 bytes), for one place alone (`model.field:row`)."""
    head, nonce = _VERSION + record, os.urandom(_NONCE_BYTES)
    return head + nonce + key.encrypt(nonce, words, head + place.encode())


def record_in(sealed: bytes) -> bytes:
    """The 16 bytes of the record whose key opens it; none in what was never sealed."""
    return sealed[1:_HEAD] if len(sealed) >= _SHORTEST and sealed[:1] == _VERSION else b""


def open_sealed(key: AESGCM, place: str, sealed: bytes) -> bytes:
    """The words. Raises `DoesNotOpen` where another key, another place or another hand has made this."""
    head, nonce = sealed[:_HEAD], sealed[_HEAD : _HEAD + _NONCE_BYTES]
    try:
        return key.decrypt(nonce, sealed[_HEAD + _NONCE_BYTES :], head + place.encode())
    except InvalidTag:
        raise DoesNotOpen from None


def wrap(outer: bytes, inner: bytes, bound: str) -> bytes:
    """A key encrypted with another, for one use alone: `bound` says whose key it is, and under which."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(outer).encrypt(nonce, inner, bound.encode())


def unwrap(outer: bytes, wrapped: bytes, bound: str) -> bytes:
    """The key.

    Raises `DoesNotOpen` where `outer` is not what it was wrapped with, or it was wrapped for another use.
    """
    try:
        return AESGCM(outer).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], bound.encode())
    except (InvalidTag, ValueError):
        raise DoesNotOpen from None


def derive(key: bytes, use: bytes) -> bytes:
    """Another key for one use, from which the first does not follow."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=use).derive(key)


def of_subject(subject: UUID, epoch: int) -> str:
    """What the key of a child, an adult or a school is bound to."""
    return f"subject:{subject}:epoch:{epoch}"


def of_record(record: UUID, subject: UUID) -> str:
    """What the key of a record is bound to, where it is wrapped for one of its subjects."""
    return f"record:{record}:subject:{subject}"
