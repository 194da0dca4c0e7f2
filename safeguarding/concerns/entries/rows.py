"""Which rows are told as entries? Those of which the index of chronologies said where they stand.

Whoever asks was found to see each of these places, by the rule of the index (`permissions/chronicle.py`), so the
application does not ask the rule of each table again: a page that reads a handful of rows from each of six tables would
ask one question six times. Row security still asks it, of every row.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet

from safeguarding.accounts.titles import with_names
from safeguarding.audit.by_keys import Asked, ByKeys

M = TypeVar("M", bound=Model)


def rows_of(model: type[M], *people: str, beside: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> ByKeys[M]:
    """Rows of a table by their keys, with the names of these people and what is `beside` them; of their columns `only`
    some.
    """

    def written(asked: Asked) -> QuerySet[M]:
        rows = model._default_manager.filter(asked.of())
        if related := (*people, *beside):
            rows = rows.select_related(*related)
        return rows.only(*only) if only else with_names(rows, *people)

    return ByKeys(written)
