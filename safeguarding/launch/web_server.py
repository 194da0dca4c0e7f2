"""Granian as Harbour starts it: one process for each core, each replaced when it ends.

    python -m safeguarding.launch.web_server HOST PORT PROCESSES MEGABYTES APPLICATION

Granian ends all of web where one process ends twice within six seconds. One that hangs is ended by its own watchdog
(`front/watchdog.py`), and a machine that is short of memory ends those that took its place: the others go on
answering. Only processes that end young, five within a minute, are a sign that none can start.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.errors import FatalError
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger
from granian.server import MPServer

from .too_often import TooOften

# Seconds. A watchdog ends no process that is younger.
_YOUNG = 15.0


class WebServer(MPServer):
    """Granian's server with Harbour's own rule for when to give up."""

    def __init__(self, *given: Any, clock: Callable[[], float] = time.monotonic, **named: Any) -> None:
        super().__init__(*given, **named)
        self._clock = clock
        self._ended_young = TooOften()

    def _respawn_workers(self, workers: Sequence[int], *given: Any, **named: Any) -> None:
        now = self._clock()
        young = [number for number in workers if now - self.wrks[number].birth < _YOUNG]
        # Each is counted: no `any`, which stops at the first.
        if True in [self._ended_young.ended(now) for _ in young]:
            logger.error("Web processes end as soon as they are started.")
            self.shutdown(1)
        super()._respawn_workers(workers, *given, **named)
        # By these times granian would take the next end for a crash loop.
        self.respawned_wrks.clear()


def serve(host: str, port: int, workers: int, most_mb: int, application: str) -> None:
    """Serve until a signal says stop. Ends the process with 1 where it cannot.

    It reads HTTP/1.1 alone, which is what proxies speak to it, and logs no addresses. A connection costs it a few
    kilobytes; `front/` says how long one may take. A process that stays above `most_mb` for three minutes is replaced.
    Whoever stops has five seconds for what is on its way.
    """
    server = WebServer(
        application,
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=4096,
        backpressure=16384,
        http1_settings=HTTP1Settings(header_read_timeout=30_000, max_buffer_size=131_072),
        workers_max_rss=most_mb,
        rss_samples=3,
        rss_sample_interval=60,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
        log_level=LogLevels.error,
    )
    try:
        server.serve()
    except FatalError:
        sys.exit(1)


if __name__ == "__main__":
    host, port, workers, most_mb, application = sys.argv[1:]
    serve(host, int(port), int(workers), int(most_mb), application)
