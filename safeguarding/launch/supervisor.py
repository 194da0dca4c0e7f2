"""Who watches over the processes? One supervisor: it starts them in order, shows what they say, and stops every one.

A process that ends by itself is reported and started again, once what it had started is ended too; one that ends five
times within a minute takes everything down, with a sentence, rather than pretend. Stopping goes backwards, so that the
database is there until nobody needs it. A supervisor that is killed outright takes its processes along on Linux
(`leash.py`). What is left all the same, or elsewhere, the next start stops: the group of each process stays in `record`
until nothing of it runs.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from safeguarding.environment import for_role
from safeguarding.private import write_private

from . import LaunchError
from .postgres import leashed
from .too_often import TIMES, TooOften

# Seconds within which a group that was killed is gone: more only where the disk under it hangs.
_GONE_WITHIN = 2.0
# Seconds for the last of what a process said. PostgreSQL's own processes leave its group, and hold the pipe until the
# last of them has ended: before that it cannot be started again.
_LAST_WORDS = 60.0
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


@dataclass(frozen=True)
class _Running:
    """One process, and what shows its words."""

    process: asyncio.subprocess.Process
    words: asyncio.Task[None]


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
        self._running: dict[str, _Running] = {}
        # The group that each process began, until it is empty, by its number; those of an earlier start too.
        self._groups = {group: name for name, group in recorded(record).items()}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._layers: list[list[Program]] = []
        self._said: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=20))
        self._ended: defaultdict[str, TooOften] = defaultdict(TooOften)
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
            watcher = self._watchers[program.name] = asyncio.create_task(self._watch(program), name=program.name)
            watcher.add_done_callback(self._lost)

    async def run(self, program: Program) -> None:
        """Run something that ends by itself.

        Raises `LaunchError` when it fails, `Stopped` when asked to end meanwhile.
        """
        running = await self._spawn(program)
        end = asyncio.create_task(self._end.wait())
        done = asyncio.create_task(self._until_ended(running))
        await asyncio.wait({end, done}, return_when=asyncio.FIRST_COMPLETED)
        stopped = not done.done()
        if stopped:
            await self._stop(program)
        end.cancel()
        code = await done
        self._running.pop(program.name)
        if stopped:
            raise Stopped
        if code:
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
            watching = {self._watchers[program.name] for program in layer if program.name in self._watchers}
            if watching:
                # For the last words, and for what was just being started again.
                _, late = await asyncio.wait(watching, timeout=max(program.patience for program in layer) + 1)
                for watcher in late:
                    watcher.cancel()
        self._note()
        if not self._groups:
            self.record.unlink(missing_ok=True)

    async def _spawn(self, program: Program) -> _Running:
        # Not a pipe of asyncio's: it takes a process for ended only when nobody holds its pipe any more.
        ours, theirs = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *leashed(list(program.command), account=program.account, stop=program.stop),
                env=for_role(program.environment.get("HARBOUR_ROLE", ""), os.environ)
                | {"PYTHONUNBUFFERED": "1", **program.environment},
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches a whole terminal: only the supervisor hears it, and stops the others in order.
                start_new_session=True,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        running = _Running(process, asyncio.create_task(self._relay(program, ours)))
        self._running[program.name] = running
        self._groups[process.pid] = program.name
        self._note()
        return running

    async def _watch(self, program: Program) -> None:
        while True:
            if self._end.is_set():
                # It was being started while everything else was stopped.
                await self._stop(program)
            code = await self._until_ended(self._running[program.name])
            if self._end.is_set():
                return
            while self._said[program.name]:
                self.say(program.name, self._said[program.name].popleft())
            if self._ended[program.name].ended(time.monotonic()):
                self.failure = f"{program.name} ended {TIMES} times within a minute, last with code {code}."
                self._end.set()
                return
            self.say("harbour", f"{program.name} ended with code {code}; starting it again")
            await self._spawn(program)

    def _lost(self, watcher: asyncio.Task[None]) -> None:
        """What nobody watches any more is not kept running: end everything, with a sentence."""
        if not watcher.cancelled() and (error := watcher.exception()):
            self.failure = f"{watcher.get_name()} could not be started again: {error}."
            self._end.set()

    async def _until_ended(self, running: _Running) -> int:
        """Wait for the process itself, end what is left of its group, then read what it said. Returns its code."""
        code = await running.process.wait()
        await self._end_group(running.process.pid)
        await asyncio.wait({running.words}, timeout=_LAST_WORDS)
        running.words.cancel()
        return code

    async def _relay(self, program: Program, pipe: int) -> None:
        words = asyncio.StreamReader(limit=1 << 20)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(words), os.fdopen(pipe, "rb", buffering=0)
        )
        try:
            while True:
                try:
                    line = await words.readline()
                except ValueError:
                    continue  # beyond the limit, which nothing of Harbour writes: dropped, and the rest is shown
                if not line:
                    return
                said = line.decode(errors="replace").rstrip()
                if program.quiet:
                    self._said[program.name].append(said)
                else:
                    self.say(program.name, said)
        finally:
            transport.close()

    async def _stop(self, program: Program) -> None:
        """Ask it to stop, kill it when it does not, and whatever it started that is still there with it."""
        if program.name not in self._running:
            return
        process = self._running[program.name].process
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(program.stop)
            try:
                await asyncio.wait_for(process.wait(), program.patience)
            except TimeoutError:
                self.say("harbour", f"{program.name} did not stop within {program.patience:g} s; killing it")
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        await self._end_group(process.pid)

    async def _end_group(self, group: int) -> None:
        """Kill what is left of a group, and wait until it is gone.

        Nothing is done twice: the number of a group that was empty may be somebody else's by now.
        """
        if group not in self._groups:
            return
        _signal_group(group, signal.SIGKILL)
        deadline = time.monotonic() + _GONE_WITHIN
        while _members([group]) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        self._note()

    def _note(self) -> None:
        """Write down the groups of which something runs, by name: the newest of a program has the name alone."""
        there = _members(self._groups)
        self._groups = {group: name for group, name in self._groups.items() if group in there}
        noted: dict[str, int] = {}
        for group, name in reversed(self._groups.items()):
            noted[f"{name} {group}" if name in noted else name] = group
        # A process is started again on a full disk too.
        with suppress(OSError):
            write_private(self.record, json.dumps(noted))


def stop_leftovers(record: Path, *, naming: Sequence[Path], patience: float = 5.0) -> list[str]:
    """Stop the groups of a supervisor that was killed outright. Returns the names of those that were still there.

    A group is one of them when its number is in `record` and a command line in it has one of the paths of `naming`. The
    record keeps what cannot be stopped.
    """
    noted = recorded(record)
    lines = _members(noted.values())
    left = {
        name: group
        for name, group in noted.items()
        # After the machine has started anew, a number may be that of this very start.
        if group != os.getpgrp() and any(str(path) in line for line in lines.get(group, []) for path in naming)
    }
    for ask in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        deadline = time.monotonic() + patience
        running = _members(left.values())
        for group in running:
            _signal_group(group, ask)
        while _members(running) and time.monotonic() < deadline:
            time.sleep(0.05)
    there = _members(left.values())
    if kept := {name: group for name, group in left.items() if group in there}:
        write_private(record, json.dumps(kept))
    else:
        record.unlink(missing_ok=True)
    return list(left)


def recorded(record: Path) -> dict[str, int]:
    """The groups that a supervisor has written down, by name."""
    return json.loads(record.read_text() or "{}") if record.exists() else {}


def command_line(pid: int) -> str:
    """What a process was started with; empty when there is none of that number."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True).stdout


def _members(groups: Collection[int]) -> dict[int, list[str]]:
    """The command lines of what runs in these groups, by group. One in which nothing runs is left out."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    if not groups:
        return found
    for pid, group, state in _processes():
        # One that has ended, and whose parent has not asked how, is nothing that runs.
        if group in groups and state not in "ZX":
            found[group].append(command_line(pid))
    return found


def _processes() -> Iterator[tuple[int, int, str]]:
    """The number, group and state of each process of the machine."""
    if sys.platform == "linux":
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                # After the name, which may have anything in it, stand the state, the parent and the group.
                state, _, group = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[:3]
                yield int(folder.name), int(group), state
        return
    asked = ["ps", "-A", "-o", "pid=,pgid=,state="]
    for row in subprocess.run(asked, capture_output=True, text=True).stdout.splitlines():
        pid, group, state = row.split()
        yield int(pid), int(group), state[0]


def _signal_group(group: int, number: signal.Signals) -> None:
    """Signal all that runs in a group: the process that began it, and what that has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
