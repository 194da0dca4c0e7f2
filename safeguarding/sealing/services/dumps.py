"""How does a database get into one stream of bytes and out of it again? By PostgreSQL's own `pg_dump` and `pg_restore`.

Nothing passes through a file, and no address or password stands on a command line. What Harbour makes by code at every
migration (policies, privileges, the schema `rules`) stays out and is made again.
"""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from safeguarding.launch.postgres import binaries
from safeguarding.sealing.exceptions import BackupProblem

_OUT = (
    "--format=custom",
    "--no-owner",
    "--no-privileges",
    "--no-policies",
    # Harbour keeps none. One that a role has made is not for `backup` to read, and would end the dump.
    "--no-large-objects",
    "--exclude-schema=rules",
    "--exclude-schema=proof",
)
_IN = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
# What `conninfo_to_dict` calls a part of an address, and where the programs look for it.
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


@contextmanager
def dump(url: str) -> Iterator[IO[bytes]]:
    """The dump of a database, to read. Raises `BackupProblem` at the end of the block where it is not whole."""
    with _program("pg_dump", _OUT, _environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101
        yield process.stdout
        _ended(process, "pg_dump")


@contextmanager
def restore(url: str) -> Iterator[IO[bytes]]:
    """Where to write a dump so that it is put into an empty database.

    Raises `BackupProblem` where that did not go through.
    """
    options = (*_IN, f"--dbname={conninfo_to_dict(url)['dbname']}")
    with _program("pg_restore", options, _environment(url), stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101
        try:
            yield process.stdin
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has given up, and says why below
        _ended(process, "pg_restore")


def rows(dumped: Iterator[bytes], tables: Sequence[str]) -> Iterator[tuple[str, dict[str, str | None]]]:
    """The rows of some tables in a dump, as text, without a database: (table, {column: value}). Bytes are hexadecimal.

    Raises `BackupProblem` where the dump cannot be read to its end.
    """
    options = ("--data-only", "--file=-", *(f"--table={table}" for table in tables))
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with _program("pg_restore", options, dict(os.environ), **pipes) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101
        feeding = _Feeder(dumped, process.stdin)
        feeding.start()
        yield from _copied(process.stdout)
        feeding.join()
        if feeding.failure is not None:
            raise feeding.failure
        _ended(process, "pg_restore")


def make_empty(url: str) -> None:
    """Take every table, view and function out of the schema `public`, and the schema `rules`. As the owner of them."""
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rules CASCADE")
        kinds = {"r": "TABLE", "v": "VIEW", "S": "SEQUENCE"}
        found = connection.execute(
            "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind "
            "IN ('r', 'v', 'S') "
            "ORDER BY relkind = 'S'"
        ).fetchall()
        for name, kind in found:
            connection.execute(
                sql.SQL("DROP {} IF EXISTS public.{} CASCADE").format(sql.SQL(kinds[kind]), sql.Identifier(name))  # type: ignore[arg-type]
            )
        functions = connection.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
            "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')"
        ).fetchall()
        for (name,) in functions:
            connection.execute(sql.SQL("DROP FUNCTION IF EXISTS {} CASCADE").format(sql.SQL(name)))


def _environment(url: str) -> dict[str, str]:
    parts = conninfo_to_dict(url)
    return os.environ | {name: str(parts[key]) for key, name in _VARIABLES.items() if parts.get(key)}


def _program(name: str, options: Sequence[str], environment: dict[str, str], **pipes: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(binaries() / name), *options], env=environment, **pipes)


def _ended(process: subprocess.Popen[bytes], name: str) -> None:
    said = process.stderr.read().decode(errors="replace").strip().splitlines() if process.stderr else []
    if code := process.wait():
        # The first line is about tables and addresses; what follows may quote a row.
        raise BackupProblem(f"{name} ended with code {code}: {said[0] if said else 'it said nothing'}")


class _Feeder(Thread):
    """Writes a stream into a pipe while what comes out of the other end is read."""

    def __init__(self, source: Iterator[bytes], sink: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.source, self.sink = source, sink
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            for chunk in self.source:
                self.sink.write(chunk)
        except BrokenPipeError:
            pass  # it has given up, and says why when it ends
        except Exception as error:
            self.failure = error
        finally:
            with suppress(BrokenPipeError):
                self.sink.close()


_COPY = re.compile(r"COPY public\.(\w+) \((.*)\) FROM stdin;")
_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\b": "\b", "\\f": "\f", "\\v": "\v", "\\\\": "\\"}


def _copied(lines: Iterable[bytes]) -> Iterator[tuple[str, dict[str, str | None]]]:
    """The rows in what `pg_restore` writes: its COPY blocks."""
    table, columns = "", []
    for raw in lines:
        line = raw.decode().rstrip("\n")
        if not table:
            if found := _COPY.fullmatch(line):
                table, columns = found[1], [name.strip().strip('"') for name in found[2].split(",")]
        elif line == "\\.":
            table = ""
        else:
            yield table, dict(zip(columns, map(_value, line.split("\t")), strict=True))


def _value(written: str) -> str | None:
    if written == "\\N":
        return None
    return re.sub(r"\\.", lambda found: _ESCAPES.get(found[0], found[0][1:]), written)
