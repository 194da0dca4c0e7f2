"""A disk that is full, as PostgreSQL tells of it, without a disk: nothing goes into the tables that a test names."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from safeguarding.sealing.models import KEYS

_FULL = """
CREATE OR REPLACE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
GRANT EXECUTE ON FUNCTION public.no_room() TO PUBLIC;
"""


@pytest.fixture
def full(databases: Any) -> Iterator[Callable[..., None]]:
    """`full("table", …)`: nothing more goes into these tables, as PostgreSQL says it where a disk is full.

    `full.mend(…)` makes room again.
    """
    with ExitStack() as stack:

        def owner(alias: str) -> psycopg.Connection:
            url = databases.keys_url("owner") if alias == KEYS else databases.url("owner")
            return stack.enter_context(psycopg.connect(url, autocommit=True))

        def fill(*tables: str, alias: str = "default", at_commit: bool = False) -> None:
            kind = "CONSTRAINT TRIGGER" if at_commit else "TRIGGER"
            when = "AFTER INSERT OR UPDATE" if at_commit else "BEFORE INSERT OR UPDATE"
            later = "DEFERRABLE INITIALLY DEFERRED" if at_commit else ""
            connection = owner(alias)
            connection.execute(_FULL)
            for table in tables:
                connection.execute(
                    f"CREATE {kind} full_disk {when} ON {table} {later} FOR EACH ROW EXECUTE FUNCTION public.no_room()"
                )

        def mend(*tables: str, alias: str = "default") -> None:
            for table in tables:
                owner(alias).execute(f"DROP TRIGGER full_disk ON {table}")

        fill.mend = mend  # type: ignore[attr-defined]
        yield fill
