"""The printer: makes PDFs, each in a process of its own with limits, at most one a core in the whole installation.

    python -I printer.py SOCKET

One process has WeasyPrint loaded, which takes longer than most prints, and forks for each. It holds no secret of
Harbour, reads nothing but fonts and packaged assets, and writes nothing to a disk: what it is given, and what it made,
is in its memory until it is fetched. It is asked over a socket that its own account alone reaches. A question is a line
of JSON (`ask`, `id`) and, to `make`, the `size` bytes of a job: JSON with its `pages` of HTML, `within` how many
sheets, and the `pictures` that they show, in Base64 by their names; or `parts` in Base64, PDFs that it made before, to
be joined. With `pieces` in the question it has `pieces` of HTML instead: each is laid out by itself, in a process of
its own, and waits its turn like a print; then they are joined. So a long print needs no more memory than a short one.
The answer is a line (`state`, `sheets`, `why`, `pieces`, `size`) and the PDF. The caller keeps what must not be lost: a
printer that was killed knows nothing of it.
"""

import asyncio
import base64
import ctypes
import gc
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Of one print: memory in bytes, seconds of a processor, seconds by the clock, sheets of paper.
MEMORY = 2**30
SECONDS = 60
PATIENCE = 600
SHEETS = 500
# Of one that is laid out in pieces, which have the other limits each for itself.
MOST_SHEETS = 2000
# Of HTML and of a PDF; and of all that lies here, in bytes and in prints. Nobody has more than five.
LARGEST = 32 * 2**20
MOST_BYTES = 96 * 2**20
MOST = 40
MOST_OF_ONE = 5
# How long a print lies here that nobody fetches, in seconds.
UNFETCHED = 300
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# One person's long prints leave a core to the others, where there are two.
AT_WORK_OF_ONE = max(1, CORES - 1)
_CHUNK = 2**16
_PR_SET_PDEATHSIG = 1
# What the printer needs of its environment. The rest may hold passwords, which its processes would show to whoever
# looks.
_NEEDED = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "FONTCONFIG_FILE",
        "FONTCONFIG_PATH",
    }
)
_EMPTY = """<html lang="en-GB"><head><title>-</title>
<link rel="stylesheet" href="asset:paper.css"></head><body>-</body></html>"""
_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Job:
    """A print: what was asked for, how it stands, and what came of it. `why`: the limit that it met, or "broken".

    `pieces` wait to be laid out one after the other, and are then joined: `made` is what came of those before.
    """

    whose: str
    content: bytes
    pieces: list[str] = field(default_factory=list)
    made: list[bytes] = field(default_factory=list)
    state: str = "queued"
    sheets: int = 0
    why: str = ""
    pdf: bytes = b""
    ended_at: float = 0.0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, *, pdf: bytes = b"", why: str = "") -> None:
        self.state, self.pdf, self.why, self.content = "failed" if why else "done", pdf, why, b""
        self.pieces, self.made = [], []
        self.ended_at = time.monotonic()
        self.ended.set()

    @property
    def size(self) -> int:
        """What of it is in memory, in bytes."""
        return len(self.content) + len(self.pdf) + sum(map(len, self.pieces)) + sum(map(len, self.made))


