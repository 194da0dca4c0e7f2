"""Which worker does a test run? A real Celery worker and a real queue, processes of their own, on its database.

`queue` is running. `start_worker()` starts a worker as it runs in a school, `start_worker(role="destroyer")` the
process that destroys.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from safeguarding.launch import programs
from safeguarding.launch.redis import Queue
from tests.counted import count
from tests.postgres import ROOT, Databases
from tests.waiting import until

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process of the queue's server."""
    queue = Queue(tmp_path / "redis")
    queue.prepare_folders()
    with subprocess.Popen(queue.command()) as process:
        until(queue.answers)
        yield process
        process.kill()


@pytest.fixture
def queue(redis: subprocess.Popen[bytes], tmp_path: Path) -> Queue:
    return Queue(tmp_path / "redis")


@pytest.fixture
def start_worker(databases: Databases, queue: Queue, tmp_path: Path, settings: Any) -> Iterator[Start]:
    """`start_worker(mail_url)`: a worker as it runs in a school, in a process group of its own. Or the destroyer.

    It keeps files, the ledger and its log in the folder of the test.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(mail_url: str = "dummymail://", *, role: str = "worker") -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "safeguarding.settings",
            "HARBOUR_ROLE": role,
            **databases.environment(),
            # A test may have key files of its own.
            "ROOT_KEY_PATH": str(settings.ROOT_KEY_PATH),
            "EPOCH_KEYS_PATH": str(settings.EPOCH_KEYS_PATH),
            "REDIS_URL": queue.url,
            "EMAIL_URL": mail_url,
            "HARBOUR_VAR": str(tmp_path),
        }
        count("installations")
        command = programs.destroyer() if role == "destroyer" else programs.worker()
        with (tmp_path / f"{role}.log").open("ab") as log:
            started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log, start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """As a power cut does it: the whole group, without a word."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
