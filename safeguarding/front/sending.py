"""How is an answer sent to somebody who reads slowly? Piece by piece as they read, and no longer than `LEAST_SPEED`
allows.

A piece is asked for when the one before it is on its way, so an answer is never in memory whole. The time that a store
of files takes to hand a piece over does not count against its reader.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from .collecting import Receive

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
PIECE = 64 * 1024


async def send_slowly(
    pieces: AsyncIterator[bytes], client: tuple[str, str | int], receive: Receive, send: Send
) -> None:
    """Send these pieces, and the end.

    A reader below the least speed has the connection shut; who has gone is sent no more.
    """
    loop = asyncio.get_running_loop()
    gone = loop.create_task(_gone(receive))
    sent, waited = 0, 0.0
    try:
        async for piece in pieces:
            if gone.done():
                return
            begun = loop.time()
            async with asyncio.timeout(settings.SLOW_AFTER + sent / settings.LEAST_SPEED - waited):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            waited += loop.time() - begun
            sent += len(piece)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        # Granian would keep the connection for as long as its reader likes.
        await asyncio.to_thread(shut, client)
    finally:
        gone.cancel()


async def _gone(receive: Receive) -> None:
    """Return when the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def shut(client: tuple[str, str | int]) -> bool:
    """Shut the connection of this process to the address and port of `client`. Whether it was there.

    ASGI has no word for it, so it is found among the open files of the process.
    """
    there = client[0], int(client[1])
    for number in [int(file.name) for file in Path("/dev/fd").iterdir()]:
        with suppress(OSError), _duplicate(number) as connection:
            if connection.getpeername()[:2] == there:
                connection.shutdown(socket.SHUT_RDWR)
                return True
    return False


def _duplicate(number: int) -> socket.socket:
    """The open file as a socket of its own, which is closed without closing that of the server.

    Raises `OSError` for no socket.
    """
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
