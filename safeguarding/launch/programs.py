"""How is each of Harbour's own processes started?

The same way by `manage.py up` and in a container (`manage.py program`).
"""

import sys
from pathlib import Path

from safeguarding.queues import DESTRUCTION

_MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
_PRINTER = Path(__file__).resolve().parents[1] / "printing" / "printer.py"
NAMES = ("web", "worker", "destroyer", "beat", "backup", "printer")
# It warns root of tasks that carry code; Harbour takes JSON alone, from everybody.
_CELERY = [sys.executable, "-W", "ignore:::celery.platforms", "-m", "celery", "--quiet", "--app", "safeguarding.celery"]


def web(host: str, port: int, workers: int, most_mb: int) -> list[str]:
    """The shipped web server: one process a core."""
    server = [sys.executable, "-m", "safeguarding.launch.web_server"]
    return [*server, host, str(port), str(workers), str(most_mb), "safeguarding.asgi:application"]


def worker() -> list[str]:
    """What is done outside a request: mail, calls that nobody answered, large imports."""
    return _worker("worker", concurrency=2)


def destroyer() -> list[str]:
    """What ends for good, one thing at a time: the only process that may take a key away, or a record."""
    return [*_worker("destroyer", concurrency=1), "--queues", DESTRUCTION]


def _worker(name: str, *, concurrency: int) -> list[str]:
    """Named, so that two on one machine are told apart where one is asked whether it is well."""
    return [
        *_CELERY,
        "worker",
        "--hostname",
        f"{name}@%h",
        "--loglevel",
        "WARNING",
        "--concurrency",
        str(concurrency),
        "--without-mingle",
        "--without-gossip",
    ]


def beat() -> list[str]:
    """The clock of the worker. Its times are kept in memory: every task looks in the database for what was missed."""
    return [*_CELERY, "beat", "--loglevel", "WARNING", "--scheduler", "safeguarding.beat:SteadyScheduler", "--pidfile="]


def backup() -> list[str]:
    """Backs up every night, as the database role that reads everything and writes nothing."""
    return [sys.executable, str(_MANAGE), "backup", "--nightly"]


def printer(address: Path) -> list[str]:
    """Makes the PDFs, one a core, and listens at `address`.

    Isolated: it is given no setting and no secret of Harbour.
    """
    return [sys.executable, "-I", str(_PRINTER), str(address)]
