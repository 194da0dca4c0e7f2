"""Registers: the values that upper apps bring to a column or a rule of a lower app, each with its words.

An app has its own values in an enum and registers them in a module of its own (`verbs.py`, `notice_kinds.py`,
`capabilities.py`), which `SafeguardingConfig.ready` imports. Nobody reads a register before that, nor while a module is
imported: the apps above would be missing from what is read. A new value changes no migration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured
from django.db import models
from django.db.models import Q


class NotRegistered(LookupError):
    """A value that no app has registered was about to be written, or asked for."""


@dataclass(frozen=True)
class Entry:
    """What is known of a registered value."""

    words: str


E = TypeVar("E", bound=Entry)


class Register(Generic[E]):
    """Values of one kind by the app that brings them; `what` names the kind in the sentence of a refusal."""

    def __init__(self, what: str, *, length: int) -> None:
        self.what, self.length = what, length
        self._entries: dict[str, E] = {}

    def add(self, value: models.TextChoices, entry: E) -> None:
        """Register a value. Raises `ImproperlyConfigured` where it is there already, or does not fit the column."""
        if value in self._entries:
            raise ImproperlyConfigured(f"The {self.what} {value} is registered twice.")
        if not re.fullmatch(_form(self.length), value):
            raise ImproperlyConfigured(f"The {self.what} {value} is not {self.length} small letters and _ at most.")
        self._entries[value] = entry

    @property
    def entries(self) -> Mapping[str, E]:
        """Every registered value with what is known of it, in the order of the apps."""
        if not apps.ready:
            raise AppRegistryNotReady(f"A {self.what} was looked up before every app had registered its own.")
        return MappingProxyType(self._entries)

    def __getitem__(self, value: str) -> E:
        """What is known of a value. Raises `NotRegistered`."""
        try:
            return self.entries[value]
        except KeyError:
            raise NotRegistered(f"No app has registered the {self.what} {value}.") from None

    def words(self, value: str) -> str:
        """The words of a value as it was stored: the value itself where its app is no longer there."""
        entry = self.entries.get(value)
        return entry.words if entry else value


class RegisteredField(models.CharField):  # type: ignore[type-arg]
    """A column of registered values. Every write of another raises `NotRegistered`: one row, many, or an update.

    To migrations it is text: `of_form` is what the database holds of it.
    """

    def __init__(self, register: Register[Any], **options: Any) -> None:
        self.register = register
        super().__init__(max_length=register.length, **options)

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options

    def clone(self) -> "RegisteredField":
        _, _, _, options = self.deconstruct()
        return RegisteredField(self.register, **{key: value for key, value in options.items() if key != "max_length"})

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str) and not (self.blank and value == ""):
            self.register[value]
        return super().get_db_prep_save(value, connection)


def of_form(field: str, length: int, *, name: str) -> models.CheckConstraint:
    """The column `field` has the form of a key of code: small letters and _. `name` is that of the constraint."""
    return models.CheckConstraint(condition=Q(**{f"{field}__regex": f"^{_form(length)}$"}), name=name)


def _form(length: int) -> str:
    return f"[a-z_]{{1,{length}}}"
