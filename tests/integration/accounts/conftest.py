"""A queue of a test's own, and web processes that count tries in it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache.backends import locmem

from safeguarding.launch.redis import Queue
from tests.waiting import until


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
def another_process(redis, tmp_path, settings):
    """`another_process()`: from now on another web process answers, with a memory of its own."""

    def start():
        locmem._caches.pop("tries", None)
        settings.CACHES = {
            "default": {"BACKEND": "safeguarding.tries.SharedTries", "LOCATION": Queue(tmp_path / "redis").url}
        }

    start()
    return start
