"""Who is asking, for which school, in which request? Set once per request or task, read by `services.record`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from psycopg.pq import TransactionStatus

from safeguarding.audit.signing import CHALLENGE, Told, signed
from safeguarding.prepared import prepared
from safeguarding.transactions.base import DatabaseWrapper

R = TypeVar("R")


@dataclass(frozen=True)
class Acting:
    """The person and the capacity in which something is done.

    `role_key` is the role in which the person works now, at `school_id`; `roles_elsewhere` their role at each other
    school. `task` is the work of the machine that nobody asked for by name (`records.system_tasks`).
    """

    user_id: UUID | None = None
    role_key: str = ""
    school_id: UUID | None = None
    request_id: UUID | None = None
    source_address: str | None = None
    roles_elsewhere: Mapping[UUID, str] = field(default_factory=dict)
    task: str = ""

    def role_at(self, school_id: UUID | None) -> str:
        """The role in which something of that school is done: a record of another school is not read in the role held
        here.

        Empty for somebody who has none there, as with what they wrote before they left.
        """
        if school_id in (None, self.school_id):
            return self.role_key
        return self.roles_elsewhere.get(school_id, "")  # type: ignore[arg-type]


_current: ContextVar[Acting] = ContextVar("acting", default=Acting())


def current() -> Acting:
    """Who is acting now; an empty `Acting` outside any request or task."""
    return _current.get()


@contextmanager
def acting(who: Acting) -> Iterator[Acting]:
    """Everything inside is done, and recorded, as `who`."""
    token = _current.set(who)
    try:
        yield who
    finally:
        _current.reset(token)


@contextmanager
def actors_transaction() -> Iterator[None]:
    """One transaction whose actor the database knows, for commands and tasks: their work may take several, and each
    forgets.
    """
    is_inner = connection.in_atomic_block
    with transaction.atomic():
        before = _connection().told
        tell_database(current())
        yield
        if is_inner:
            _tell(before)


@contextmanager
def system_task(name: str) -> Iterator[None]:
    """One transaction of the machine, for nobody: the database shows it the tables of that task alone
    (`records.system_tasks`).

    Raises `ImproperlyConfigured` in a process that may not sign for one (`signing.signed`).
    """
    with acting(Acting(task=name, request_id=current().request_id)), actors_transaction():
        yield


def tell_database(who: Acting) -> None:
    """Name the person, or the task, to the database until the transaction ends, for its own rules.

    Transaction-local on purpose: the session-level form was seen to leak one person's rows into the next request.
    """
    _connection().challenge = _challenge("set_config('app.request_id', %s, true)", str(who.request_id or ""))
    _tell(replace(_connection().told or Told(), person=str(who.user_id or ""), task=who.task))


def tell_nobody() -> None:
    """Whoever was named to the database is nobody to it from here on, until the transaction ends."""
    _tell(replace(_connection().told or Told(), person=""))


@contextmanager
def door(name: str) -> Iterator[None]:
    """Open a door of the rules (`protection.Rule.doors`) to the service inside, and shut it again.

    Through it the database shows rows that the person asking may not see on a page, as far as the rule of each model
    says.
    """
    with _telling(door=name):
        yield


@contextmanager
def with_errors(which: UUID | str) -> Iterator[None]:
    """What was entered in error is there inside, which it is nowhere else: one concern by its key, or "all".

    The other reasons of the rules hold as ever. A page reads within, and is drawn after: its menu counts none of it.
    """
    with _telling(errors=str(which)):
        yield


@contextmanager
def speaking_for(person: UUID) -> Iterator[None]:
    """Everything inside is done with the rights of `person`, who signed what was sent, whoever is signed in now."""
    with _telling(person=str(person)):
        yield


def as_author(service: Callable[..., R]) -> Callable[..., R]:
    """A service that is told who wrote something (`author_id`), and does all of it with that person's rights."""

    @wraps(service)
    def done(*, author_id: UUID, **given: Any) -> R:
        with speaking_for(author_id):
            return service(author_id=author_id, **given)

    return done


@contextmanager
def _telling(**changed: str) -> Iterator[None]:
    """The transaction is told something else inside, and then again what it was told before."""
    is_inner = connection.in_atomic_block
    with nullcontext() if is_inner else transaction.atomic():
        here = _connection()
        before = here.told
        now = replace(before or Told(person=str(current().user_id or ""), task=current().task), **changed)
        if now == before:
            yield
            return
        _tell(now)
        try:
            yield
        finally:
            # After an error of the database nothing can be said: what fails is rolled back, and with it what was told
            # inside.
            if is_inner and not (
                here.needs_rollback or here.connection.info.transaction_status == TransactionStatus.INERROR
            ):
                _tell(before)


def _tell(told: Told | None) -> None:
    """As a parameter of a statement that is prepared: in its text every connection of the same role could read it."""
    here, nothing = _connection(), Told()
    if (told or nothing) != (here.told or nothing):
        here.challenge = here.challenge or _challenge()
        prepared("SELECT set_config('app.context', %s, true)", [signed(told or nothing, here.challenge)])
    here.told = told


def _challenge(*more: str) -> bytes:
    """What the signature is over. Asked in plain text: a statement kept by name could be put in its place on a
    connection that is used again, and whoever did so would choose for which transaction the next person signs.
    """
    also, *values = more or ("NULL",)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CHALLENGE}, {also}", values)
        return bytes(cursor.fetchone()[0])


def _connection() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS])
