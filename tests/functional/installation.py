"""What does a test ask of an installation that `manage.py up` runs: what it says, whether it answers, what is left of
it?
"""

import os
import subprocess
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

Up = Callable[..., subprocess.Popen[str]]


def words_until(process: subprocess.Popen[str], sentence: str) -> str:
    """What it says, up to and with a line that has `sentence` in it."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if sentence in line:
            return said
    raise AssertionError(f"it ended without saying {sentence!r}:\n{said}")


def status(port: int, host: str = "127.0.0.1") -> int:
    """What /health/ answers there; 0 when nobody does."""
    try:
        client = HTTPConnection(host, port, timeout=10)
        client.request("GET", "/health/")
        return client.getresponse().status
    except (OSError, HTTPException):
        return 0


def running(var: Path) -> list[str]:
    """The command lines of every process of this installation: its folder is in their environment, or in the title they
    took.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text(errors="replace").replace("\0", " ")
            if f"HARBOUR_VAR={var}".encode() in (process / "environ").read_bytes() or str(var) in line:
                found.append(line)
        except OSError:
            continue
    return [line for line in found if line]


def tree(pid: int) -> dict[int, bytes]:
    """The environment of a process, and of all that it started and they started, by their numbers."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            # After the name, which may have anything in it, stand the state and the parent.
            parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, new = set[int](), {pid}
    while new:
        found |= new
        new = {child for child, parent in parents.items() if parent in new} - found
    environments = {}
    for one in found:
        try:
            environments[one] = Path(f"/proc/{one}/environ").read_bytes()
        except OSError:
            continue
    return environments


def url(var: Path, role: str) -> str:
    return _written(var)[f"{role}DATABASE_URL"]


def schools(var: Path) -> list[tuple[str]]:
    with psycopg.connect(url(var, "OWNER_")) as connection:
        return connection.execute("SELECT name FROM accounts_school ORDER BY name").fetchall()


def environment(var: Path) -> dict[str, str]:
    """What a process beside a running installation needs to reach it."""
    given = {
        "HARBOUR_ENV_FILE": os.devnull,
        "HARBOUR_VAR": str(var),
        "HARBOUR_DEMO": "true",
        "PATH": os.environ["PATH"],
    }
    return given | _written(var)


def _written(var: Path) -> dict[str, str]:
    """What the files of all roles say, and that of the queue."""
    files = [*sorted(var.glob("database.*.env")), var / "queue.env"]
    return dict(line.split("=", 1) for file in files for line in file.read_text().splitlines())
