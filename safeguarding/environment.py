"""How is a setting read from the environment? Typed, from a file where it is a secret, and with a sentence where it is missing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
