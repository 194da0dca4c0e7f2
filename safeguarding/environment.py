"""How is a setting read from the environment? Typed, from a file where it is a secret, and with a sentence where it is
missing.

What a process was started with, and what it reads from `.env` and the files of its own servers, are two things: secrets
of a file are kept beside `os.environ`, which every process that is started from there gets.
"""

import os
import re
from collections import ChainMap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# The address of the database of the records for each database role, and of that of the keys, with its own backups.
DATABASE_URLS = {
    "web": "DATABASE_URL",
    "worker": "WORKER_DATABASE_URL",
    "owner": "OWNER_DATABASE_URL",
    "backup": "BACKUP_DATABASE_URL",
    "destroyer": "DESTROYER_DATABASE_URL",
}
KEYS_DATABASE_URLS = {role: name.replace("DATABASE", "KEYS_DATABASE") for role, name in DATABASE_URLS.items()}
# With which a process signs who asks (audit/signing.py). The owner's puts both into the database.
_CONTEXT_KEYS = {"web": "WEB_CONTEXT_KEY", "worker": "WORKER_CONTEXT_KEY"}
_SIGNERS_OF = {"web": ("web",), "worker": ("worker",), "owner": ("web", "worker"), "backup": (), "destroyer": ()}
# What a process of a role is given, and a process of another role is not, unless it is among its own.
SECRETS_OF = {
    role: (DATABASE_URLS[role], KEYS_DATABASE_URLS[role], *(_CONTEXT_KEYS[signer] for signer in _SIGNERS_OF[role]))
    for role in DATABASE_URLS
}
# What processes of several roles are given, and servers of others (PostgreSQL, Redis) are not.
SHARED_SECRETS = (
    "SECRET_KEY",
    "REDIS_URL",
    "EMAIL_URL",
    "FILES_KEY_ID",
    "FILES_SECRET_KEY",
    "MICROSOFT_CLIENT_SECRET",
    "GOOGLE_CLIENT_SECRET",
)
_SECRETS = frozenset(SHARED_SECRETS).union(*SECRETS_OF.values())
# So that nobody waits long, and nobody stops the others: how long a process that works for people may wait for a lock,
# ask one thing, keep a transaction open without asking anything, and keep it open at all. A migration, a backup or the
# vacuum of a table may take what it needs. A task that needs more says why (`locks.take_longer`).
_TIMEOUTS = {
    "web": {
        "lock_timeout": "2s",
        "statement_timeout": "10s",
        "idle_in_transaction_session_timeout": "45s",
        "transaction_timeout": "90s",
    },
    "worker": {
        "lock_timeout": "30s",
        "statement_timeout": "60s",
        "idle_in_transaction_session_timeout": "120s",
        "transaction_timeout": "300s",
    },
}
_NO_TIMEOUTS = dict.fromkeys(_TIMEOUTS["web"], "0")
# Where a lock is seldom held for more than a moment, and what waits for it matters: keys while an epoch is ending.
PATIENT = "8s"


class _Given(ChainMap[str, str]):
    """The environment of this process, and before it the secrets that it has read from files."""

    def __setitem__(self, name: str, value: str) -> None:
        (self.maps[0] if name in _SECRETS else os.environ)[name] = value


class _Env(environ.Env):
    ENVIRON = _Given({}, os.environ)


env = _Env()


