"""How is something long sealed, such as a file or a backup? In chunks, each bound to its place, the last one marked as
the last.

After a salt come chunks of 64 KiB, each encrypted with AES-256-GCM. The nonce is the number of the chunk and whether it
is the last, so that none can be left out, put in, moved or cut off without its being noticed. The key is derived for
this one stream.
"""

import os
from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .crypto import KEY_BYTES, DoesNotOpen

CHUNK = 64 * 1024
_TAG = 16
_SALT = 32


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    def write(self, content: bytes, /) -> object: ...


def seal_stream(key: bytes, bound: bytes, source: Source, sink: Sink) -> int:
    """Seal everything from `source` for one use (`bound`).

    Returns how many bytes there were. Holds one chunk in memory.
    """
    salt = os.urandom(_SALT)
    cipher = _cipher(key, salt, bound)
    sink.write(salt)
    total, number, chunk = 0, 0, _whole(source, CHUNK)
    while True:
        following = _whole(source, CHUNK)
        sink.write(cipher.encrypt(_nonce(number, last=not following), chunk, bound))
        total += len(chunk)
        if not following:
            return total
        number, chunk = number + 1, following


def open_stream(key: bytes, bound: bytes, source: Source) -> Iterator[bytes]:
    """The content, chunk by chunk. Raises `DoesNotOpen` for another key or use, and where anything was changed or cut
    off.

    What has come before the error is as it was written; that it is all, only the end says.
    """
    salt = _whole(source, _SALT)
    cipher = _cipher(key, salt, bound)
    number, chunk = 0, _whole(source, CHUNK + _TAG)
    while True:
        following = _whole(source, CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, bound)
        except (InvalidTag, ValueError):
            raise DoesNotOpen from None
        if not following:
            return
        number, chunk = number + 1, following


def _cipher(key: bytes, salt: bytes, bound: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=salt, info=b"harbour stream " + bound).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _whole(source: Source, size: int) -> bytes:
    """So many bytes, fewer only at the end: a pipe gives what it has."""
    parts, left = [], size
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
