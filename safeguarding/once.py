"""What do several parts of one page ask for, and is read only once? The school, its calendar, who takes calls.

Kept for one request that only reads, and for nothing longer: what changes is seen by the next request. Commands, tasks
and requests that write read again each time.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """Within this block the same key is read once."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def on_a_page() -> bool:
    """Whether this is within `one_page`."""
    return _kept.get() is not None


def once(key: Hashable, read: Callable[[], T]) -> T:
    """What `read` returns; within `one_page`, what it returned for this key before. The key begins with whose it is."""
    kept = _kept.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    found: T = kept[key]
    return found
