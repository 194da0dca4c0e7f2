"""An installation of its own, started as `make run` starts it, and nothing of it afterwards."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import postgres
from tests.counted import count
from tests.functional.installation import Up
from tests.postgres import ROOT

# What a page will say it says at once; a machine that does much else is waited for.
expect.set_options(timeout=20_000)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """An installation of its own; what it keeps elsewhere as root goes too."""
    yield tmp_path
    for folder in (tmp_path / "postgres").resolve().parent.glob(f"{(tmp_path / 'postgres').resolve().name}*"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def migrated(var: Path, databases: postgres.Databases) -> Path:
    """The same, with its tables there: what the first start takes longest for, and `test_up.py` sees from nothing."""
    postgres.lay_out_installation(var)
    return var


@pytest.fixture
def up(var: Path, port: int) -> Iterator[Up]:
    """Start it with nothing but this environment. Whatever a test leaves running is stopped after it."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, **more: str) -> subprocess.Popen[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HARBOUR_ENV_FILE": os.devnull,
            "HARBOUR_VAR": str(var),
            "PORT": str(port),
            "WEB_WORKERS": "1",
        }
        count("installations")
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up", *arguments],
            env=environment | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)
