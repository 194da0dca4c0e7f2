"""For which request to correct a child's record is a change made? The app that keeps requests says which are open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from children.models import Child, ChildUpdate
from safeguarding.accounts.models import User


@dataclass(frozen=True)
class Requests:
    """`open_about` gives the open requests about a child that the person handles, each its key and its number.

    `tie` keeps that a change was made for one of them; it raises `OutOfTurn` where that one cannot be found any more.
    """

    open_about: Callable[[Child, User], Sequence[tuple[UUID, str]]]
    tie: Callable[[ChildUpdate, UUID, User, datetime], None]


_kept: list[Requests] = []


def requests_with(requests: Requests) -> None:
    """Let an app above say which requests there are. Called when the apps are ready."""
    _kept.append(requests)


def requests_about(child: Child, *, by: User) -> list[tuple[str, str]]:
    """The open requests to correct this child's record that `by` handles: (key, number)."""
    return [(str(key), number) for kept in _kept for key, number in kept.open_about(child, by)]


def tie(update: ChildUpdate, request: UUID, *, by: User, at: datetime) -> None:
    """A change was made for a request. Raises `OutOfTurn`."""
    for kept in _kept:
        kept.tie(update, request, by, at)