class Printer:
    """The prints that it knows, in the order in which they came.

    Everything happens in one loop: there is nothing to lock.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self._following: set[asyncio.Task[None]] = set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question and its answer. Whoever hangs up has asked nothing, and what is begun goes on."""
        with suppress(OSError, ValueError, KeyError, EOFError, asyncio.LimitOverrunError):
            asked = json.loads(await reader.readline())
            if asked["ask"] == "make":
                if asked["size"] > LARGEST:
                    raise ValueError
                content = await reader.readexactly(asked["size"])
                job = Job(str(asked["whose"]), content)
                if asked.get("pieces"):
                    job = Job(job.whose, b"", pieces=json.loads(content)["pieces"])
                head, pdf = await self._make(asked["id"], job, float(asked["wait"]))
            else:
                head, pdf = self._told(self.jobs.get(asked["id"]))
            writer.write(json.dumps(head | {"size": len(pdf)}).encode() + b"\n" + pdf)
            await writer.drain()
            if asked["ask"] == "drop" or (asked["ask"] == "make" and head["state"] in ("done", "failed")):
                self._forget(asked["id"])
        writer.close()

    async def _make(self, key: str, asked: Job, wait: float) -> tuple[dict[str, Any], bytes]:
        """The print with this key, begun as `asked` unless it is known; after `wait` seconds at most as far as it
        is.
        """
        self._tidy()
        job = self.jobs.get(key)
        if job is None:
            if full := self._full(asked.whose, asked.size):
                return full, b""
            job = self.jobs[key] = asked
            self._begin_waiting()
        with suppress(TimeoutError):
            await asyncio.wait_for(job.ended.wait(), wait)
        return self._told(job)

    def _full(self, whose: str, size: int) -> dict[str, Any]:
        """Why no more is taken; empty where there is room."""
        open_of_one = sum(job.whose == whose and not job.ended_at for job in self.jobs.values())
        if open_of_one >= MOST_OF_ONE:
            return {"state": "full", "why": "own"}
        held = sum(job.size for job in self.jobs.values())
        is_full = len(self.jobs) >= MOST or held + size > MOST_BYTES
        return {"state": "full", "why": "all"} if is_full else {}

    def _told(self, job: Job | None) -> tuple[dict[str, Any], bytes]:
        if job is None:
            return {"state": "unknown"}, b""
        return {"state": job.state, "sheets": job.sheets, "why": job.why, "pieces": len(job.made)}, job.pdf

    def _forget(self, key: str) -> None:
        """What is at work is left to end: its process is bound by its limits."""
        if (job := self.jobs.get(key)) and job.state != "working":
            del self.jobs[key]

    def _tidy(self) -> None:
        old = time.monotonic() - UNFETCHED
        for key in [key for key, job in self.jobs.items() if job.ended_at and job.ended_at < old]:
            del self.jobs[key]

    def _begin_waiting(self) -> None:
        """Start what may be started: in order, one a core, and not all cores for one person."""
        at_work = Counter(job.whose for job in self.jobs.values() if job.state == "working")
        for key, job in list(self.jobs.items()):
            if at_work.total() >= CORES:
                return
            if job.state == "queued" and at_work[job.whose] < AT_WORK_OF_ONE:
                at_work[job.whose] += 1
                job.state = "working"
                task = asyncio.create_task(self._follow(key, job))
                self._following.add(task)
                task.add_done_callback(self._following.discard)

    async def _follow(self, key: str, job: Job) -> None:
        """One print to its end, however that comes; of one in pieces one step, and then it waits behind the others."""
        if job.pieces:
            content = json.dumps({"pages": [job.pieces.pop(0)], "within": None}).encode()
            pdf, why = await _in_a_process(job, lambda out: _print(content, out))
            job.made.append(pdf)
            if why or job.sheets > MOST_SHEETS:
                job.end(why=why or "pages")
            elif key in self.jobs:
                job.state = "queued"
                self.jobs[key] = self.jobs.pop(key)
        else:
            made, content = job.made, job.content
            job.content = b""
            pdf, why = await _in_a_process(job, lambda out: _join(made, out) if made else _print(content, out))
            job.end(pdf=pdf, why=why)
        self._begin_waiting()


async def _in_a_process(job: Job, work: Callable[[Any], None]) -> tuple[bytes, str]:
    """What this writes in a process of its own, or which limit it met. The sheets that it tells are added to the
    job's.
    """
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        _do_and_end(work, writing)
    os.close(writing)
    pdf, late = b"", False
    before, head = job.sheets, dict[str, Any]()
    try:
        async with asyncio.timeout(PATIENCE), _pipe(reading) as pipe:
            while "size" not in head and "why" not in head and (line := await pipe.readline()):
                head |= json.loads(line)
                job.sheets = before + head.get("sheets", 0)
            if head.get("size", LARGEST + 1) <= LARGEST:
                pdf = await pipe.readexactly(head["size"])
    except TimeoutError:
        late = True
    except (OSError, ValueError, EOFError):
        pdf = b""
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    return pdf, "" if pdf else head.get("why") or _limit_met(status, used, late)


