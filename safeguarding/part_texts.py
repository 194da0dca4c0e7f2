"""The texts of the parts of a record: what each of them is, and about whom.

A text that is about one person says so by the key of that person, not by its letters: a father may be called as his son
is. Who is a person, `parts.called` says.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.utils.text import capfirst

from safeguarding.dates import clock, full_day, full_moment
from safeguarding.personal_data import declared

Model = type[models.Model]
_DAYS = (models.DateField, models.TimeField)
_WORDS = (models.CharField, models.TextField)
_NAMES = frozenset(
    {"title", "forename", "surname", "middle_names", "known_forename", "known_surname", "organisation", "gp"}
)
# The models whose rows are people.
people: set[Model] = set()


class Key(NamedTuple):
    """The key of a record, with the label of its model."""

    label: str
    key: UUID


class Kind(StrEnum):
    """What a text is: words that somebody typed, a value of a list, a day or a time of day, a name."""

    TYPED = "typed"
    LISTED = "listed"
    DAY = "day"
    NAME = "name"


@dataclass(frozen=True)
class Text:
    """A text under its label. Children whom it mentions stand in it as markers.

    `of`: the one person whom it is about, whatever it says: whom a link names, or whose own row says how they are
    called or can be reached. It is searched for nobody else.
    """

    label: str
    text: str
    kind: Kind
    of: Key | None = None


def written(key: Key | None) -> str:
    """A key as a copy of a text keeps it: empty for nobody."""
    return f"{key.label}:{key.key}" if key else ""


def read_key(said: str) -> Key | None:
    """A key that was kept so."""
    label, _, key = said.partition(":")
    return Key(label, UUID(key)) if key else None


def key_to(model: Model, key: Any) -> Key | None:
    """The key of a row of this model, if it is a person."""
    return Key(model._meta.label_lower, key) if model in people and key is not None else None


def kind_of(field: Any) -> Kind:
    """What the texts of a field are: typed, where they may be."""
    if field.is_relation:
        return Kind.NAME if field.related_model in people else Kind.LISTED
    if isinstance(field, _DAYS):
        return Kind.DAY
    if field.name in _NAMES and field.name in _identifying(field.model):
        return Kind.NAME
    is_typed = getattr(field, "sealed", False) or isinstance(field, _WORDS)
    return Kind.TYPED if is_typed and not field.choices else Kind.LISTED


def field_text(
    row: Any, field: Any, names: Mapping[Model, Mapping[Any, str]], link: tuple[str, Model] = ("", models.Model)
) -> Text:
    """What stands in a field of a row, under its verbose name. `names`: what rows are called to which it links.
    `link`: the column of the record to which the row belongs, and its model.
    """
    said = _value(row, field, names)
    return Text(capfirst(str(field.verbose_name)), said, kind_of(field), _whose(row, field, link))


def _whose(row: Any, field: Any, link: tuple[str, Model]) -> Key | None:
    """The person whom a link names; of what identifies somebody, the person whose row it is, or whose record."""
    model = type(row)
    if field.is_relation:
        return key_to(field.related_model, getattr(row, field.attname))
    if field.name not in _identifying(model):
        return None
    column, record = link
    return key_to(model, row.pk) or (key_to(record, getattr(row, column)) if column else None)


def _identifying(model: Model) -> Collection[str]:
    mine = declared(model)
    return mine.identifying if mine else ()


def _value(row: Any, field: Any, names: Mapping[Model, Mapping[Any, str]]) -> str:
    """What stands in a field, as a page says it."""
    value = getattr(row, field.attname)
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names[field.related_model][value]
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    match value:
        case bool():
            return "Yes" if value else "No"
        case datetime():
            return full_moment(value)
        case date():
            return full_day(value)
        case time():
            return clock(value)
    return str(value)
