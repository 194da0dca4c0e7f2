"""The supervisor starts again what ends, gives up in the end, and leaves nothing: each tried with real processes.

It owns its process's signals and event loop, so each trial is a process of its own.
"""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safeguarding.environment import SECRETS_OF
from safeguarding.launch.supervisor import command_line, stop_leftovers
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]

TRIAL = """
import asyncio, sys
from pathlib import Path
from safeguarding.launch import LaunchError
from safeguarding.launch.supervisor import Program, Supervisor

def program(name, code, **options):
    return Program(name, [sys.executable, "-S", "-u", "-c", code], **options)

async def trial(folder):
    supervisor = Supervisor(folder / "processes.json")
    try:
{body}
    finally:
        await supervisor.stop()

try:
    asyncio.run(trial(Path(sys.argv[1])))
except LaunchError as error:
    sys.exit(f"gave up: {{error}}")
"""

Trial = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Run the body of a trial; its words can be read from `stdout`. None outlives its test."""
    begun: list[subprocess.Popen[str]] = []

    def begin(body: str) -> subprocess.Popen[str]:
        code = TRIAL.format(body=textwrap.indent(textwrap.dedent(body), " " * 8))
        running = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun.append(running)
        return running

    yield begin
    for running in begun:
        running.kill()
        running.wait()
        if running.stdout:
            running.stdout.close()


def noted(folder: Path) -> dict[str, int]:
    """The processes that run, by name, as the supervisor wrote them down."""
    try:
        return dict(json.loads((folder / "processes.json").read_text()))
    except (OSError, ValueError):
        return {}


def started(running: subprocess.Popen[str], folder: Path, *names: str) -> dict[str, int]:
    """Wait until these programs run."""

    def there() -> bool:
        if running.poll() is not None:
            raise AssertionError(f"the trial ended by itself: {running.communicate()[0]}")
        return set(names) <= set(noted(folder))

    until(there)
    return noted(folder)


def gone(pid: int) -> bool:
    return not command_line(pid)


FOR_EVER = "import signal; signal.pause()"


def test_what_ends_by_itself_is_started_again(trial: Trial, tmp_path: Path) -> None:
    running = trial(f"""
        await supervisor.start(program("web", {FOR_EVER!r}))
        await supervisor.wait()
    """)
    first = started(running, tmp_path, "web")["web"]
    os.kill(first, signal.SIGKILL)
    until(lambda: noted(tmp_path).get("web") not in (None, first))
    running.terminate()
    said, _ = running.communicate(timeout=20)
    assert "web ended with code -9; starting it again" in said
    assert running.returncode == 0


# Prints the number of what it starts, which holds its pipe open.
WITH_A_CHILD = "import os, signal; p = os.fork(); p and print(p); signal.pause()"


def test_what_it_had_started_is_ended_before_it_is_started_again(trial: Trial, tmp_path: Path) -> None:
    running = trial(f"""
        await supervisor.start(program("web", {WITH_A_CHILD!r}))
        await supervisor.wait()
    """)
    assert running.stdout is not None
    child = int(running.stdout.readline().split()[-1])
    first = noted(tmp_path)["web"]
    os.kill(first, signal.SIGKILL)
    assert "web ended with code -9; starting it again" in running.stdout.readline()
    assert gone(child)
    again = int(running.stdout.readline().split()[-1])
    assert noted(tmp_path)["web"] != first
    running.terminate()
    running.communicate(timeout=20)
    until(lambda: gone(again))


def test_what_cannot_even_be_started_again_ends_everything_with_a_sentence(trial: Trial, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    running = trial(f"""
        await supervisor.start(program("redis", {FOR_EVER!r}), program("web", {FOR_EVER!r}, folder=folder / "home"))
        await supervisor.wait()
    """)
    pids = started(running, tmp_path, "redis", "web")
    home.rmdir()
    os.kill(pids["web"], signal.SIGKILL)
    said, _ = running.communicate(timeout=20)
    assert "gave up: web could not be started again: [Errno 2]" in said
    assert gone(pids["redis"])


def test_what_cannot_be_kept_running_ends_everything_with_a_sentence(trial: Trial, tmp_path: Path) -> None:
    running = trial(f"""
        await supervisor.start(program("redis", {FOR_EVER!r}), program("web", "print('no luck'); raise SystemExit(3)"))
        await supervisor.wait()
    """)
    other = started(running, tmp_path, "redis")["redis"]
    said, _ = running.communicate(timeout=20)
    assert said.count("web      | no luck") == 5
    assert "gave up: web ended 5 times within a minute, last with code 3." in said
    assert running.returncode == 1
    assert gone(other)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it_the_last_started_first(trial: Trial, tmp_path: Path, number: int) -> None:
    polite = (
        "import signal; signal.signal(signal.SIGTERM, lambda *a: exit(print('{0} stops'))); print('{0}'); "
        "signal.pause()"
    )
    running = trial(f"""
        await supervisor.start(program("postgres", {polite.format("postgres")!r}))
        await supervisor.start(program("web", {polite.format("web")!r}))
        await supervisor.wait()
    """)
    pids = started(running, tmp_path, "postgres", "web")
    assert running.stdout is not None
    words = [running.stdout.readline(), running.stdout.readline()]
    assert {word.split()[-1] for word in words} == {"postgres", "web"}
    running.send_signal(number)
    said, _ = running.communicate(timeout=20)
    assert said.index("web stops") < said.index("postgres stops")
    assert all(map(gone, pids.values()))
    assert noted(tmp_path) == {}


def test_what_does_not_stop_is_killed_together_with_what_it_started(trial: Trial, tmp_path: Path) -> None:
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); import os; p = os.fork(); p and "
        "print(p); signal.pause()"
    )
    running = trial(f"""
        await supervisor.start(program("worker", {deaf!r}, patience=0.2))
        await supervisor.wait()
    """)
    assert running.stdout is not None
    child = int(running.stdout.readline().split()[-1])
    parent = noted(tmp_path)["worker"]
    assert not gone(child)
    running.terminate()
    said, _ = running.communicate(timeout=20)
    assert "worker did not stop" in said
    assert gone(parent)
    until(lambda: gone(child))


def test_a_preparation_that_fails_stops_what_runs_and_says_which(trial: Trial, tmp_path: Path) -> None:
    running = trial(f"""
        await supervisor.start(program("postgres", {FOR_EVER!r}))
        await supervisor.run(program("migrate", "raise SystemExit('no such table')"))
    """)
    said, _ = running.communicate(timeout=20)
    assert "migrate  | no such table" in said
    assert "ended with code 1; what it said is above" in said
    assert running.returncode == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start stops them: see below")
def test_a_supervisor_that_is_killed_takes_its_processes_along(trial: Trial, tmp_path: Path) -> None:
    running = trial(f"""
        await supervisor.start(program("web", {FOR_EVER!r}), program("beat", {FOR_EVER!r}))
        await supervisor.wait()
    """)
    pids = started(running, tmp_path, "web", "beat")
    running.kill()
    until(lambda: all(map(gone, pids.values())))
    running.communicate()


def test_the_next_start_stops_what_an_earlier_one_left_and_nothing_else(tmp_path: Path) -> None:
    def begin(*more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-S", "-c", FOR_EVER, *more]
        return subprocess.Popen(command, start_new_session=True)

    ours, stranger = begin(str(tmp_path)), begin()
    until(lambda: str(tmp_path) in command_line(ours.pid) and FOR_EVER in command_line(stranger.pid))
    record = tmp_path / "processes.json"
    record.write_text(json.dumps({"web": ours.pid, "beat": stranger.pid, "redis": 4_000_000}))
    assert stop_leftovers(record, naming=[tmp_path]) == ["web"]
    assert ours.wait(timeout=10) == -signal.SIGTERM
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert stop_leftovers(record, naming=[tmp_path]) == []


def test_the_next_start_stops_what_a_process_had_started_that_is_gone_itself(tmp_path: Path) -> None:
    code = "import os, signal; p = os.fork(); p and (print(p, flush=True), os._exit(0)); signal.pause()"
    with subprocess.Popen(
        [sys.executable, "-S", "-c", code, str(tmp_path)], start_new_session=True, stdout=subprocess.PIPE
    ) as leader:
        assert leader.stdout is not None
        child = int(leader.stdout.readline())
    assert not gone(child)
    record = tmp_path / "processes.json"
    record.write_text(json.dumps({"web": leader.pid}))
    assert stop_leftovers(record, naming=[tmp_path]) == ["web"]
    until(lambda: gone(child))
    assert not record.exists()


def test_the_next_start_does_not_stop_itself(tmp_path: Path) -> None:
    """After the machine has started anew it may have a number that the record names."""
    code = """
