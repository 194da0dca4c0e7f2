"""What two requests with one token do: one after the other. A double click, a page gone back to, a form sent again."""

from uuid import UUID

from django.db import connection


def wait_for(token: UUID) -> None:
    """Whatever is done with one token is done one after the other, until the transaction ends.

    Taken before any row is locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(token)])
