"""Who may see that there is an entry, in a child's chronology?

The rule of the index is made from the rules of the records that it tells of. An entry of a concern is seen by who sees
the concern, and the record itself where its rule asks for more than that; an entry of a child by who sees the record.
Sources whose rules read alike share a branch. The entry is then read by its key (`entries/rows.py`), where only row
security asks the rule of its own table: so this one may not show less, nor more.
"""

import re
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q

from safeguarding import chronicling
from safeguarding.audit.asking import Among
from safeguarding.audit.protection import Rule, condition, rule, rule_of
from safeguarding.chronicling import Placed
from safeguarding.concerns.models import Chronicled, Concern

from .concern import through_the_concern

# The columns of the index that a rule may ask, by the name of what a source says stands there.
_COLUMNS = {
    "row": "row",
    "concern": "concern_id",
    "child": "child_id",
    "author": "author_id",
    "batch": "batch_id",
    "readers": "readers",
    "origin": "origin",
}
_OWN_COLUMN = re.compile(r"n\.(\w+)")


@rule(Chronicled)
def chronicled_seen(me: Any) -> Rule:
    """Each source by the rule of its records, a branch for all that read alike."""
    branches: dict[Any, tuple[Q, list[str]]] = {}
    for source, (first, *_) in sorted(chronicling.placed().items()):
        seen = rows_seen(first, me)
        _, sources = branches.setdefault(condition(Chronicled, seen), (seen, []))
        sources.append(source)
    return Rule(because={sources[0]: Q(source__in=sources) & seen for seen, sources in branches.values()})


def rows_seen(placed: Placed, me: Any) -> Q:
    """The rows of the index that tell of these records, as far as `me` sees them.

    Raises `ImproperlyConfigured` where the rule of the records asks a column that the index has not.
    """
    model = apps.get_model(placed.model)
    mine = rule_of(model, me)
    if placed.concern == "NULL":
        return translated(mine.visible, model, placed)
    concern = through_the_concern(me, "concern_id")
    if model is Concern:
        return concern.visible
    return (
        concern.visible
        if _asks_no_more(mine, concern, model, placed)
        else concern.visible & translated(mine.visible, model, placed)
    )


def _asks_no_more(mine: Rule, concern: Rule, model: type[Model], placed: Placed) -> bool:
    """Whether all who see the concern see the records: by each of its reasons, and no other denial."""
    if mine.never is None or concern.never is None or not concern.because.keys() <= mine.because.keys():
        return False
    own = {name: translated(mine.because[name], model, placed) for name in concern.because}
    own["never"] = translated(mine.never, model, placed)
    theirs = {**concern.because, "never": concern.never}
    return all(condition(Chronicled, own[name]) == condition(Chronicled, theirs[name]) for name in theirs)


def translated(rows: Q, model: type[Model], placed: Placed) -> Q:
    """The same condition over the index: each column of the model under the name that it has there."""
    columns = {"school_id": "school_id"}
    for name, column in _COLUMNS.items():
        if said := _OWN_COLUMN.fullmatch(getattr(placed, name)):
            columns[said[1]] = column

    def column_of(name: str) -> str:
        field = next((f for f in model._meta.concrete_fields if name in (f.name, f.attname)), None)
        there = columns.get(field.attname if field else name)
        if there is None:
            raise ImproperlyConfigured(
                f"The rule of {model._meta.label} asks {name}, which the index of chronologies has not: let its source "
                "say it as `readers`."
            )
        return there

    def one(part: Any) -> Any:
        if isinstance(part, Q):
            return Q(*(one(each) for each in part.children), _connector=part.connector, _negated=part.negated)
        if isinstance(part, Among):
            column, fact = part.get_source_expressions()
            return type(part)(column_of(column.name), fact)
        name, _, lookup = part[0].partition("__")
        return (column_of(name) + (f"__{lookup}" if lookup else ""), part[1])

    return one(rows)  # type: ignore[no-any-return]
