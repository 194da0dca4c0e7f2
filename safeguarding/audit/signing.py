"""How does a process sign what it tells the database, so that a statement of SQL cannot say it as well?

The signature (HMAC-SHA256) is over the backend's process number and the beginning of the transaction, which the
database is asked for in that transaction: the value is good for no other. Nothing expires, and no clocks are compared.
The other half is `audit/facts.sql`. There are two keys: that of the web server signs for people, that of the worker for
tasks of the machine too.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# What the signature is over, beside the value. The same text stands in `audit/facts.sql`.
CHALLENGE = (
    "pg_catalog.int4send(pg_catalog.pg_backend_pid()) || pg_catalog.timestamptz_send(pg_catalog.now())"  # 12 bytes
)
_BLOCK = 64


@dataclass(frozen=True)
class Told:
    """What the database is told for a transaction. All empty: nothing, and it shows nothing."""

    person: str = ""
    door: str = ""
    errors: str = ""
    task: str = ""


def signed(told: Told, challenge: bytes, *, signer: str = "") -> str:
    """The value of the setting `app.context`, good for the transaction that gave the challenge. Empty for nothing.

    Raises `ImproperlyConfigured` where this process has no key for it, and `ValueError` for a part that would read as
    two.
    """
    if told == Told():
        return ""
    keys = settings.CONTEXT_KEYS
    signer = signer or ("worker" if told.task or "web" not in keys else "web")
    if signer not in keys:
        raise ImproperlyConfigured(f"This process has no {signer.upper()}_CONTEXT_KEY, and its work needs one.")
    parts = (signer, told.person, told.door, told.errors, told.task)
    if any("|" in part for part in parts):
        raise ValueError("a part of the context has a bar in it")
    value = f"|{'|'.join(parts)}"
    return f"{hmac.digest(_key(keys[signer]), challenge + value.encode(), 'sha256').hex()}{value}"


def padded(written: str) -> tuple[bytes, bytes] | tuple[None, None]:
    """The inner and the outer key as the database keeps them (RFC 2104), which has no HMAC of its own.

    None where there is no key.
    """
    if not written:
        return None, None
    key = _key(written).ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)


def _key(written: str) -> bytes:
    return sha256(written.encode()).digest()
