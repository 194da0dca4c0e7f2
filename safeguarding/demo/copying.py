"""How do a million rows reach their tables?

By COPY, a few thousand at a time, with every narrative sealed on its way.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models

from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    BodyMapMark,
    Closing,
    Concern,
    ConcernChild,
    ConcernNote,
    Decision,
)
from safeguarding.sealing.services.keeping import make
from safeguarding.sealing.services.rows import seal_value, sealed_fields
from safeguarding.sealing.subjects import Subject, key_column, kind_of

Values = tuple[Any, ...]
# Which fields `history` gives, in this order; every other is the model's default for text, else null.
COLUMNS: dict[type[models.Model], tuple[str, ...]] = {
    Concern: (
        "id",
        "school_id",
        "token",
        "year",
        "number",
        "status",
        "how_soon",
        "category_id",
        "subcategory_id",
        "title",
        "logged_at",
        "logged_by_id",
        "finished_at",
        "acknowledged_at",
        "acknowledged_by_id",
        "level",
        "decided_at",
        "decided_by_id",
        "review_on",
        "receipt",
        "closed_at",
        "closed_by_id",
        "outcome",
        "closing_reason",
        "revision",
    ),
    Account: (
        "id",
        "concern_id",
        "school_id",
        "author_id",
        "observed_on",
        "observed_at",
        "place",
        "how_known",
        "facts",
        "child_words",
        "presentation",
        "done_at_once",
        "told",
        "recorded_at",
    ),
    ConcernChild: ("id", "concern_id", "school_id", "child_id", "role", "added_at", "added_by_id"),
    BodyMapMark: ("id", "account_id", "concern_id", "school_id", "author_id", "region", "note"),
    Amendment: ("id", "account_id", "concern_id", "school_id", "author_id", "token", "text", "reason", "added_at"),
    Decision: (
        "id",
        "concern_id",
        "school_id",
        "token",
        "level",
        "kind",
        "rationale",
        "parents_told",
        "decided_at",
        "decided_by_id",
    ),
    Closing: ("id", "concern_id", "school_id", "outcome", "reason", "receipt", "closed_at", "closed_by_id"),
    Action: (
        "id",
        "concern_id",
        "reference",
        "school_id",
        "token",
        "text",
        "owner_id",
        "due_on",
        "status",
        "created_at",
        "created_by_id",
        "ended_at",
        "ended_by_id",
        "result",
    ),
    ConcernNote: ("id", "concern_id", "school_id", "author_id", "token", "text", "added_at"),
}


class _Table:
    """The COPY of one model: its statement, what is added to each row, and which values are sealed."""

    def __init__(self, model: type[models.Model], given: Sequence[str]) -> None:
        fields = {f.attname: f for f in model._meta.concrete_fields}
        rest = [f for name, f in fields.items() if name not in given and not f.null]
        columns = ", ".join(f'"{fields[name].column}"' for name in (*given, *(f.attname for f in rest)))
        self.statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
        self.rest: Values = tuple(f.get_prep_value(f.get_default()) for f in rest)
        self.seals = [(given.index(f.attname), f) for f in sealed_fields(model) if f.attname in given]
        self.record, self.row_key = given.index(key_column(model)), given.index("id")

    def row(self, values: Values) -> Values:
        sealed = list(values)
        for n, field in self.seals:
            sealed[n] = seal_value(field, UUID(values[self.record]), values[self.row_key], sealed[n])
        return (*sealed, *self.rest)


class Copies:
    """Rows that wait for the next COPY of their table."""

    def __init__(self) -> None:
        self._tables = {model: _Table(model, given) for model, given in COLUMNS.items()}
        self._waiting: dict[type[models.Model], list[Values]] = defaultdict(list)

    def add(self, rows: Sequence[tuple[type[models.Model], Values]]) -> None:
        """Keep rows, each with its model and the values of `COLUMNS`, until `write`.

        A concern comes with all of its rows.
        """
        for model, values in rows:
            self._waiting[model].append(values)

    def write(self) -> None:
        """Give each concern its key, then put every waiting row into its table, parents first."""
        named: dict[UUID, set[Subject]] = defaultdict(set)
        for values in self._waiting[ConcernChild]:
            of = dict(zip(COLUMNS[ConcernChild], values, strict=True))
            named[UUID(of["concern_id"])].add(Subject.child(UUID(of["child_id"])))
        make(kind_of(Concern), named)
        with connection.cursor() as cursor:
            for model, table in self._tables.items():
                with cursor.copy(table.statement) as copy:
                    for values in self._waiting.pop(model, ()):
                        copy.write_row(table.row(values))
