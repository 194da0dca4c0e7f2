"""How is a record identified? By a UUIDv7 made in Python, before the INSERT."""

import uuid

from uuid_utils import compat


def uuid7() -> uuid.UUID:
    """A new time-ordered key. Made here, not by the database: an INSERT with RETURNING needs sight of the row."""
    return compat.uuid7()
