"""What is started, in which order?

The servers that no address was given for, the set-up, then web, worker, destroyer, beat and printer.
"""

import asyncio
import fcntl
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

from . import LaunchError, programs
from .servers import Database, queue
from .static import BUILD, is_built
from .supervisor import Program, Stopped, Supervisor, stop_leftovers


@dataclass(frozen=True)
class Plan:
    """What to start, as the settings and the environment say."""

    root: Path
    var: Path
    embedded_database: bool
    embedded_queue: bool
    demo: bool
    host: str
    port: int
    web_workers: int
    # Above so many megabytes a web process is replaced.
    web_process_mb: int
    # The first name by which browsers may call it.
    called: str
    # How the pages are reached; where the environment has none, at this machine's port.
    base_url: str
    # Signs the seals of the record of events. Made once.
    seal_key: Path
    # Where the printer listens.
    printer: Path
    # A management command to run on the servers instead of Harbour's own processes.
    instead: Sequence[str] = ()

    def manage(self, name: str, *arguments: str, role: str, environment: Mapping[str, str]) -> Program:
        command = [sys.executable, str(self.root / "manage.py"), *arguments]
        return Program(name, command, {**environment, "HARBOUR_ROLE": role}, self.root, patience=10)


async def start(plan: Plan, *, ready: str) -> None:
    """Start everything, say `ready`, and return when all of it has stopped again.

    Raises `LaunchError` when something cannot be started or kept running.
    """
    plan.var.mkdir(parents=True, exist_ok=True)
    with _alone(plan):
        if left := stop_leftovers(plan.var / "processes.json", naming=_paths(plan)):
            print(f"Stopped what an earlier start had left: {', '.join(left)}.", flush=True)  # noqa: T201
        if not plan.instead:
            _require_free_port(plan.host, plan.port)
        supervisor = Supervisor(plan.var / "processes.json")
        try:
            environment = await _servers(plan, supervisor)
            await _set_up(plan, supervisor, environment)
            if plan.instead:
                await supervisor.run(plan.manage(plan.instead[0], *plan.instead, role="owner", environment=environment))
            else:
                await _harbour(plan, supervisor, environment)
                supervisor.say("harbour", ready.replace("\n", "\nharbour  | "))
                await supervisor.wait()
        except Stopped:
            pass
        finally:
            await supervisor.stop()


async def _servers(plan: Plan, supervisor: Supervisor) -> dict[str, str]:
    """Start what no address was given for.

    Returns what every process of Harbour is told: no secret, it reads its role's own.
    """
    environment = {"BASE_URL": plan.base_url, "HARBOUR_DEMO": str(plan.demo).lower()}
    if plan.embedded_database:
        database = Database(plan.var)
        who = f" as {database.account}, because it does not run as root" if database.account else ""
        supervisor.say("harbour", f"starting PostgreSQL{who}; its data is in {database.cluster.data}")
        await asyncio.to_thread(database.prepare)
        for note in database.notes:
            supervisor.say("harbour", note)
        await supervisor.start(database.program())
        await supervisor.until(database.answers, seconds=60, otherwise="The embedded PostgreSQL does not answer.")
        await asyncio.to_thread(database.admit)
    if plan.embedded_queue:
        doorbell = queue(plan.var)
        supervisor.say("harbour", "starting a private Redis")
        await supervisor.start(Program("redis", doorbell.command(), folder=doorbell.home, quiet=True))
        await supervisor.until(doorbell.answers, seconds=20, otherwise="The private Redis does not answer.")
    return environment


async def _set_up(plan: Plan, supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Bring the tables up to date, build the files that pages name, and fill the demo school once."""
    supervisor.say("harbour", "bringing the tables up to date")
    await supervisor.run(plan.manage("migrate", "migrate", "--verbosity=0", role="owner", environment=environment))
    if not is_built():
        await supervisor.run(plan.manage("static", *BUILD, role="web", environment=environment))
    if plan.instead[:1] == ["restore"]:
        return  # it brings the keys, and what would be made here
    # Makes them where nothing was ever sealed; says what is wrong where they do not fit, and then nothing is started.
    await supervisor.run(plan.manage("keys", "keys", "ready", role="owner", environment=environment))
    if not plan.seal_key.exists():
        await _make_seal_key(plan, supervisor, environment)
    if plan.demo and plan.embedded_database and not _has_school(plan.var):
        supervisor.say("harbour", "first start: filling the demo school")
        await supervisor.run(plan.manage("demo", "seed_demo", role="owner", environment=environment))


async def _make_seal_key(plan: Plan, supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """At the first start.

    Where a key is lost the command says so; a school's work does not stop for that, and events wait.
    """
    try:
        await supervisor.run(plan.manage("seal key", "seal_key", "make", role="worker", environment=environment))
    except LaunchError:
        supervisor.say("harbour", "events are written and not sealed until the key is back")


async def _harbour(plan: Plan, supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    supervisor.say("harbour", "starting the web server, the worker, what destroys, their clock and the printer")
    running = [
        ("web", programs.web(plan.host, plan.port, plan.web_workers, plan.web_process_mb), "web", 6),
        # What is cut off here is a row that the next start finds again.
        ("worker", programs.worker(), "worker", 2),
        # Its work can be begun again wherever it was cut off.
        ("destroyer", programs.destroyer(), "destroyer", 2),
        ("beat", programs.beat(), "worker", 1),
        # A print that is cut off is made anew from what its row names.
        ("printer", programs.printer(plan.printer), "web", 1),
    ]
    if not plan.demo:
        # Practice is made anew. A backup that is cut off leaves no file, and is made after the next start.
        running.append(("backup", programs.backup(), "backup", 2))
    await supervisor.start(
        *(
            Program(name, command, {**environment, "HARBOUR_ROLE": role}, plan.root, patience=patience)
            for name, command, role, patience in running
        )
    )
    await supervisor.until(
        lambda: _answers(plan.host, plan.port, plan.called), seconds=60, otherwise="The web server does not answer."
    )


def _require_free_port(host: str, port: int) -> None:
    """Raises `LaunchError` where another program listens: the web server would share the port with it unnoticed."""
    if _listens(host, port):
        raise LaunchError(f"Port {port} is taken by another program. Choose another one: PORT={port + 1} make run")


def _listens(host: str, port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(2)
        return client.connect_ex((_near(host), port)) == 0


def _answers(host: str, port: int, called: str) -> bool:
    """Whether a page comes back as through a proxy, under the name by which browsers call Harbour: the port is open
    well before the first worker has loaded it.
    """
    try:
        client = HTTPConnection(_near(host), port, timeout=5)
        client.request("GET", "/health/", headers={"Host": called, "X-Forwarded-Proto": "https"})
        return client.getresponse().status < 400
    except (OSError, HTTPException):
        return False


def _near(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104


def _has_school(var: Path) -> bool:
    with psycopg.connect(Database(var).environment("owner")["OWNER_DATABASE_URL"]) as connection:
        return connection.execute("SELECT 1 FROM accounts_school LIMIT 1").fetchone() is not None


def _paths(plan: Plan) -> list[Path]:
    """What the command lines of this installation's processes have in them."""
    return [plan.root, plan.var, Path(sys.prefix), (plan.var / "postgres").resolve()]


@contextmanager
def _alone(plan: Plan) -> Iterator[None]:
    """Nobody else runs this installation. The lock is the kernel's: it ends with the process, however that ends."""
    with (plan.var / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise LaunchError(
                f"Harbour already runs here: {file.read().strip()}. Stop it with Ctrl-C in its terminal first."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} at {plan.base_url}")
        file.flush()
        yield
