"""Whose is a record? Under whose keys its own key is wrapped, and how that is looked up again at night.

A child or an adult is a record of their own. A record about several says through `wrapped_for` who they are; while
nobody is linked to it, it is wrapped for its school.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
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
    there = model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)
    return {key: [Subject(key, _KINDS[kind])] for key in there}


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
    """Whose the record of a row is before anybody is linked: its own, or the school's."""
    record, kind = record_of(row)
    return subject_alone(kind, record, getattr(row, "school_id", None))


def subject_alone(kind: str, record: UUID, school: UUID | None) -> Subject:
    """The same, of a record by its kind and key."""
    if kind in _KINDS:
        return Subject(record, _KINDS[kind])
    if school is None:
        raise LookupError(f"a record of the kind {kind} needs its school")
    return Subject.school(school)
