"""The declaration of a record: what the rest of Harbour must know of a model, said once beside it.

Each app says it in its `records.py`, which imports its own models and nothing else. Row security, the history, the
merging of two children, the word search, kept text, inbox addresses and entries in error are loops over what is
declared here, and name no model. Who may see a record stays in `permissions.py`; which personal data it holds, in the
model's own `PersonalData`.

What is code is given by its dotted name and resolved when it is asked for. Nothing reads the register while a module
is imported: apps declare when all of them are ready (`apps.py`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model
from django.utils.module_loading import import_string

# By label: tables that triggers keep (`chronicling.py`), and that those who work only read.
KEPT_BY_TRIGGERS = frozenset({"concerns.chronicled"})


class Kind(StrEnum):
    """Which rows of a table a database role sees, and why."""

    # By the rule of its `permissions.py`: every record.
    PROTECTED = "protected"
    # What the rules themselves ask: who holds which role where.
    RULE_FACT = "rule fact"
    # Rows of one user, asked for by their own pages.
    OWN_USER = "own user"
    # The lists that everybody reads.
    REFERENCE = "reference"
    # What the machine keeps for itself.
    INFRASTRUCTURE = "infrastructure"
    # In the database of keys, which holds no rows of the schools' own (`sealing/`).
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Refused:
    """A default that a record does not take, and why."""

    because: str


@dataclass(frozen=True, eq=False)
class Record:
    """What the rest of Harbour must know of one model.

    `called` is what one and many are called where they are counted, `name` how one row is told from another on a form.
    `page` is the name of the page of one row, which takes its key: notices lead there, and what is typed on it is kept.
    `searched` is what its words are called where one is found. `followed`: its changes get entries in the history.
    `merged` is the column that holds the key of a child where that is no link; its links follow a merge by themselves.
    `part_of` is its link to a record of the same child with which it goes back when a merge is undone, however late it
    was written.
    `needed_by` and `read_by` are the tasks of the machine that see the table whole, and those that only read it.
    `keeps_concern(concern)` says why a concern that has such a row cannot be taken out of the record, or nothing;
    `when_in_error(concern, reason=, by=, at=)` settles such rows of one that is, and returns the keys of their notices.
    """

    model: type[Model]
    kind: Kind = Kind.PROTECTED
    called: tuple[str, str] | None = None
    name: Callable[[Any], str] | None = None
    page: str = ""
    searched: str | Refused = ""
    followed: bool | Refused = True
    merged: str | Refused = ""
    part_of: str = ""
    needed_by: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()
    keeps_concern: str = ""
    when_in_error: str = ""

    @property
    def label(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def is_followed(self) -> bool:
        return self.followed is True

    @property
    def search_label(self) -> str:
        """What its words are called where one is found; empty where they are not searched."""
        if isinstance(self.searched, Refused):
            return ""
        return self.searched or (self.called[0].capitalize() if self.called else "")


_declared: dict[type[Model], Record] = {}
# Said of tables of apps below by the app that has the task: those that it writes, those that it reads.
_written: dict[str, set[type[Model]]] = {}
_read: dict[str, set[type[Model]]] = {}
# Tasks that read every model that is told, and those models.
_read_all: tuple[set[str], set[type[Model]]] = (set(), set())


def declare(*models: type[Model], **said: Any) -> None:
    """Declare models, all alike. The attributes are those of `Record`.

    Raises `ImproperlyConfigured` for a model that was declared before.
    """
    for model in models:
        if model in _declared:
            raise ImproperlyConfigured(f"{model._meta.label} is declared twice in records.py.")
        _declared[model] = Record(model, **said)


def needs(task: str, *models: type[Model]) -> None:
    """Let a task of the machine read and write these tables whole, for tables of apps below that of the task."""
    _written.setdefault(task, set()).update(models)


def reads(task: str, *models: type[Model]) -> None:
    """Let a task of the machine read these tables whole, and write nothing there."""
    _read.setdefault(task, set()).update(models)


def reads_all_told(task: str) -> None:
    """Let a task of the machine read every model whose rows are told (`parts.py`), for nobody by name."""
    _read_all[0].add(task)


def read_by_who_reads_all(model: type[Model]) -> None:
    """Such a model. Said by `parts.tell`."""
    _read_all[1].add(model)


def records() -> list[Record]:
    """Every record, in the order in which the apps declared them.

    Raises `ImproperlyConfigured` before any of them has: nothing reads the register while a module is imported.
    """
    if not _declared:
        raise ImproperlyConfigured("Nothing is declared yet: ask for records when every app is ready.")
    return list(_declared.values())


def record_of(model: type[Model]) -> Record | None:
    """What is declared of a model, None where nobody did."""
    return _declared.get(model)


def of_kind(*kinds: Kind) -> frozenset[str]:
    """The labels of the models of these kinds."""
    return frozenset(one.label for one in records() if one.kind in kinds)


def system_tasks() -> dict[str, frozenset[str]]:
    """The work of the machine that nobody asked for by name, and the tables that it sees whole: {task: labels}.

    `worker` alone does it, in a transaction that names the task (`context.system_task`), and sees no other: what
    somebody asked for is done with that person's rights.
    """
    return _by_task(_written, lambda record: record.needed_by)


def system_reads() -> dict[str, frozenset[str]]:
    """The tables that a task of the machine reads whole and does not write: {task: labels}."""
    tasks, told = _read_all
    said = {**_read, **{task: _read.get(task, set()) | told for task in tasks}}
    return _by_task(said, lambda record: record.read_by)


def seen_by_tasks() -> dict[str, frozenset[str]]:
    """Every task of the machine and the tables that it reads whole, written or not: {task: labels}."""
    writes, reads_ = system_tasks(), system_reads()
    return {task: writes.get(task, frozenset()) | reads_.get(task, frozenset()) for task in {*writes, *reads_}}


def _by_task(
    said: dict[str, set[type[Model]]], tasks: Callable[[Record], tuple[str, ...]]
) -> dict[str, frozenset[str]]:
    found = {task: {str(model._meta.label_lower) for model in models} for task, models in said.items()}
    for record in records():
        for task in tasks(record):
            found.setdefault(task, set()).add(record.label)
    return {task: frozenset(labels) for task, labels in found.items()}


def of_concerns() -> Iterator[Record]:
    """The records that hang on a concern by their column `concern`."""
    for record in records():
        field = next((f for f in record.model._meta.concrete_fields if f.name == "concern"), None)
        if field is not None and field.is_relation and record.kind is Kind.PROTECTED:
            yield record


def resolve(name: str) -> Any:
    """What a dotted name stands for."""
    return import_string(name)
