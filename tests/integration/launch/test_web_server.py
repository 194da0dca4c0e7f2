"""Is a web process that ends replaced, as often as it ends, and when does the web server give up?"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from granian.server import MPServer

from safeguarding.launch import programs
from safeguarding.launch.web_server import WebServer
from tests.architecture.source import ROOT
from tests.functional.installation import tree
from tests.integration.launch.test_slow_connections import answers, free_port
from tests.waiting import until


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], tuple[subprocess.Popen[bytes], int]]]:
    """The web server with one process, which serves the application of this name: its own process, and its port."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(application: str) -> tuple[subprocess.Popen[bytes], int]:
        port = free_port()
        *command, _ = programs.web("127.0.0.1", port, 1, 350)
        environment = {"HARBOUR_VAR": str(tmp_path), "TMPDIR": str(tmp_path), "PATH": os.environ["PATH"]}
        begun.append(subprocess.Popen([*command, application], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
        return begun[-1], port

    yield start
    for process in begun:
        process.terminate()
        process.wait(30)


def test_a_process_that_is_killed_three_times_within_seconds_is_replaced(
    serve: Callable[[str], tuple[subprocess.Popen[bytes], int]],
) -> None:
    server, port = serve("tests.front_alone:application")
    killed = set()
    for _ in range(3):
        until(lambda: answers(port))
        [process] = set(tree(server.pid)) - {server.pid} - killed
        os.kill(process, signal.SIGKILL)
        killed.add(process)
    until(lambda: answers(port))
    assert server.poll() is None


def test_a_web_server_none_of_whose_processes_can_start_ends(
    serve: Callable[[str], tuple[subprocess.Popen[bytes], int]],
) -> None:
    server, _ = serve("tests.nowhere:application")
    assert server.wait(60) == 1


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Which processes Granian was let replace."""
    done: list[list[int]] = []
    monkeypatch.setattr(MPServer, "_respawn_workers", lambda self, workers, *given, **named: done.append(list(workers)))
    return done


def server_of(clock: Callable[[], float], *ages: float) -> Any:
    """A web server of processes as old as that."""
    server = WebServer("nowhere:application", clock=clock)
    server.wrks = [SimpleNamespace(birth=clock() - age) for age in ages]
    server.respawned_wrks = {0: 1.0}
    return server


def test_five_that_end_young_within_a_minute_end_the_web_server(
    replaced: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[int] = []

    def shut_down(self: MPServer, code: int = 0) -> None:
        codes.append(code)
        raise SystemExit(code)

    monkeypatch.setattr(MPServer, "shutdown", shut_down)
    server = server_of(lambda: 1000.0, 3, 3)
    server._respawn_workers([0, 1])
    server._respawn_workers([0, 1], delay=0)
    assert replaced == [[0, 1]] * 2 and server.respawned_wrks == {}
    with pytest.raises(SystemExit):
        server._respawn_workers([1])
    assert codes == [1] and replaced == [[0, 1]] * 2


def test_those_that_hung_and_those_that_end_now_and_then_are_replaced_for_ever(replaced: list[list[int]]) -> None:
    hung = server_of(lambda: 1000.0, 20, 20)
    for _ in range(6):
        hung._respawn_workers([0, 1])
    now = [1000.0]
    seldom = server_of(lambda: now[0], 3)
    for _ in range(6):
        now[0] += 20
        seldom.wrks = [SimpleNamespace(birth=now[0] - 3)]
        seldom._respawn_workers([0])
    assert len(replaced) == 12
