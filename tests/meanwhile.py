"""How does a test let somebody else in between two statements of a service?

With a thread that has its own connection.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections

from tests.waiting import until

T = TypeVar("T")
_people = ThreadPoolExecutor(max_workers=4, thread_name_prefix="meanwhile")


def meanwhile(do: Callable[[], T]) -> "Future[T]":
    """Begins `do` beside the transaction that this thread is in; returns when it has ended, or waits for that
    transaction.

    The caller asks for its result after its own commit. Needs `django_db(transaction=True)`.
    """

    def begun() -> T:
        try:
            return do()
        finally:
            connections.close_all()

    future = _people.submit(begun)
    until(lambda: future.done() or _waits_for_us())
    return future


def _waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
