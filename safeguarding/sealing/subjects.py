"""Whose is a record? Under whose keys its own key is wrapped, and how that is looked up again at night.

A child or an adult is a record of their own. A record about several says through `wrapped_for` who they are; while
nobody is linked to it, it is wrapped for its school. A row with a key of its own says whose it is beside itself
(`PersonalData.sealed_for`), and where it ends sooner than any child, when that key ends (`ends_with_rows`).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self
from uuid import UUID

from django.apps import apps
from django.db import models

from safeguarding.personal_data import declared

from .models import SubjectKey

# Models whose rows are subjects themselves.
_KINDS = {
    "children.child": SubjectKey.Kind.CHILD,
    "accounts.user": SubjectKey.Kind.ADULT,
    "accounts.school": SubjectKey.Kind.SCHOOL,
}


@dataclass(frozen=True)
class Subject:
    """Somebody under whose key the keys of records are wrapped, or the school."""

    id: UUID
    kind: str

    @classmethod
    def child(cls, key: UUID) -> Self:
        return cls(key, SubjectKey.Kind.CHILD)

    @classmethod
    def adult(cls, key: UUID) -> Self:
        """A member of staff: whose account it is."""
        return cls(key, SubjectKey.Kind.ADULT)

    @classmethod
    def school(cls, key: UUID) -> Self:
        return cls(key, SubjectKey.Kind.SCHOOL)


# For records of one kind: of those of these keys that there are, who their subjects are.
Look = Callable[[Collection[UUID]], Mapping[UUID, Collection[Subject]]]
_looks: dict[str, Look] = {}


def wrapped_for(kind: str, look: Look) -> None:
    """Say how to find the subjects of records of a kind, a model's label such as "concerns.concern"."""
    _looks[kind] = look


@dataclass(frozen=True)
class Ending:
    """When keys of rows that end by themselves are needed no more. Asked of facts: who destroys sees no such row.

    `there` and `over` are facts of the schema `rules` that take keys: which of them a row still has, and which are of
    rows that stay and are done with. `under` is what is read where their words come back from a backup.
    """

    there: str
    under: str
    over: str = ""


_endings: dict[str, Ending] = {}


def ends_with_rows(*kinds: str, ending: Ending) -> None:
    """Say that keys of these kinds end with their rows, by the sweep of every night (`services/sweeping.py`)."""
    _endings.update(dict.fromkeys(kinds, ending))


def endings() -> Mapping[str, Ending]:
    """The kinds whose keys end with their rows, and when."""
    return _endings


# For a subject that is to end: who must end with it, because what was theirs is its own by now.
Together = Callable[[Subject], list[Subject]]
_together: list[Together] = []


def ends_together(look: Together) -> Together:
    """Say who ends with a subject.

    `look` may refuse (`OutOfTurn`): a subject that is part of another ends with that one.
    """
    _together.append(look)
    return look


def ending_with(subject: Subject) -> list[Subject]:
    """The subject, and everybody of whom nothing may be left when it ends."""
    return [subject, *(other for look in _together for other in look(subject))]


# For a record: under the keys of which others something may lie that is its own by now.
Elsewhere = Callable[[UUID], list[UUID]]
_elsewhere: list[Elsewhere] = []


def may_lie_under(look: Elsewhere) -> Elsewhere:
    """Say from which other records files have come to a record."""
    _elsewhere.append(look)
    return look


def sealed_elsewhere(record: UUID) -> list[UUID]:
    """The records from which files have come to this one. Asked where its own key does not open a file."""
    return [other for look in _elsewhere for other in look(record)]


def linked(kind: str, keys: Collection[UUID]) -> Mapping[UUID, Collection[Subject]]:
    """Of the records of a kind that there are among `keys`, their subjects.

    A key that is left out belongs to no record.
    """
    if kind in _looks:
        return _looks[kind](keys)
    model = apps.get_model(kind)
    mine: Any = declared(model)
    # A row whose key others are sealed by need have no words itself.
    column = "pk" if kind in _KINDS or not mine.sealed_by else key_column(model)
    whose, of = ("pk", _KINDS[kind]) if kind in _KINDS else _sealed_for(model)
    there = model._base_manager.filter(**{f"{column}__in": keys}).values_list(column, whose)
    return {key: [Subject(one, of)] for key, one in there}


def record_of(row: models.Model) -> tuple[UUID, str]:
    """The record whose key seals the narratives of a row, and its kind (`PersonalData.sealed_by`)."""
    return getattr(row, key_column(type(row))), kind_of(type(row))


def key_column(model: type[models.Model]) -> str:
    """The column that holds the key of that record. Raises `LookupError` where the model does not say."""
    mine = declared(model)
    if mine is None or not mine.sealed_by:
        raise LookupError(
            f"{model._meta.label} has sealed fields: PersonalData.sealed_by must name the record’s column."
        )
    field: Any = model._meta.get_field(mine.sealed_by)
    return str(field.attname)


def kind_of(model: type[models.Model]) -> str:
    """The label of the model of that record."""
    mine: Any = declared(model)
    field: Any = model._meta.get_field(mine.sealed_by)
    return str((field.related_model if field.is_relation else model)._meta.label_lower)


def first_subject(row: models.Model) -> Subject:
    """Whose the record of a row is before anybody is linked: its own, the school's, or that of whom the row names."""
    return subject_alone(type(row), partial(getattr, row))


def subject_alone(model: type[models.Model], value: Callable[[str], Any]) -> Subject:
    """The same, of a row of which `value` gives what stands in a column."""
    kind = kind_of(model)
    if kind in _KINDS:
        return Subject(value(key_column(model)), _KINDS[kind])
    whose, of = _sealed_for(model)
    return Subject(value(whose), of)


def _sealed_for(model: type[models.Model]) -> tuple[str, str]:
    """The column that says for whom a key of a row's own is wrapped, and what they are."""
    mine: Any = declared(model)
    field: Any = model._meta.get_field(mine.sealed_for)
    return str(field.attname), _KINDS[field.related_model._meta.label_lower]
