"""How often does a page ask the database, and what does it ask most?"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections

# Of the transactions around a page, and none of its questions.
_AROUND = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Every statement that is asked inside, of both databases, and how often. It is complete at the end."""
    asked: Counter[str] = Counter()

    def count(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not str(sql).startswith(_AROUND):
            asked[str(sql)] += 1
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(count))
        yield asked


def too_many(asked: Counter[str], most: int | None) -> str:
    """What to say of a page that asks more than `most`: how often, and what it asks more than once; else nothing. None:
    its line does not say how often it may.
    """
    if most is not None and asked.total() <= most:
        return ""
    [(statement, times)] = asked.most_common(1)
    again = f"; {times} times {' '.join(statement.split())[:300]}" if times > 1 else ""
    allowed = "has no `queries`" if most is None else f"has queries: {most}"
    return f"asks the database {asked.total()} times, and its line in docs/policy.yaml {allowed}{again}"
