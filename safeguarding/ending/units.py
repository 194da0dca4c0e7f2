"""Which rows end with a record, which are emptied, and which stand in its way? As conditions over the tables, made from
the declarations of the models.

A *unit* is a root and every model whose record is that root (`personal_data.root_of`). Inside it links end the row.
Between units the declarations rule each link and each column of keys. A record of several others, such as an adult of
two brothers, is a unit of its own that ends with the last row that links to it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from psycopg import sql

from safeguarding.personal_data import (
    OF_KEYS,
    Link,
    Retention,
    declared,
    key_columns,
    own_models,
    root_of,
)
from safeguarding.records import KEPT_BY_TRIGGERS, Kind, of_kind

Model = type[models.Model]
# For a root: the condition that a column holds the key of one that ends.
Ends = Callable[[str, Model], str]


def quoted(name: str) -> str:
    """A name of the database, as SQL."""
    return sql.Identifier(name).as_string(None)


def table_of(model: Model) -> str:
    return f"public.{quoted(model._meta.db_table)}"


def key_of(model: Model, alias: str) -> str:
    """The column of a row's own key."""
    return f"{alias}.{quoted(str(model._meta.pk.column))}"  # type: ignore[union-attr]


def is_uuid(field: Any) -> bool:
    return isinstance(getattr(field, "target_field", field), models.UUIDField)


@dataclass(frozen=True)
class Hold:
    """A column by which a row hangs on a record, or on a row of one."""

    field: str
    column: str
    # Of the row that it leads to; none for a column of keys.
    target: Model | None
    ruling: Link
    is_array: bool = False
    is_null: bool = True


@cache
def models_here() -> tuple[Model, ...]:
    """Every model whose rows lie in the database of records."""
    elsewhere = of_kind(Kind.ELSEWHERE)
    return tuple(model for model in own_models() if model._meta.label_lower not in elsewhere)


@cache
def roots() -> tuple[Model, ...]:
    """The models of records that end: by their schedule, with what they are about, or with what they link to. Each
    after those with which it ends.
    """
    found = [m for m in models_here() if _says(m).retention is Retention.ROOT]
    about = [m for m in found if not _says(m).schedule and _says(m).about]
    first = [m for m in found if _says(m).schedule and not _ends_with(m) & set(about)]
    return (*_in_order(first), *about, *_in_order([m for m in found if m not in {*first, *about}]))


@cache
def shared() -> tuple[Model, ...]:
    """The models of records of several others, each after those that link to it."""
    found = [m for m in models_here() if _says(m).retention is Retention.SHARED]
    return tuple(reversed(_in_order(found)))


def scheduled() -> dict[str, Model]:
    """The model of each schedule that Harbour carries out: {"child_file": Child}."""
    return {_says(model).schedule: model for model in roots() if _says(model).schedule}


def is_ending(model: Model) -> bool:
    """Whether its rows end one by one, as records: roots, and what they share."""
    return model in roots() or model in shared()


def _in_order(found: list[Model]) -> list[Model]:
    """Those that link to another one of them after it."""
    left, done = list(found), []
    while left:
        ready = [m for m in left if not (_linked(m) & set(left)) - {m}]
        done += ready or left
        left = [m for m in left if m not in done]
    return done


def _ends_with(model: Model) -> set[Model]:
    """The models to which its links are ruled to end it."""
    ends = [name for name, ruling in _says(model).links.items() if ruling is Link.ENDS]
    return {model._meta.get_field(name).related_model for name in ends}  # type: ignore[misc]


def _linked(model: Model) -> set[Model]:
    return {f.related_model for f in model._meta.concrete_fields if f.is_relation}  # type: ignore[misc]


def _says(model: Model) -> Any:
    return declared(model)


@cache
def holds(model: Model) -> tuple[Hold, ...]:
    """The columns of a model that lead to records that end, each with its ruling; inside its own unit `ENDS`.

    Of those inside, where one is the root's own key the others are left out: rows of a unit hang together.
    """
    mine, own = _says(model), root_of(model)
    inside: list[Hold] = []
    between: list[Hold] = []
    for field in model._meta.concrete_fields:
        if not field.is_relation or declared(field.related_model) is None:  # type: ignore[arg-type]
            continue
        target: Any = field.related_model
        root = root_of(target)
        hold = Hold(field.name, str(field.column), target, Link.ENDS, is_null=field.null)
        if root in roots() and root is own and mine.links.get(field.name, Link.ENDS) is Link.ENDS:
            inside.append(hold)
        elif root in roots() and field.name in mine.links:
            between.append(Hold(field.name, hold.column, target, mine.links[field.name], is_null=field.null))
    direct = [hold for hold in inside if hold.target is own]
    return (*(direct or inside), *between, *_keys(model))


