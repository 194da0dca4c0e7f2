"""How is a setting read from the environment? Typed, from a file where it is a secret, and with a sentence where it is missing."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def given(*names: str) -> bool:
    """Whether one of the variables has a value, or a file to read it from."""
    return any(os.environ.get(name) or os.environ.get(f"{name}_FILE") for name in names)


def secret(name: str, default: str | None = None) -> str:
    """The value of `name`, or the contents of the file that `name_FILE` points to (container secrets).

    Raises `ImproperlyConfigured` with what to do when neither is set and there is no default, or the file cannot be read.
    """
    if path := env.str(f"{name}_FILE", default=""):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE is {path}, which cannot be read: {error.strerror}.") from None
    value = os.environ.get(name) or default
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


def database_url(written: str) -> dict[str, Any]:
    """The parts of `postgres://ROLE:PASSWORD@HOST/NAME`, for the backend that remembers what a transaction was told. Raises `ValueError`."""
    return dict(env.db_url_config(written, engine="safeguarding.transactions"))


def keys_of(role: str, **written: str) -> dict[str, str]:
    """Of the keys of the roles, by the role that signs with each, those that a process of `role` may hold: its own, or as owner all.

    Raises `ImproperlyConfigured` for one that could be guessed, which never shows it.
    """
    for signer, key in written.items():
        if key and len(key) < 32:
            raise ImproperlyConfigured(
                f"{signer.upper()}_CONTEXT_KEY is too short: give it at least 32 random characters."
            )
    return {signer: key for signer, key in written.items() if key and role in (signer, "owner")}


def bucket(written: str) -> dict[str, str]:
    """The parts of `s3://BUCKET/PREFIX?endpoint=…&region=…`, all but the bucket optional. Empty for nothing. Raises `ValueError`."""
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
