"""Values that a test registers, as an app above all others would, and that are gone when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from safeguarding.registers import Register


@contextmanager
def registering(*registers: Register) -> Iterator[None]:
    """What is registered inside is forgotten afterwards."""
    names = [patch.object(register, "_entries", dict(register._entries)) for register in registers]
    for name in names:
        name.start()
    try:
        yield
    finally:
        for name in names:
            name.stop()
