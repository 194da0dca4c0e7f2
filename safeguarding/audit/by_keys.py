"""How does a page ask the same question again and again, each time of other keys? Django writes it once a process.

    _notes = ByKeys(lambda asked: visible(asked, Note).filter(asked.of("child_id")))
    for note in _notes(request, [child.pk]): …

A page about one child asks some fifteen of them, and Django took as long to write each as the database to answer it.
What is written is the query, with places for whoever asks and for the keys; the answer is never kept. For rows that are
found by their keys, not for lists: what is asked has to be of one shape, whoever asks. So the database need not read
and plan it anew each time either: it keeps what it prepared, a connection at a time (adr/prepared.md).
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import F, Func, QuerySet
from psycopg import sql

from safeguarding.prepared import prepared

from .protection import WHOEVER

R = TypeVar("R")
# A text with places in it, and what stands in them.
Statement = tuple[str, list[Any]]


@dataclass(frozen=True)
class _Keys:
    """Stands for the first, second, … keys while the query is written, as `WHOEVER` does for the person."""

    nth: int
    is_one: bool = False


class _Among(Func):  # type: ignore[misc]
    """Whether a column is one of the keys that are given."""

    output_field = models.BooleanField()  # type: ignore[assignment]

    def __init__(self, column: F, keys: _Keys) -> None:
        super().__init__(column)
        self.keys = keys

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, parameters = compiler.compile(self.get_source_expressions()[0])
        return f"{column} = {'%s::uuid' if self.keys.is_one else 'ANY (%s::uuid[])'}", [*parameters, self.keys]


def array_of(keys: Iterable[UUID | None]) -> str:
    """Keys as PostgreSQL reads an array of them, for `%s::uuid[]`: the driver takes ten times longer to write it."""
    return f"{{{','.join([key.hex if key else 'NULL' for key in keys])}}}"


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

    def of(self, column: str = "pk", nth: int = 0) -> Any:
        """Rows whose `column` is one of the keys: of the first that are given, or of the `nth` after them."""
        return _Among(F(column), _Keys(nth))

    def one(self, column: str, nth: int = 0) -> Any:
        """Rows whose `column` is the one key that is given: a school, of which there are many rows."""
        return _Among(F(column), _Keys(nth, is_one=True))


class ByKeys(Generic[R]):
    """A query with places in it. Called with who asks and with keys, it gives the rows."""

    def __init__(self, written: Callable[[Any], QuerySet[Any, R]]) -> None:
        self._written = written

    def __call__(self, request: Asks, *keys: Collection[UUID]) -> list[R]:
        """The rows of these keys, in one query; no query, and none, for no keys and for somebody who is not active."""
        return self._read(request.user, keys) if getattr(request.user, "is_active", False) else []

    def whoever_asks(self, *keys: Collection[UUID]) -> list[R]:
        """The same where the rule asks nothing about a person: of roles and names, and of what hangs on rows that were
        read for them already.
        """
        return self._read(_Somebody(), keys)

    def _read(self, me: Any, keys: Sequence[Collection[UUID]]) -> list[R]:
        if not any(keys):
            return []
        queryset, compiler, _, _ = self._query
        text, parameters = self._statement(me, keys)
        # Django makes the rows, as of any query: only writing and asking it are left out.
        ready = copy(compiler)
        ready.connection = connection
        ready.execute_sql = lambda *_, **__: [prepared(text, parameters)]
        rows = queryset.all()
        rows.query.get_compiler = lambda *_, **__: ready
        return list(rows)

    def statement(self, request: Asks, *keys: Collection[UUID]) -> Statement:
        """The text and what is asked of it, to be part of another statement."""
        return self._statement(request.user, keys)

    def _statement(self, me: Any, keys: Sequence[Collection[UUID]]) -> Statement:
        _, _, text, places = self._query
        return text, [_given(keys[one.nth], one) if isinstance(one, _Keys) else me.pk for one in places]

    @cached_property
    def _query(self) -> tuple[Any, Any, str, tuple[Any, ...]]:
        queryset: Any = self._written(Asked())
        compiler = queryset.query.get_compiler(using=connection.alias)
        text, values = compiler.as_sql()
        # What is the same each time is part of the text: an index on some rows alone is found by it.
        first, *rest = _PLACE.split(text)
        parts, places = [first], []
        for value, after in zip(values, rest, strict=True):
            if is_place := isinstance(value, _Keys) or value == WHOEVER:
                places.append(value)
            parts += ["%s" if is_place else _literal(value), after]
        return queryset, compiler, "".join(parts), tuple(places)


def _given(keys: Collection[UUID], place: _Keys) -> str:
    if not place.is_one:
        return array_of(keys)
    [key] = keys
    return key.hex


_PLACE = re.compile(r"(?<!%)%s")


def _literal(value: Any) -> str:
    connection.ensure_connection()
    return sql.Literal(value).as_string(connection.connection).replace("%", "%%")