@asynccontextmanager
async def _pipe(reading: int) -> AsyncIterator[asyncio.StreamReader]:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb")
    )
    try:
        yield reader
    finally:
        transport.close()


def _limit_met(status: int, used: Any, late: bool) -> str:
    """Which limit ended a process that could not say so itself: where they are given no memory, libraries in C end at
    once, or fail in words of their own.
    """
    if late or used.ru_utime + used.ru_stime >= SECONDS - 1:
        return "time"
    unit = 1 if sys.platform == "darwin" else 1024
    return "memory" if status and used.ru_maxrss * unit > MEMORY / 2 else "broken"


def _do_and_end(work: Callable[[Any], None], writing: int) -> None:
    """In the new process: it has a pipe to write to, and nothing else. Says nothing of what went wrong but its kind."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        os.dup2(writing, 3)
        os.closerange(4, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        _limit()
        with os.fdopen(3, "wb") as out:
            work(out)
        status = 0
    finally:
        os._exit(status)


def _limit() -> None:
    if sys.platform == "linux":
        # Nobody waits for it where the printer is killed.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for what, most in {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }.items():
        with suppress(ValueError):  # as where macOS knows no limit of addresses
            resource.setrlimit(what, (most, most))


def _say(out: Any, **what: Any) -> None:
    out.write(json.dumps(what).encode() + b"\n")
    out.flush()


def _print(content: bytes, out: Any) -> None:
    from safeguarding.printing import layout

    try:
        job = json.loads(content)
        if "parts" in job:
            _join([base64.b64decode(part) for part in job["parts"]], out)
            return
        pictures = {name: base64.b64decode(picture) for name, picture in job.get("pictures", {}).items()}
        document = layout.lay_out(job["pages"], job["within"], SHEETS, pictures)
        _say(out, sheets=len(document.pages))
        pdf = layout.write(document)
        _say(out, size=len(pdf))
        out.write(pdf)
    except layout.TooLong:
        _say(out, why="pages")
    except MemoryError:
        _say(out, why="memory")


def _join(made: list[bytes], out: Any) -> None:
    # Loaded here alone: a print in one piece needs none of it.
    from safeguarding.printing import joining

    try:
        pdf = joining.join(made)
        _say(out, size=len(pdf))
        out.write(pdf)
    except MemoryError:
        _say(out, why="memory")


def _warm() -> None:
    """Load everything, and the fonts, before the first fork."""
    sys.path.append(str(_ROOT))
    from safeguarding.printing import layout

    layout.make(_EMPTY)
    # With its fonts goes the thread that has looked for them: a process that forks has one.
    gc.collect()
    gc.freeze()
    tasks = Path("/proc/self/task")
    ends = time.monotonic() + 5
    while tasks.exists() and len(list(tasks.iterdir())) > 1 and time.monotonic() < ends:
        time.sleep(0.01)


async def serve(address: Path) -> None:
    """Listen until asked to stop. What is at work then ends with this process."""
    printer = Printer()
    address.unlink(missing_ok=True)
    os.umask(0o177)
    server = await asyncio.start_unix_server(printer.answer, path=address, limit=_CHUNK)
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    async with server:
        await end.wait()
        address.unlink(missing_ok=True)
        os._exit(0)


def main() -> None:
    address, *bare = sys.argv[1:]
    if not bare:
        kept = {name: os.environ[name] for name in _NEEDED & set(os.environ)}
        os.execve(sys.executable, [sys.executable, "-I", __file__, address, "bare"], kept)
    folder = Path(address).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _warm()
    asyncio.run(serve(Path(address)))


if __name__ == "__main__":
    main()