def _keys(model: Model) -> Iterator[Hold]:
    for name in key_columns(model):
        field: Any = model._meta.get_field(name)
        ruling, is_array = _says(model).links.get(name), isinstance(field, ArrayField)
        if ruling is not None:
            yield Hold(name, str(field.column), None, ruling, is_array=is_array, is_null=field.null)


def links(model: Model, *rulings: Link) -> list[Hold]:
    """Those of its columns that are links with one of these rulings."""
    return [hold for hold in holds(model) if hold.target is not None and hold.ruling in rulings]


def keys(model: Model, *rulings: Link) -> list[Hold]:
    """Those of its columns that hold keys, with one of these rulings."""
    return [hold for hold in holds(model) if hold.target is None and hold.ruling in rulings]


def waiting() -> list[Model]:
    """The models whose rows stand in the way of the records that they lead to."""
    return [model for model in models_here() if waits(model)]


def waits(model: Model) -> list[Hold]:
    """The columns by which a row stands in the way: those ruled so, and of a row that waits itself every one."""
    is_waiting = _says(model).retention is Retention.WAITS
    return [hold for hold in holds(model) if hold.ruling is Link.WAITS or (is_waiting and hold.ruling not in OF_KEYS)]


@cache
def ended() -> tuple[Model, ...]:
    """The models whose rows end by their links, in an order in which they can be deleted by them: first what the
    database keeps beside others, then what is found through rows that go themselves.
    """
    found = [model for model in models_here() if is_ending(model) or links(model, Link.ENDS)]

    def place(model: Model) -> tuple[bool, int]:
        return model._meta.label_lower not in KEPT_BY_TRIGGERS, -_depth(model)

    return tuple(sorted(found, key=place))


def _depth(model: Model) -> int:
    if is_ending(model):
        return 0
    return max(1 + _depth(hold.target) for hold in links(model, Link.ENDS) if hold.target)


def emptied() -> list[Model]:
    """The models whose rows may stay and lose a link."""
    return [model for model in models_here() if links(model, Link.EMPTIES)]


def keyed(*rulings: Link) -> list[Model]:
    """The models with columns of keys of these rulings."""
    return [model for model in models_here() if keys(model, *rulings)]


# --- as SQL over one table, called `alias`


def ends(model: Model, alias: str, which: Ends) -> str:
    """The rows that end with the records that `which` says."""
    if is_ending(model):
        return which(key_of(model, alias), model)
    return either(leads(hold, alias, which) for hold in links(model, Link.ENDS))


def empties(model: Model, alias: str, which: Ends) -> str:
    """The rows that stay and are emptied of what they say of those records."""
    found = either(leads(hold, alias, which) for hold in links(model, Link.EMPTIES))
    return f"({found}) AND {stays(model, alias, which)}"


def stays(model: Model, alias: str, which: Ends) -> str:
    """The rows that do not end with those records."""
    if is_ending(model) or links(model, Link.ENDS):
        return f"({ends(model, alias, which)}) IS NOT TRUE"
    return "true"


def leads(hold: Hold, alias: str, which: Ends) -> str:
    """Whether a link leads to one of those records, or to a row that ends with one."""
    target, column = hold.target, f"{alias}.{quoted(hold.column)}"
    if target is None:
        raise LookupError(f"{hold.field} holds keys, and is no link.")
    if is_ending(target):
        return which(column, target)
    deeper = f"{alias}x"
    return (
        f"{column} IN (SELECT {key_of(target, deeper)} FROM {table_of(target)} AS {deeper} "  # noqa: S608
        f"WHERE {ends(target, deeper, which)})"
    )


def among(hold: Hold, alias: str, array: str) -> str:
    """Whether a column of keys holds one of an array."""
    column = f"{alias}.{quoted(hold.column)}"
    return f"{column} && {array}" if hold.is_array else f"{column} = ANY ({array})"


def either(conditions: Any) -> str:
    """Any of them."""
    return " OR ".join(conditions) or "false"
