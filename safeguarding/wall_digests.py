"""Is what the database says of its walls still what `migrate` put up? Every policy, function, trigger and right, by its
digest.

Names and kinds alone say too little: a policy rewritten to `USING (true)` keeps its name. `migrate` keeps two things in
the table `rules.wall`, which only the owner may write: the digest of the statements that the code made, and for each
object of the database the digest of what PostgreSQL then said about it. The second is compared with what PostgreSQL
says now, the first with the statements that the code would make now: a `migrate` that was forgotten shows there.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg import sql

# The row of `rules.wall` that is about the code, and that about the version of PostgreSQL: another one may say the same
# in other words.
_CODE, _VERSION = "code", "version"
# (what it is called, what is said about it), for everything that decides who may do what.
_SAID = Path(__file__).with_suffix(".sql").read_text()
_MIGRATE = "Run `manage.py migrate` as the owner."


def digest(texts: Iterable[str]) -> str:
    """The SHA-256 of some texts in their order, as 64 hexadecimal digits."""
    whole = sha256()
    for text in texts:
        whole.update(text.encode() + b"\0")
    return whole.hexdigest()


def keep_digests(connection: Any, code: str | None = None) -> None:
    """Write down what the database says now. As its owner, when the walls have just been put up.

    `code` is the digest of the statements that put them up; None keeps the one that is there (tests that change the
    clock).
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS rules")
        cursor.execute("GRANT USAGE ON SCHEMA rules TO web, worker")
        cursor.execute("CREATE TABLE IF NOT EXISTS rules.wall (object text PRIMARY KEY, digest text NOT NULL)")
        cursor.execute("GRANT SELECT ON rules.wall TO web, worker")
        cursor.execute("DELETE FROM rules.wall WHERE object <> %s", [_CODE])
        rows = {**_said(cursor), _VERSION: _version(cursor)}
        if code is not None:
            rows[_CODE] = code
        cursor.execute(
            "INSERT INTO rules.wall (object, digest) SELECT * FROM unnest(%s::text[], %s::text[]) "
            "ON CONFLICT (object) DO UPDATE SET digest = excluded.digest",
            [list(rows), list(rows.values())],
        )


def differences(connection: Any, code: str | None = None) -> Iterator[str]:
    """A sentence for each object of the database that is not as `migrate` left it, and one where the code is another.

    `code` is the digest of the statements that the code would make now; None where a database has none.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('rules.wall') IS NOT NULL")
        if not cursor.fetchone()[0]:
            yield f"Nobody wrote down how the walls of this database were put up. {_MIGRATE}"
            return
        cursor.execute("SELECT object, digest FROM rules.wall")
        kept = dict(cursor.fetchall())
        if kept.pop(_CODE, None) != code:
            yield f"The rules in the code are not those that the database was given. {_MIGRATE}"
        if kept.pop(_VERSION, None) != _version(cursor):
            yield f"PostgreSQL is of another version than when the walls were put up. {_MIGRATE}"
            return
        now = _said(cursor)
    for objects, sentence in (
        (now.keys() - kept.keys(), "{} was not made by migrate."),
        (kept.keys() - now.keys(), "{} is gone."),
        ({name for name in kept.keys() & now.keys() if kept[name] != now[name]}, "{} is not as migrate made it."),
    ):
        for name in sorted(objects):
            yield f"In the database, {sentence.format(name)}"


def _said(cursor: Any) -> dict[str, str]:
    cursor.execute(_SAID)
    return {name: digest([text or ""]) for name, text in cursor.fetchall()}


def _version(cursor: Any) -> str:
    cursor.execute("SELECT current_setting('server_version_num')::integer / 10000")
    return str(cursor.fetchone()[0])


def digest_of(statements: Iterable[sql.Composable]) -> str:
    """The digest of statements that code makes."""
    return digest(statement.as_string(None) for statement in statements)
