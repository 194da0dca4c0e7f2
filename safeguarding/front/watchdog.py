"""What ends a web process that hangs? A thread that puts off its end, again and again, for as long as all is well.

The end is `faulthandler`'s: a timer of the C library, which nothing in Python holds up. It writes to the log at which
lines the threads stand, no value, and ends the process; the web server starts another one. It is put off unless a page
has run for `PAGE_SECONDS`, the event loop is silent, or the thread itself does not get its turn, as where a pattern
holds the interpreter. A thread cannot be ended by itself, so all that is on its way through the process is cut off:
reloading sends it again, and what has a token is saved once. Once a page has run too long, others have until the end
to finish, and new ones are answered as busy (`busy.py`).

The thread also ends a process whose web server is gone: nobody would replace it, and it would keep the port.
"""

import faulthandler
import logging
import multiprocessing
import os
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PAGE_SECONDS = 120.0
_EVERY = 5.0
_END_AFTER = 20.0
_HANGS = "A page has run for %d seconds: unless it ends, this process does, and another one starts."


class AtWork:
    """The pages that run in this process, and since when by `clock`. Sending a file is no page."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[object, float] = {}

    @contextmanager
    def page(self) -> Iterator[None]:
        """A page runs as long as this block, in any thread."""
        key = object()
        self._begun[key] = self._clock()
        try:
            yield
        finally:
            del self._begun[key]

    @property
    def one_hangs(self) -> bool:
        """Whether a page has run so long that this process will end."""
        now = self._clock()
        # A copy: pages begin and end in other threads meanwhile.
        return any(now - begun >= PAGE_SECONDS for begun in list(self._begun.values()))


def put_off() -> None:
    """This process ends when so many seconds have passed without another call."""
    faulthandler.dump_traceback_later(_END_AFTER, exit=True)


class Watchdog:
    """Looks after one process: its pages, its event loop, and whether its parent is there."""

    def __init__(
        self,
        at_work: AtWork,
        loop: AbstractEventLoop,
        *,
        put_off: Callable[[], None] = put_off,
        parent: Callable[[], int] = os.getppid,
        end: Callable[[int], None] = os._exit,
    ) -> None:
        self._at_work, self._loop = at_work, loop
        self._put_off, self._parent, self._end = put_off, parent, end
        started_by = multiprocessing.parent_process()
        self._started_by = started_by.pid if started_by else parent()
        self._loop_answered = True
        self._said = False

    def start(self) -> None:
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def look(self) -> None:
        """Look once, and put off the end where all is well."""
        if self._parent() != self._started_by:
            self._end(1)
        hangs = self._at_work.one_hangs
        if hangs and not self._said:
            logging.getLogger("harbour").error(_HANGS, PAGE_SECONDS)
        self._said = hangs
        if self._loop_answered and not hangs:
            self._put_off()
        if self._loop_answered:
            self._loop_answered = False
            # A loop that is closed never answers.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._answer)

    def _run(self) -> None:
        while True:
            self.look()
            time.sleep(_EVERY)

    def _answer(self) -> None:
        self._loop_answered = True
