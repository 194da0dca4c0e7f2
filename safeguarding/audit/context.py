"""Who is asking, for which school, in which request? Set once per request or task, read by `services.record`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from safeguarding.keys import uuid7


@dataclass(frozen=True)
class Acting:
    """The person and the capacity in which something is done."""

    user_id: UUID | None = None
    role_key: str = ""
    school_id: UUID | None = None
    request_id: UUID | None = None
    source_address: str | None = None


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
def acting_as(user_id: UUID, *, school_id: UUID | None = None, role_key: str = "") -> Iterator[Acting]:
    """For commands and tasks: act as a person outside a request. Call it inside a transaction."""
    with acting(Acting(user_id=user_id, school_id=school_id, role_key=role_key, request_id=uuid7())) as who:
        tell_database(who)
        yield who


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
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('app.request_id', %s, true)",
            [str(who.user_id or ""), str(who.request_id or "")],
        )