import json, os, sys
from pathlib import Path
from safeguarding.launch.supervisor import stop_leftovers
record = Path(sys.argv[1]) / "processes.json"
record.write_text(json.dumps({"web": os.getpgrp()}))
print(stop_leftovers(record, naming=[Path(sys.argv[1])]))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    asked = subprocess.run(command, cwd=ROOT, start_new_session=True, capture_output=True, text=True)
    assert (asked.returncode, asked.stdout) == (0, "[]\n")


def test_a_program_gets_of_what_was_given_the_secrets_of_its_role_alone(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the addresses stand in the environment of the supervisor itself, as on a server of others."""
    names = [*sorted({name for own in SECRETS_OF.values() for name in own}), "SECRET_KEY", "OWNER_DATABASE_URL_FILE"]
    for name in names:
        monkeypatch.setenv(name, "hidden")
    # What it starts has the same: asked of its child.
    asks = "import os, subprocess, sys; subprocess.run([sys.executable, '-S', '-c', sys.argv[1]])"
    says = f"import os; print('has', *(name for name in {names!r} if name in os.environ))"
    running = trial(f"""
        for role in ("web", "worker", "owner", "backup", ""):
            given = {{"HARBOUR_ROLE": role}} if role else {{}}
            await supervisor.run(Program(role, [sys.executable, "-S", "-c", {asks!r}, {says!r}], given))
    """)
    said, _ = running.communicate(timeout=60)
    has = [line.partition("has")[2].split() for line in said.splitlines()]
    assert has == [
        ["DATABASE_URL", "KEYS_DATABASE_URL", "WEB_CONTEXT_KEY", "SECRET_KEY"],
        ["WORKER_CONTEXT_KEY", "WORKER_DATABASE_URL", "WORKER_KEYS_DATABASE_URL", "SECRET_KEY"],
        [
            "OWNER_DATABASE_URL",
            "OWNER_KEYS_DATABASE_URL",
            "WEB_CONTEXT_KEY",
            "WORKER_CONTEXT_KEY",
            "SECRET_KEY",
            "OWNER_DATABASE_URL_FILE",
        ],
        ["BACKUP_DATABASE_URL", "BACKUP_KEYS_DATABASE_URL", "SECRET_KEY"],
        [],
    ]
