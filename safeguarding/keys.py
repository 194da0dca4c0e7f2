"""How is a record identified? By a UUIDv7 made in Python, before the INSERT."""

import uuid

from uuid_utils import compat


def uuid7() -> uuid.UUID:
    """A new time-ordered key. Made here, not by the database: an INSERT with RETURNING needs sight of the row."""
    return compat.uuid7()


def token_for(token: uuid.UUID, saved: str | None, words: str) -> uuid.UUID:
    """The token under which to save `words`, where the page with `token` has saved `saved` before (None: nothing yet).

    A double click saves nothing twice. But a page gone back to, and sent with other words, is another entry: saying
    "saved" and keeping the first words only would lose what was typed. The same other words again are the same entry.
    """
    return token if saved in (None, words) else uuid.uuid5(token, words)


def entry_token(token: uuid.UUID, *typed: object) -> uuid.UUID:
    """The same for what is looked up by nothing but its own token: that of its page and of all that was typed there."""
    return uuid.uuid5(token, "\0".join(str(part) for part in typed))


def record_of(key: str) -> uuid.UUID | None:
    """The record that a key typed on a form names, or None."""
    try:
        return uuid.UUID(key)
    except ValueError:
        return None


def number_of(typed: str) -> int | None:
    """The number that an address or a form carries, as far as a row of ours can have it: nine figures. None for
    anything else.
    """
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 9 else None
