"""How does a page ask the same question again and again, each time of other keys? Django writes it once a process.

    _notes = ByKeys(lambda asked: visible(asked, Note).filter(asked.of("child_id")))
    for note in _notes(request, [child.pk]): …

A page about one child asks some fifteen of them, and Django took as long to write each as the database to answer it. What is
written is the query, with places for whoever asks and for the keys; the answer is never kept. For rows that are found by
their keys, not for lists: what is asked has to be of one shape, whoever asks.
"""

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import F, Func, QuerySet

from .protection import WHOEVER

R = TypeVar("R")
# Stands for the keys while the query is written, as `WHOEVER` does for the person.
_KEYS: list[UUID] = []


class _Among(Func):  # type: ignore[misc]
    """Whether a column is one of the keys that are given."""

    output_field = models.BooleanField()  # type: ignore[assignment]

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, parameters = compiler.compile(self.get_source_expressions()[0])
        return f"{column} = ANY (%s)", [*parameters, _KEYS]


class Asks(Protocol):
    """A request, or what stands for one (`by_keys.py`)."""

    @property
    def user(self) -> Any: ...


@dataclass(frozen=True)
class _Somebody:
    pk: UUID = WHOEVER
    is_active: bool = True


class Asked:
    """Stands for a request while a query is written: whoever asks, and the keys."""

    user = _Somebody()

    def of(self, column: str = "pk") -> Any:
        """Rows whose `column` is one of the keys."""
        return _Among(F(column))


class ByKeys(Generic[R]):
    """A query with places in it. Called with who asks and with keys, it gives the rows."""

    def __init__(self, written: Callable[[Any], QuerySet[Any, R]]) -> None:
        self._written = written

    def __call__(self, request: Asks, keys: Collection[UUID]) -> list[R]:
        """The rows of these keys, in one query; no query, and none, for no keys and for somebody who is not active."""
        me = request.user
        if not keys or not getattr(me, "is_active", False):
            return []
        queryset, compiler, text, places = self._query
        given = list(keys)
        parameters = tuple(given if one is _KEYS else me.pk if one == WHOEVER else one for one in places)
        # Django makes the rows, as of any query: only writing the text is left out.
        ready = copy(compiler)
        ready.connection = connection
        ready.as_sql = lambda *_, **__: (text, parameters)
        rows = queryset.all()
        rows.query.get_compiler = lambda *_, **__: ready
        return list(rows)

    @cached_property
    def _query(self) -> tuple[Any, Any, str, tuple[Any, ...]]:
        queryset: Any = self._written(Asked())
        compiler = queryset.query.get_compiler(using=connection.alias)
        text, places = compiler.as_sql()
        return queryset, compiler, text, tuple(places)
