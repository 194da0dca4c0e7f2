"""A row of each protected record that the world has not laid itself, made from what its model declares.

One for each record of the matrix that has what the model hangs on, with a canary in each narrative and identifying
field. Its key is kept under the name of the model (`HomeVisit`: "home_visit"), so that the address of its page in
`docs/policy.yaml` is filled. What such a row cannot be (one that a constraint of its table refuses, one that only some
records have) is laid in `world.py`, by its services.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import NOT_PROVIDED

from safeguarding.accounts.models import School, User
from safeguarding.audit.history import is_protected
from safeguarding.keys import uuid7
from tests.matrix.canaries import Words, fields_to_plant
from tests.matrix.ground import RECORDS, THEN, given_row
from tests.matrix.parts import way_of

Model = type[models.Model]


def lay_declared(world: Any, owner: Callable[[models.Model], str]) -> None:
    """Lay the rows. `owner` says to which record of the matrix a row belongs.

    Raises `LookupError` for a model that no record can have, or a field in which no canary can stand.
    """
    missing = {model: names for model, names in fields_to_plant().items() if not model._base_manager.exists()}
    rows = _Rows(world, owner, missing)
    for model in missing:
        if not rows.of(model):
            raise LookupError(f"No record of the matrix has what {model._meta.label} hangs on: lay it in world.py.")


class _Rows:
    """The rows of each model, one by record: those of the world, those that are laid now."""

    def __init__(self, world: Any, owner: Callable[[models.Model], str], missing: dict[Model, list[str]]) -> None:
        self.world, self.owner, self.missing = world, owner, missing
        self.known: dict[Model, dict[str, Any]] = {}

    def of(self, model: Model) -> dict[str, Any]:
        if model not in self.known:
            self.known[model] = dict(self._laid(model) if model in self.missing else self._found(model))
        return self.known[model]

    def _found(self, model: Model) -> Iterator[tuple[str, Any]]:
        """The row that fills the addresses of a record, otherwise the first that belongs to it."""
        rows = list(model._base_manager.order_by("pk"))
        by_key = {row.pk: row for row in rows}
        for row in reversed(rows):
            # An unused form of paper is on no record.
            with suppress(LookupError):
                yield self.owner(row), row
        for record in RECORDS:
            if (row := by_key.get(self.world.keys[record].get(key_name(model)))) is not None:
                yield record, row

    def _laid(self, model: Model) -> Iterator[tuple[str, Any]]:
        for record in RECORDS:
            ends = {field: self._end(field, record) for field in model._meta.concrete_fields if _is_needed(field)}
            if None in ends.values():
                continue
            values: dict[str, Any] = {field.name: end for field, end in ends.items()}
            for field in model._meta.concrete_fields:
                if field.name in self.missing[model]:
                    values[field.name] = canary(field, self.world.word)
                elif not field.is_relation and not _fills_itself(field):
                    values[field.name] = plain(field)
            row = given_row(model, **values)
            self.world.keys[record].setdefault(key_name(model), row.pk)
            yield record, row

    def _end(self, field: Any, record: str) -> Any:
        """What a link of a row of this record leads to; None where the record has no such thing."""
        model = field.related_model
        if issubclass(model, School):
            return self.world.school_of(record)
        if issubclass(model, User):
            return self.world.lead_of(record)
        if is_protected(model):
            return self.of(model).get(record)
        # What is on no record is the school's, or everybody's.
        of_school = {"school": self.world.school_of(record)} if _has_school(model) else {}
        return model._base_manager.filter(**of_school).first()


def key_name(model: Model) -> str:
    """What the key of a row is called in `World.keys`: "home_visit"."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def canary(field: Any, word: Words) -> Any:
    """Something that only this field of this row holds."""
    match field:
        case models.JSONField():
            return {"words": word()}
        case ArrayField():
            return [canary(field.base_field, word)]
        case models.DateTimeField():
            return datetime.combine(word.birthday(), time(12), UTC)
        case models.DateField():
            return word.birthday()
        case models.EmailField():
            return f"{word()}@example.org"
        case models.CharField() | models.TextField() if not field.choices:
            return word()
    raise LookupError(f"{field} can hold no canary: lay it in world.py, or say why it needs none (DERIVED).")


def plain(field: Any) -> Any:
    """Something that a field takes which has to hold something."""
    if field.choices:
        return field.flatchoices[0][0]
    match field:
        case models.UUIDField():
            return uuid7()
        case models.DateTimeField():
            return THEN
        case models.DateField():
            return date(THEN.year, THEN.month, THEN.day)
        case models.TimeField():
            return time(9)
        case models.BooleanField():
            return False
        case models.IntegerField():
            return 1
        case models.JSONField():
            return {}
        case ArrayField():
            return []
        case models.BinaryField():
            return b"planted"
        case models.CharField() | models.TextField():
            return "planted"[: field.max_length]
    raise LookupError(f"{field} is of a type that no row is made of by itself: lay it in world.py.")


def _is_needed(field: Any) -> bool:
    """Whether a link has to lead somewhere: it may not be empty, or the row hangs on its end."""
    return field.is_relation and (not field.null or field.name == way_of(field.model))


def _fills_itself(field: Any) -> bool:
    stamps = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    has_value = field.has_default() or field.db_default is not NOT_PROVIDED or field.generated
    return bool(field.primary_key or field.null or has_value or stamps or (field.blank and field.empty_strings_allowed))


def _has_school(model: Model) -> bool:
    return "school" in {field.name for field in model._meta.concrete_fields}
