"""Which database do the tests run on? A PostgreSQL of their own, one for the whole run, a copy of one database for each
process.

Tests are signed in as `web`, as Harbour is. The first run migrates a template, kept in `var/test` until a migration,
a model or the privileges change; every run works on a copy of it, in a temporary folder that is gone afterwards, in
memory where the machine has room. Runs side by side share nothing. With `DATABASE_URL`, `WORKER_DATABASE_URL` and
`OWNER_DATABASE_URL` set it starts no server of its own: the template is made there.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from safeguarding.environment import DATABASE_URLS, KEYS_DATABASE_URLS
from safeguarding.launch import root
from safeguarding.launch.postgres import DISPOSABLE, ROLES, SUPERUSER, Cluster, database_privileges, leashed
from safeguarding.launch.servers import DATABASE, KEYS_DATABASE
from safeguarding.launch.servers import Database as InstalledDatabase
from safeguarding.private import write_private
from safeguarding.wall_digests import keep_digests
from tests.counted import count
from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "var" / "test"
TEMPLATE = "harbour_template"
# The database of keys has the name of the other with this behind it.
KEYS = "_keys"
# The rules ask the database for the time; here they are told it, when a test has set the clock (`tests/walls.py`).
CLOCK = """
CREATE OR REPLACE FUNCTION rules.now() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('test.now', true), '')::timestamptz, pg_catalog.now())
$$
"""
_PREFIX = "harbour-test-"
_MEMORY = Path("/dev/shm")  # noqa: S108
# Bytes: several times what a run takes.
_ROOM = 3 * 1024**3
# The socket is in a folder that only we can enter; what these guard is that sign-in by password works.
_PASSWORDS = {role: f"password-of-{role}" for role in (*ROLES, "postgres")}


def context_key(signer: str) -> str:
    """With which a test, and a process that it starts, signs what it tells the database. The template has the same."""
    return f"only-for-tests-and-the-same-in-each-of-them-{signer}"


@dataclass(frozen=True)
class Databases:
    """The addresses of the server's roles, for the database `name`."""

    urls: dict[str, str]
    # Where the files of the root key and of the epoch keys are.
    keys: Path
    name: str = TEMPLATE
    # Where the key files of the run's template lie; None for the template itself.
    source: Path | None = None
    # Where what belongs to a snapshot is kept beside the server, which has nothing of it on its disk.
    worlds: Path = Path()
    # Of what `reset` makes a copy.
    template: str = TEMPLATE

    def url(self, role: str) -> str:
        return urlunsplit(urlsplit(self.urls[role])._replace(path=f"/{self.name}"))

    def keys_url(self, role: str) -> str:
        return self.named(f"{self.name}{KEYS}").url(role)

    def named(self, name: str) -> "Databases":
        return replace(self, name=name)

    def of_process(self, name: str) -> "Databases":
        """Databases and key files of one process: what it does to them, no other meets."""
        own = self.keys.with_name(f"{self.keys.name}-{name}")
        return replace(self, keys=own, name=name, source=self.keys)

    def environment(self) -> dict[str, str]:
        """What a process of Harbour's own needs to reach both databases and the keys."""
        return {
            **{name: self.url(role) for role, name in DATABASE_URLS.items()},
            **{name: self.keys_url(role) for role, name in KEYS_DATABASE_URLS.items()},
            **{f"{signer.upper()}_CONTEXT_KEY": context_key(signer) for signer in ("web", "worker")},
            "ROOT_KEY_PATH": str(self.keys / "root.key"),
            "EPOCH_KEYS_PATH": str(self.keys / "epochs.json"),
        }

    def reset(self, snapshot: str = "") -> None:
        """Make both databases and the key files exact copies of the template, or of a snapshot, whoever is
        connected.
        """
        count("copies")
        self.drop()
        self._copy(self._kept(snapshot), self)
        with psycopg.connect(self.named("postgres").url("owner"), autocommit=True) as connection:
            for which in ("", KEYS):
                # The one thing that a copy does not take over.
                for statement in database_privileges(sql.Identifier(self.name + which)):
                    connection.execute(statement)

    def keep(self, snapshot: str) -> None:
        """Keep a copy of both databases and of the key files as `snapshot`, for every process of the run."""
        with psycopg.connect(self.named("postgres").url("owner"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)",
                [[self.name, self.name + KEYS]],
            )
        self._copy(self, self._kept(snapshot))

    def _kept(self, snapshot: str) -> "Databases":
        assert self.source is not None, "the template is nobody's own"
        if not snapshot:
            return Databases(self.urls, self.source, self.template)
        return Databases(self.urls, self.source.with_name(f"{self.source.name}-{snapshot}"), f"snapshot_{snapshot}")

    @staticmethod
    def _copy(source: "Databases", target: "Databases") -> None:
        with psycopg.connect(target.named("postgres").url("owner"), autocommit=True) as connection:
            for which in ("", KEYS):
                _copy_database(connection, target.name + which, source.name + which)
        shutil.rmtree(target.keys, ignore_errors=True)
        shutil.copytree(source.keys, target.keys)

    def drop(self) -> None:
        until(self._is_dropped)

    def _is_dropped(self) -> bool:
        """False while a superuser of the test before is still on its way out: the owner may not end that one's
        session.
        """
        with psycopg.connect(self.named("postgres").url("owner"), autocommit=True) as connection:
            for which in ("", KEYS):
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name + which))
                try:
                    connection.execute(drop)
                except psycopg.errors.InsufficientPrivilege:
                    return False
        return True


