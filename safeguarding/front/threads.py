"""Which page runs next, in which of the few threads? Each in its turn, but one session holds half of them at most.

Six forms of one person that wait for the same lock then stop nobody else. What waits for a thread too long is not run:
its sender is told that Harbour is busy (`busy.py`).
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.http import parse_cookie

T = TypeVar("T")
# Seconds that a request waits for a thread: what it is told instead is there within ten.
LONGEST_WAIT = 8.0


class NoThread(Exception):
    """Every thread was at work for as long as a request waits."""


class Threads(Generic[T]):
    """`number` threads. All that is asked of it is asked from one event loop."""

    def __init__(self, number: int) -> None:
        self._pool = ThreadPoolExecutor(number, "page")
        self._free = number
        self._most = max(1, number // 2)
        self._at_work: Counter[str] = Counter()
        self._waiting: deque[tuple[str, asyncio.Future[None]]] = deque()

    async def run(self, session: str, work: Callable[[], T]) -> T:
        """What `work` gives, in one of the threads. `session` is "" for who has none: each of those is by itself.

        Raises `NoThread`.
        """
        # Where a thread is free, whoever waits may not begin yet: nobody is overtaken.
        if self._may_begin(session):
            self._begin(session)
        else:
            await self._turn(session)
        done = self._pool.submit(work)
        # When the thread is free, also where nobody waits for its answer any more.
        done.add_done_callback(partial(self._done, asyncio.get_running_loop(), session))
        return await asyncio.wrap_future(done)

    async def _turn(self, session: str) -> None:
        """Return when a thread is kept for this session. Raises `NoThread`."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((session, turn))
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await asyncio.shield(turn)
        except BaseException as error:
            if turn.done():
                # It came in the same moment.
                self._end(session)
            else:
                self._waiting.remove((session, turn))
            if isinstance(error, TimeoutError):
                raise NoThread from None
            raise

    def _may_begin(self, session: str) -> bool:
        return self._free > 0 and (not session or self._at_work[session] < self._most)

    def _begin(self, session: str) -> None:
        self._free -= 1
        self._at_work[session] += 1

    def _done(self, loop: asyncio.AbstractEventLoop, session: str, done: Future[Any]) -> None:
        """In the thread of the page. A loop that is closed serves nobody any more."""
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._end, session)

    def _end(self, session: str) -> None:
        self._free += 1
        self._at_work[session] -= 1
        if not self._at_work[session]:
            del self._at_work[session]
        self._next()

    def _next(self) -> None:
        """Let those begin that may, the first first."""
        while (first := next((one for one in self._waiting if self._may_begin(one[0])), None)) is not None:
            self._waiting.remove(first)
            self._begin(first[0])
            first[1].set_result(None)


def session_of(headers: Mapping[str, str]) -> str:
    """The session that a request says it belongs to, as a digest: nothing of a cookie is kept. "" without one.

    By its key alone: a cookie is signed again each time it is set, and those before it are good as well.
    """
    cookie = parse_cookie(headers.get("HTTP_COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
    return sha256(cookie.partition(":")[0].encode()).hexdigest() if cookie else ""