def for_role(role: str, environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for a process of a database role: without the secrets of other roles, or their files.

    For "" without any.
    """
    kept = {*SECRETS_OF[role], *SHARED_SECRETS} if role else set()
    return {name: value for name, value in environment.items() if name.removesuffix("_FILE") not in _SECRETS - kept}


def given(*names: str) -> bool:
    """Whether one of the variables has a value, or a file to read it from."""
    return any(env.ENVIRON.get(name) or env.ENVIRON.get(f"{name}_FILE") for name in names)


def read_own(path: Path, names: tuple[str, ...]) -> None:
    """Read the file of a server that this installation starts itself, because none of `names` was given a value."""
    for name in {*names, *_SECRETS}:
        for place in env.ENVIRON.maps:
            if place.get(name) == "":
                del place[name]  # there, but empty: it would stand before what the file says
    env.read_env(path)


def secret(name: str, default: str | None = None) -> str:
    """The value of `name`, or the contents of the file that `name_FILE` points to (container secrets).

    Raises `ImproperlyConfigured` with what to do when neither is set and there is no default, or the file cannot be
    read.
    """
    if path := env.str(f"{name}_FILE", default=""):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE is {path}, which cannot be read: {error.strerror}.") from None
    value = env.ENVIRON.get(name) or default
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Put it in .env (see .env.example) or point {name}_FILE to a file."
        )
    return value


def number(name: str, default: int, *, least: int, most: int) -> int:
    """The whole number `name`. Raises `ImproperlyConfigured` with what it must be."""
    written = env.str(name, default="").strip() or str(default)
    if not (written.isdecimal() and least <= int(written) <= most):
        raise ImproperlyConfigured(f"{name} is {written!r}; it must be a whole number from {least} to {most}.")
    return int(written)


def address(name: str, default: str | None, *, parts: Callable[[str], dict[str, Any]], like: str) -> dict[str, Any]:
    """The `parts` of the address `name`. Raises `ImproperlyConfigured`, which never shows it: it holds a password."""
    written = secret(name, default) or default or ""
    try:
        return parts(written)
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} cannot be understood. It must look like {like}.") from None


def database(name: str, role: str) -> dict[str, Any]:
    """The database at the address `name`, for a process of a role. With nothing configured, that of nobody: commands
    that need none still work.
    """
    timeouts = _TIMEOUTS.get(role, _NO_TIMEOUTS)
    if role == "web" and name in KEYS_DATABASE_URLS.values():
        timeouts = {**timeouts, "lock_timeout": PATIENT}
    options = (
        # Indexes cost little: tables are in memory.
        f"-c timezone=UTC {' '.join(f'-c {what}={most}' for what, most in timeouts.items())} -c random_page_cost=1.1 "
        # Not as the role says, which may change that itself.
        "-c plan_cache_mode=force_generic_plan -c default_transaction_read_only=off"
    )
    like = "postgres://ROLE:PASSWORD@localhost:5432/harbour"
    parts = address(name, "postgres://nobody@127.0.0.1:1/none", parts=env.db_url_config, like=like)
    return {
        **parts,
        # Django's own, which remembers what the open transaction was told.
        "ENGINE": "safeguarding.transactions",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Only what asks to be prepared is (prepared.py), and keeps one plan (docs/adr/prepared.md).
        "OPTIONS": {**parts.get("OPTIONS", {}), "options": options, "prepare_threshold": 5},
    }


def context_keys(role: str) -> dict[str, str]:
    """The keys with which a process of a role signs who asks, by who signs with it.

    Raises `ImproperlyConfigured` for a short one.
    """
    keys = {signer: secret(_CONTEXT_KEYS[signer], "") for signer in _SIGNERS_OF[role]}
    for signer, key in keys.items():
        if key and len(key) < 32:
            raise ImproperlyConfigured(f"{_CONTEXT_KEYS[signer]} is too short: at least 32 random characters.")
    return {signer: key for signer, key in keys.items() if key}


def bucket(written: str) -> dict[str, str]:
    """The parts of `s3://BUCKET/PREFIX?endpoint=…&region=…`, all but the bucket optional.

    Empty for nothing. Raises `ValueError`.
    """
    if not written:
        return {}
    parts = urlsplit(written)
    more = parse_qs(parts.query, strict_parsing=bool(parts.query))
    if parts.scheme != "s3" or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", parts.netloc):
        raise ValueError
    if set(more) - {"endpoint", "region"} or any(len(values) > 1 for values in more.values()):
        raise ValueError
    [endpoint], [region] = more.get("endpoint", [""]), more.get("region", [""])
    at = urlsplit(endpoint)
    if endpoint and (at.scheme not in ("https", "http") or not at.hostname or at.username or at.query):
        raise ValueError
    folder = parts.path.strip("/")
    return {
        "bucket": parts.netloc,
        "prefix": f"{folder}/" if folder else "",
        "endpoint": endpoint.rstrip("/"),
        "region": region,
    }