@contextmanager
def server() -> Iterator[Databases]:
    """A PostgreSQL with a migrated template, until the block ends."""
    if "DATABASE_URL" in os.environ:
        yield _given()
        return
    _remove_leftovers()
    home, worlds = _folder_of_run(), _folder_of_run()
    cluster = Cluster(home, root.account(), DISPOSABLE)
    if cluster.account:
        root.open_the_way(home)
    kept = CACHE / f"postgres-{_fingerprint()}"
    try:
        if kept.exists():
            _copy(kept, cluster)
        else:
            _create(cluster)
            _keep(cluster, kept)
        with _running(cluster):
            yield replace(_databases(cluster), worlds=worlds)
    finally:
        shutil.rmtree(home)
        shutil.rmtree(worlds)


def _folder_of_run() -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_folder()))


def _folder() -> Path:
    """Where the machine keeps files in memory, if there is room: a database has two thousand files, and is made anew
    after each test that commits.
    """
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _create(cluster: Cluster) -> None:
    cluster.initialise(_PASSWORDS["postgres"], sync=False)
    with _running(cluster):
        cluster.ensure_roles(_PASSWORDS["postgres"], _PASSWORDS)
        cluster.ensure_database(_PASSWORDS["postgres"], TEMPLATE)
        cluster.ensure_database(_PASSWORDS["postgres"], TEMPLATE + KEYS)
        with psycopg.connect(cluster.url("postgres", _PASSWORDS["postgres"], "postgres")) as connection:
            # To put a fresh copy in the place of a database that the test's server is still connected to.
            connection.execute("GRANT pg_signal_backend TO owner")
        _migrate(_databases(cluster))
        with psycopg.connect(cluster.url("owner", _PASSWORDS["owner"], "postgres"), autocommit=True) as connection:
            for name, which in ((DATABASE, ""), (KEYS_DATABASE, KEYS)):
                _copy_database(connection, name, TEMPLATE + which)
        _prepare(_databases(cluster))


def _copy_database(connection: psycopg.Connection, name: str, template: str) -> None:
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))


def lay_out_installation(var: Path) -> None:
    """Give the folder of an installation that was never started the tables as its first start would make them.

    They are migrated before any trigger of the tests; there are no keys and no rows. With a server that was given, the
    first start makes them itself.
    """
    kept = CACHE / f"postgres-{_fingerprint()}"
    if not kept.exists():
        return
    var.mkdir(parents=True, exist_ok=True)
    # The roles get passwords of their own when it starts.
    write_private(var / "passwords.json", json.dumps({SUPERUSER: _PASSWORDS[SUPERUSER]}))
    cluster = InstalledDatabase(var).cluster
    if cluster.account:
        root.make_folder()
    shutil.rmtree(cluster.home, ignore_errors=True)
    _copy(kept, cluster, parts=("data",))


def _databases(cluster: Cluster) -> Databases:
    urls = {role: cluster.url(role, _PASSWORDS[role], TEMPLATE) for role in (*ROLES, "postgres")}
    return Databases(urls, cluster.home / "keys")


@contextmanager
def _running(cluster: Cluster) -> Iterator[None]:
    log = cluster.home / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            leashed(cluster.command(), account=cluster.account, stop=signal.SIGQUIT),
            cwd=cluster.home,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until(lambda: cluster.answers(_PASSWORDS["postgres"]))
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _migrate(databases: Databases) -> None:
    _as_owner(databases, str(ROOT / "manage.py"), "migrate", "--verbosity=0")


def _as_owner(databases: Databases, *arguments: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "HARBOUR_ROLE": "owner",
        **databases.environment(),
    }
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _prepare(databases: Databases) -> None:
    """What the tests need besides the tables: keys, triggers that tell what was written, a clock that can be set."""
    _as_owner(databases, str(ROOT / "manage.py"), "keys", "make")
    _as_owner(databases, "-m", "tests.proof.triggers", databases.url("owner"))
    with psycopg.connect(databases.url("owner")) as connection:
        with_the_clock(connection)


