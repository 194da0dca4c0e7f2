"""Which tasks of the worker may take long? One of them at a time, so that one of its two processes is always free for
calls, mail and seals.

What a task finds taken it leaves where it is: a row that waits, or a day's work that is still due. The next beat takes
it up.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from celery import shared_task

from safeguarding.locks import one_at_a_time

P = ParamSpec("P")
R = TypeVar("R")
# Tasks of the same minute that find nothing to do hold it for a moment: no other is left for the next minute by that.
MOMENT = "500ms"


def long_work() -> AbstractContextManager[bool]:
    """Whether nothing else that takes long is at work, in whatever process."""
    return one_at_a_time("long work", wait=MOMENT)


def long_task(*, minutes: int, because: str) -> Callable[[Callable[P, R]], Any]:
    """A task of Celery's that may take so many minutes, with the reason for whoever reads the code.

    It gives what the function gives; None where other long work was being done.
    """

    def declare(work: Callable[P, R]) -> Any:
        @wraps(work)
        def alone(*given: P.args, **named: P.kwargs) -> R | None:
            with long_work() as is_free:
                return work(*given, **named) if is_free else None

        return shared_task(alone, time_limit=minutes * 60)

    return declare
