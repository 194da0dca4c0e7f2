"""Who watches over the processes? One supervisor: it starts them in order, shows what they say, and stops every one.

A process that ends by itself is reported and started again; one that ends five times within a minute takes everything
down, with a sentence, rather than pretend. Stopping goes backwards, so that the database is there until nobody needs
it. A supervisor that is killed outright takes its processes along on Linux (`leash.py`); elsewhere the next start stops
what it finds in `record`.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from safeguarding.environment import for_role

from . import LaunchError
from .postgres import leashed

_TOO_OFTEN = 5
_WITHIN = 60.0
_COLOURS = (36, 35, 33, 32, 34)


@dataclass(frozen=True)
class Program:
    """One process: its command line, what is in its environment, and how it is asked to stop.

    Of the secrets that the supervisor was started with it gets those of the role in `HARBOUR_ROLE`, and none without.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: str | None = None
    stop: signal.Signals = signal.SIGTERM
    # Seconds between asking it to stop and killing it.
    patience: float = 3.0
    # Shown only when it ends by itself: what a server says while all is well helps nobody.
    quiet: bool = False


class Stopped(Exception):
    """Somebody asked for an end while something was being prepared."""


class Supervisor:
    """Runs programs until it is asked to stop.

    Use it inside one event loop: `start`, `run`, then `wait`, then `stop`.
    """

    def __init__(self, record: Path) -> None:
        self.record = record
        self.failure = ""
        self._end = asyncio.Event()
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._layers: list[list[Program]] = []
        self._said: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=20))
        self._ended: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_TOO_OFTEN))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end.set)

    def say(self, name: str, line: str) -> None:
        """One line in the terminal, with the name of who says it. A terminal that has gone away is no error."""
        label = f"{name:<8}"
        if sys.stdout.isatty():
            label = f"\x1b[{_COLOURS[sum(name.encode()) % len(_COLOURS)]}m{label}\x1b[0m"
        with suppress(OSError):
            sys.stdout.write(f"{label} | {line}\n")
            sys.stdout.flush()

    async def start(self, *programs: Program) -> None:
        """Start programs that run until the end, beside each other."""
        self._layers.append(list(programs))
        for program in programs:
            await self._spawn(program)
            self._watchers[program.name] = asyncio.create_task(self._watch(program))

    async def run(self, program: Program) -> None:
        """Run something that ends by itself.

        Raises `LaunchError` when it fails, `Stopped` when asked to end meanwhile.
        """
        process = await self._spawn(program)
        relay = asyncio.create_task(self._relay(program, process))
        end = asyncio.create_task(self._end.wait())
        done = asyncio.create_task(process.wait())
        await asyncio.wait({end, done}, return_when=asyncio.FIRST_COMPLETED)
        stopped = not done.done()
        if stopped:
            await self._stop(program)
        end.cancel()
        await relay
        self._running.pop(program.name)
        self._note()
        if stopped:
            raise Stopped
        if code := await done:
            raise LaunchError(f"`{' '.join(program.command[1:])}` ended with code {code}; what it said is above.")

    async def until(self, ready: Callable[[], bool], *, seconds: float, otherwise: str) -> None:
        """Ask `ready()` until it says yes. Raises `LaunchError(otherwise)` in the end, `Stopped` when asked to end."""
        deadline = time.monotonic() + seconds
        while not await asyncio.to_thread(ready):
            if self._end.is_set():
                raise LaunchError(self.failure) if self.failure else Stopped
            if time.monotonic() > deadline:
                raise LaunchError(otherwise)
            await asyncio.sleep(0.05)

    async def wait(self) -> None:
        """Return when everything is to end. Raises `LaunchError` when a program could not be kept running."""
        await self._end.wait()
        if self.failure:
            raise LaunchError(self.failure)

    async def stop(self) -> None:
        """Stop what runs, the last started first, and leave nothing."""
        self._end.set()
        for layer in reversed(self._layers):
            await asyncio.gather(*(self._stop(program) for program in layer))
            for program in layer:
                self._watchers[program.name].cancel()
        self.record.unlink(missing_ok=True)

    async def _spawn(self, program: Program) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *leashed(list(program.command), account=program.account, stop=program.stop),
            env=for_role(program.environment.get("HARBOUR_ROLE", ""), os.environ)
            | {"PYTHONUNBUFFERED": "1", **program.environment},
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches a whole terminal: only the supervisor hears it, and stops the others in order.
            start_new_session=True,
            limit=1 << 20,
        )
        self._running[program.name] = process
        self._note()
        return process

    async def _watch(self, program: Program) -> None:
        while True:
            process = self._running[program.name]
            await self._relay(program, process)
            code = await process.wait()
            _kill_group(process.pid)
            if self._end.is_set():
                return
            while self._said[program.name]:
                self.say(program.name, self._said[program.name].popleft())
            self._ended[program.name].append(time.monotonic())
            times = self._ended[program.name]
            if len(times) == _TOO_OFTEN and times[-1] - times[0] < _WITHIN:
                self.failure = f"{program.name} ended {_TOO_OFTEN} times within a minute, last with code {code}."
                self._end.set()
                return
            self.say("harbour", f"{program.name} ended with code {code}; starting it again")
            await self._spawn(program)

    async def _relay(self, program: Program, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101
        while line := await process.stdout.readline():
            said = line.decode(errors="replace").rstrip()
            if program.quiet:
                self._said[program.name].append(said)
            else:
                self.say(program.name, said)

    async def _stop(self, program: Program) -> None:
        """Ask it to stop, kill it when it does not, and whatever it started that is still there with it."""
        process = self._running[program.name]
        if process.returncode is not None:
            return  # its number may be somebody else's by now
        with suppress(ProcessLookupError):
            process.send_signal(program.stop)
        try:
            await asyncio.wait_for(process.wait(), program.patience)
        except TimeoutError:
            self.say("harbour", f"{program.name} did not stop within {program.patience:g} s; killing it")
            _kill_group(process.pid)
            await process.wait()
        _kill_group(process.pid)

    def _note(self) -> None:
        pids = {name: process.pid for name, process in self._running.items() if process.returncode is None}
        self.record.write_text(json.dumps(pids))


def stop_leftovers(record: Path, *, naming: Sequence[Path], patience: float = 5.0) -> list[str]:
    """Stop the processes of a supervisor that was killed outright. Returns the names of those that were still there.

    A process is one of them when its number is in `record` and its command line has one of the paths of `naming` in it.
    """
    if not record.exists():
        return []
    noted: dict[str, int] = json.loads(record.read_text() or "{}")
    left = {name: pid for name, pid in noted.items() if any(str(p) in command_line(pid) for p in naming)}
    for ask in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        deadline = time.monotonic() + patience
        running = [pid for pid in left.values() if command_line(pid)]
        for pid in running:
            _kill_group(pid, ask)
        while any(map(command_line, running)) and time.monotonic() < deadline:
            time.sleep(0.05)
    record.unlink()
    return list(left)


def command_line(pid: int) -> str:
    """What a process was started with; empty when there is none of that number."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True).stdout


def _kill_group(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Signal the session that the process began: what it started, and itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