def with_the_clock(connection: psycopg.Connection) -> None:
    """The rules, put up anew, ask the test for the time."""
    connection.execute("GRANT CREATE ON SCHEMA rules TO rules")
    connection.execute("SET LOCAL ROLE rules")
    connection.execute(CLOCK)
    connection.execute("SET LOCAL ROLE NONE")
    connection.execute("REVOKE CREATE ON SCHEMA rules FROM rules")
    keep_digests(connection)


def _given() -> Databases:
    """The server of `DATABASE_URL`. Its role `owner` may create databases and is a member of `pg_signal_backend`.

    Its superuser has taken large objects from everybody in `template1` (`safeguarding/large_objects.py`), from which
    the databases are made: as the owner that cannot be done.
    """
    urls = {role: os.environ[name] for role, name in DATABASE_URLS.items()}
    databases = Databases(urls, _folder_of_run(), worlds=_folder_of_run())
    databases.drop()
    with psycopg.connect(databases.named("postgres").url("owner"), autocommit=True) as connection:
        for name in (TEMPLATE, TEMPLATE + KEYS):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    _migrate(databases)
    _prepare(databases)
    return databases


def _fingerprint() -> str:
    """Changes with whatever the template is made from."""
    digest = hashlib.sha256()
    sources = [
        ROOT / "uv.lock",
        ROOT / "safeguarding" / "database.py",
        ROOT / "safeguarding" / "migrating.py",
        ROOT / "safeguarding" / "row_security.py",
        ROOT / "safeguarding" / "following.py",
        ROOT / "safeguarding" / "chronicling.py",
        ROOT / "safeguarding" / "wall_digests.py",
        ROOT / "safeguarding" / "wall_digests.sql",
        ROOT / "safeguarding" / "large_objects.py",
        ROOT / "safeguarding" / "accounts" / "second_person.py",
        *sorted((ROOT / "safeguarding" / "rights_rows").glob("*.py")),
        *sorted((ROOT / "safeguarding" / "ending").glob("*.py")),
        *sorted(path for name in ("records", "rights") for path in ROOT.glob(f"*/**/{name}.py")),
        ROOT / "safeguarding" / "audit" / "signing.py",
        ROOT / "safeguarding" / "audit" / "protection.py",
        ROOT / "safeguarding" / "accounts" / "roles.py",
        # Which of the libraries' tables there are.
        ROOT / "safeguarding" / "settings.py",
        ROOT / "safeguarding" / "launch" / "postgres.py",
        ROOT / "safeguarding" / "sealing" / "fields.py",
        ROOT / "safeguarding" / "sealing" / "keyfiles.py",
        ROOT / "safeguarding" / "sealing" / "services" / "setting_up.py",
        ROOT / "safeguarding" / "audit" / "history.py",
        ROOT / "tests" / "proof" / "triggers.py",
    ]
    for app in ("safeguarding", "children", "sharing", "retention"):
        for pattern in (
            "**/models.py",
            "**/models/*.py",
            "**/migrations/*.py",
            "**/commands/migrate.py",
            "**/facts.sql",
            "**/permissions.py",
            "**/permissions/*.py",
            "**/entries.py",
            "**/entries/*.py",
            "**/data/*.json",
        ):
            sources += sorted((ROOT / app).glob(pattern))
    for path in (*sources, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _keep(cluster: Cluster, kept: Path) -> None:
    """Keep a copy for the next runs, in place of the former ones."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for former in CACHE.glob("postgres-*"):
        shutil.rmtree(former, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        for part in ("data", "keys"):
            shutil.copytree(cluster.home / part, Path(folder) / "kept" / part)
        try:
            (Path(folder) / "kept").rename(kept)
        except OSError:
            return  # a run beside this one was quicker


def _copy(kept: Path, cluster: Cluster, *, parts: tuple[str, ...] = ("data", "keys")) -> None:
    cluster.prepare_folders()
    for part in parts:
        shutil.copytree(kept / part, cluster.home / part)
    if cluster.account:
        for folder, _, files in os.walk(cluster.data):
            for name in (folder, *(os.path.join(folder, file) for file in files)):  # noqa: PTH118
                shutil.chown(name, cluster.account)


def _remove_leftovers() -> None:
    """Folders of runs that were killed: the process in their name has ended."""
    kept = (folder for parent in (_MEMORY, Path(tempfile.gettempdir())) for folder in parent.glob(f"{_PREFIX}*"))
    for folder in kept:
        process = folder.name.removeprefix(_PREFIX).split("-")[0]
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, PermissionError):
            continue
