"""What does a process of its own say of a job, and what if it says nothing?

It is forked from this one: all that is loaded here is loaded there, and nothing that it changes is changed here.
"""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

Tell = Callable[[Any], None]


class Hung(Exception):
    """The child said nothing for longer than it may."""


class Broke(Exception):
    """The job raised, with the traceback as text; or its process died."""


def told_by(job: Callable[[Tell], None], limit: float) -> Iterator[Any]:
    """Yield what `job` tells in a child, as it tells it. It must tell something every `limit` seconds.

    Close every connection before: none may be used on both sides. The child, and what it started in its process group,
    is ended with the last word, and when the caller stops listening. Raises `Hung` or `Broke`.
    """
    listening, telling = Pipe(duplex=False)
    child = os.fork()
    if not child:
        listening.close()
        _be_the_child(job, telling)
    telling.close()
    _lead_a_group(child)
    try:
        yield from _words(listening, limit)
    finally:
        listening.close()
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _words(listening: Connection, limit: float) -> Iterator[Any]:
    while True:
        if not listening.poll(limit):
            raise Hung(f"nothing was said for {limit:g} seconds")
        try:
            kind, said = listening.recv()
        except EOFError:
            raise Broke("the process died") from None
        if kind == "raised":
            raise Broke(said)
        if kind == "ended":
            return
        yield said


def _be_the_child(job: Callable[[Tell], None], telling: Connection) -> None:
    """Do the job and end: no code of the parent's runs after it, no file of the parent's is flushed."""
    try:
        _lead_a_group(0)
        _see_nothing_of_the_terminal()
        job(lambda said: telling.send(("said", said)))
        telling.send(("ended", None))
    except BaseException:
        with suppress(OSError):
            telling.send(("raised", traceback.format_exc()))
    finally:
        os._exit(0)


def _lead_a_group(child: int) -> None:
    # Both do it: whichever runs first, the group is there before it is needed.
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(child, child)


def _see_nothing_of_the_terminal() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
