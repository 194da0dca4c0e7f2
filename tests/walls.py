"""How does a test stand before both walls? The test itself works as the owner of the tables; each request is answered as `web`.

Whatever a page reads or writes therefore goes through row security, as in a running Harbour, in every test that opens one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from safeguarding.audit.context import Acting, tell_database


class AsWeb:
    """The last of the middleware: from here on the database knows the request as the role `web`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with as_role("web"):
            return self.get_response(request)


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Everything inside is done as a role of the database. Inside a transaction; what is rolled back changes back by itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE NONE")


@contextmanager
def asking(person: Any, role: str = "web") -> Iterator[None]:
    """Everything inside is asked by `person` as a role of the database: what a request is, without a page."""
    with as_role(role):
        tell_database(Acting(user_id=person.pk if person else None))
        yield
    tell_database(Acting())
