"""Who may make a large object in the database? Nobody: Harbour keeps none, and one that a role has made stops every
backup.

`pg_dump` signs in as `backup` and may not read an object of somebody else. PostgreSQL lets everybody make them, and
only its superuser can take that back, in each database (`launch/postgres.py`, `make_secrets`). Dumps leave them out
besides.
"""

from collections.abc import Iterator
from typing import Any

# For the superuser, once in each database. On one line: containers are given it as a file.
REVOKE = (
    "DO $$ DECLARE one regprocedure; BEGIN FOR one IN SELECT oid FROM pg_catalog.pg_proc "
    "WHERE pronamespace = 'pg_catalog'::regnamespace AND (starts_with(proname, 'lo_') OR proname IN "
    "('loread', 'lowrite')) "
    "LOOP EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one); END LOOP; END $$"
)


def problems(connection: Any, whose: str) -> Iterator[str]:
    """A sentence where a role that works may make, read or change a large object. `whose` database it is, in words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolname FROM pg_roles AS r WHERE r.rolname IN ('web', 'worker', 'destroyer', "
            "'backup') AND EXISTS ("
            "SELECT FROM pg_proc AS p WHERE p.pronamespace = 'pg_catalog'::regnamespace "
            "AND (starts_with(p.proname, 'lo_') OR p.proname IN ('loread', 'lowrite')) "
            "AND has_function_privilege(r.oid, p.oid, 'EXECUTE')) ORDER BY 1"
        )
        found = [role for (role,) in cursor.fetchall()]
    if found:
        yield (
            f"{', '.join(found)} may make large objects in the database of {whose}. Its superuser takes that away: "
            "docs/installing.md has the statement."
        )
