"""Who is asking, for which school, in which request? Set once per request or task, read by `services.record`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction

from safeguarding.prepared import prepared

R = TypeVar("R")


@dataclass(frozen=True)
class Acting:
    """The person and the capacity in which something is done.

    `role_key` is the role in which the person works now, at `school_id`; `roles_elsewhere` their role at each other school.
    """

    user_id: UUID | None = None
    role_key: str = ""
    school_id: UUID | None = None
    request_id: UUID | None = None
    source_address: str | None = None
    roles_elsewhere: Mapping[UUID, str] = field(default_factory=dict)

    def role_at(self, school_id: UUID | None) -> str:
        """The role in which something of that school is done: a record of another school is not read in the role held here.

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
    """One transaction whose actor the database knows, for commands and tasks: their work may take several, and each forgets."""
    with transaction.atomic():
        tell_database(current())
        yield


def tell_database(who: Acting) -> None:
    """Name the person to the database until the transaction ends, for its own rules.

    Transaction-local on purpose: the session-level form was seen to leak one person's rows into the next request.
    """
    prepared(
        "SELECT set_config('app.user_id', %s, true), set_config('app.request_id', %s, true)",
        [str(who.user_id or ""), str(who.request_id or "")],
    )


@contextmanager
def door(name: str) -> Iterator[None]:
    """Open a door of the rules (`protection.Rule.doors`) to the service inside, and shut it again.

    Through it the database shows rows that the person asking may not see on a page, as far as the rule of each model says.
    """
    with _setting("app.door", name):
        yield


@contextmanager
def with_errors(which: UUID | str) -> Iterator[None]:
    """What was entered in error is there inside, which it is nowhere else: one concern by its key, or "all".

    The other reasons of the rules hold as ever. A page reads within, and is drawn after: its menu counts none of it.
    """
    with _setting("app.errors", str(which)):
        yield


@contextmanager
def speaking_for(person: UUID) -> Iterator[None]:
    """Everything inside is done with the rights of `person`, who signed what was sent, whoever is signed in now."""
    with _setting("app.user_id", str(person)):
        yield


def as_author(service: Callable[..., R]) -> Callable[..., R]:
    """A service that is told who wrote something (`author_id`), and does all of it with that person's rights."""

    @wraps(service)
    def done(*, author_id: UUID, **given: Any) -> R:
        with speaking_for(author_id):
            return service(author_id=author_id, **given)

    return done


# What the settings of the open transaction were changed to, by name: asked here, not from the database.
_settings: ContextVar[Mapping[str, str]] = ContextVar("settings", default=MappingProxyType({}))


@contextmanager
def _setting(name: str, value: str) -> Iterator[None]:
    """A setting of the transaction, put back afterwards. What fails inside is rolled back, and the setting with it."""
    at_first = {"app.user_id": str(current().user_id or "")}.get(name, "")
    before = _settings.get().get(name, at_first)
    if before == value:
        yield
        return
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        _set(name, value)
        token = _settings.set({**_settings.get(), name: value})
        try:
            yield
        finally:
            _settings.reset(token)
        _set(name, before)


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
