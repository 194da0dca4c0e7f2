"""How does a body come in? Whole, within the limits of its address, or not at all.

A page runs when all of its body is here. A body that comes more slowly than `LEAST_SPEED`, takes longer or grows larger
than its address allows, or finds no room is let go of at once, and its answer is a page that says so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

from .bodies import Body, Room
from .limits import Limit

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
TOO_SLOW, TOO_LARGE, NO_ROOM = 408, 413, 503
# Seconds in which the rest of a body that found no room may still arrive: browsers read no answer before they have
# sent.
_ON_ITS_WAY = 3.0


class ClientGone(Exception):
    """Its sender has gone before all of it was here."""


class Coming:
    """One body on its way. `refused` is the status with which it is answered; 0 while it is welcome."""

    def __init__(self, limit: Limit, now: float) -> None:
        self.limit = limit
        self.body = Body()
        self.refused = 0
        self.size = 0
        self._begun = now
        self.timer = asyncio.timeout_at(self.until)

    @property
    def until(self) -> float:
        """When it has to be here at the latest, by the clock of the event loop."""
        at_speed = settings.SLOW_AFTER + self.size / settings.LEAST_SPEED
        return self._begun + min(self.limit.seconds, at_speed)


class Collector:
    """The bodies that come in through this process."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._coming: set[Coming] = set()

    async def collect(self, receive: Receive, limit: Limit, announced: int, *, asks_first: bool = False) -> Coming:
        """The body, whole, or with the status that refuses it. Call `done` when nobody needs it any more.

        `announced` is its length by its header, 0 where it has none; `asks_first` that its sender waits for a word
        before the body (`Expect`). Raises `ClientGone`.
        """
        coming = Coming(limit, asyncio.get_running_loop().time())
        if announced > limit.size:
            self._refuse(coming, TOO_LARGE)
            if asks_first:
                return coming
        self._coming.add(coming)
        try:
            async with coming.timer:
                while await self._take(coming, receive):
                    pass
        except TimeoutError:
            self._refuse(coming, coming.refused or TOO_SLOW)
        except BaseException:
            self.done(coming)
            raise
        finally:
            self._coming.discard(coming)
        return coming

    def done(self, coming: Coming) -> None:
        """Nobody needs this body any more: its room is free."""
        self._room.shrink(coming.body.taken)
        coming.body.drop()

    async def _take(self, coming: Coming, receive: Receive) -> bool:
        """Take one piece. Whether there are more to come."""
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        data: bytes = message.get("body", b"")
        coming.size += len(data)
        if not coming.refused:
            if coming.size > coming.limit.size:
                self._refuse(coming, TOO_LARGE)
            elif self._make_room(coming, len(data)):
                coming.body.take(data)
            else:
                self._refuse(coming, NO_ROOM)
        if coming.refused != NO_ROOM:
            coming.timer.reschedule(coming.until)
        return bool(message.get("more_body", False))

    def _make_room(self, coming: Coming, size: int) -> bool:
        """Whether `size` bytes more fit, where need be instead of the largest body that is not here yet.

        So whoever fills the memory with large bodies stops no small form.
        """
        while not self._room.grow(size):
            largest = max(self._coming, key=lambda one: one.body.taken)
            if largest.body.taken <= coming.body.taken + size:
                return False
            self._refuse(largest, NO_ROOM)
        return True

    def _refuse(self, coming: Coming, status: int) -> None:
        coming.refused = status
        self.done(coming)
        if status == NO_ROOM and not coming.timer.expired():
            coming.timer.reschedule(asyncio.get_running_loop().time() + _ON_ITS_WAY)
