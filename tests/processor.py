"""How much of a processor was taken so far? Of this process, and of PostgreSQL's behind its connections.

Other work of the machine delays an answer and takes none of this.
"""

from pathlib import Path
from time import process_time

from django.db import connections


def of_this_process() -> float:
    """Seconds."""
    return process_time()


def of_databases() -> float:
    """Seconds of the server processes behind both connections; 0 where the kernel does not say (not Linux)."""
    pids = (connections[alias].connection.info.backend_pid for alias in connections)
    told = (Path(f"/proc/{pid}/schedstat") for pid in pids)
    return sum(int(path.read_text().split()[0]) for path in told if path.exists()) / 1e9
