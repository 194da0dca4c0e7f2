"""Who keeps a connection open? People who send a byte now and then, read a little now and then, or do nothing at all.

    with crowd(port, trickling=200, downloads=50, idle=2000, get=request) as there:
        seconds_for(port, "/health/", times=9)

A thread moves all of them; each is a plain socket on this machine.
"""

import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

# Held by a reader, so that the server soon notices how slowly it reads.
_LITTLE = 4096


def connect(port: int, *, receives: int | None = None) -> socket.socket:
    """A connection to this machine; with `receives`, one that holds so many bytes and no more."""
    connection = socket.socket()
    if receives:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", port))
    return connection


def post_head(path: str, length: int, *more: str) -> bytes:
    """The head of a form of `length` bytes."""
    kind = "Content-Type: application/x-www-form-urlencoded"
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", kind, f"Content-Length: {length}", *more]
    return "\r\n".join([*lines, "", ""]).encode()


def answer_on(connection: socket.socket, *, seconds: float = 30) -> tuple[int, str]:
    """The status and the page of the answer that comes on a connection."""
    connection.settimeout(seconds)
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read().decode()


def is_open(connection: socket.socket) -> bool:
    """Whether the server keeps this connection, from which nothing is to be read."""
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


@contextmanager
def crowd(
    port: int,
    *,
    trickling: int = 0,
    downloads: int = 0,
    idle: int = 0,
    paths: tuple[str, ...] = ("/log/",),
    get: bytes = b"",
    every: float = 10,
) -> Iterator[list[socket.socket]]:
    """So many connections at once. `get` is the request of a download; the trickling post to `paths` in turn, a byte
    `every` seconds.

    Where the server ends one that trickles or does nothing, the next takes its place.
    """
    _room_for(trickling + downloads + idle)
    heads = [post_head(paths[number % len(paths)], 200_000) + b"a" for number in range(trickling)] + [b""] * idle
    reading: list[socket.socket] = []
    waiting: list[socket.socket] = []
    over = threading.Event()
    mover = threading.Thread(target=_move, args=(port, waiting, heads, reading, over, every), daemon=True)
    try:
        for _ in range(downloads):
            reading.append(connect(port, receives=_LITTLE))
            reading[-1].sendall(get)
            assert reading[-1].recv(12) == b"HTTP/1.1 200"
        waiting.extend(_begun(port, head) for head in heads)
        mover.start()
        yield reading
    finally:
        over.set()
        if mover.ident:
            mover.join()
        for connection in (*waiting, *reading):
            connection.close()


def _begun(port: int, head: bytes) -> socket.socket:
    connection = connect(port)
    connection.sendall(head)
    return connection


def _move(
    port: int,
    waiting: list[socket.socket],
    heads: list[bytes],
    reading: list[socket.socket],
    over: threading.Event,
    every: float,
) -> None:
    while not over.wait(every):
        for number, head in enumerate(heads):
            with suppress(OSError):
                if is_open(waiting[number]) and not has_answered(waiting[number]):
                    waiting[number].send(head[-1:])
                else:
                    waiting[number].close()
                    waiting[number] = _begun(port, head)
        for connection in reading:
            with suppress(OSError):
                connection.recv(500)


def has_answered(connection: socket.socket) -> bool:
    """Whether there is something to be read, without reading it."""
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def _room_for(connections: int) -> None:
    """This process may have so many more open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < connections + 1000:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(connections + 1000, hard), hard))


def seconds_for(port: int, path: str, *, times: int, cookies: str = "") -> float:
    """The median of how long an answer takes, over so many, each on a connection of its own."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        client = HTTPConnection("127.0.0.1", port, timeout=60)
        client.request("GET", path, headers={"Host": "localhost", "Cookie": cookies})
        answer = client.getresponse()
        answer.read()
        client.close()
        taken.append(time.perf_counter() - begun)
        assert answer.status == 200, f"{path}: {answer.status}"
    return sorted(taken)[len(taken) // 2]


def processes(var: Path) -> Iterator[tuple[Path, str]]:
    """The folder in /proc and the command line of every process of the installation in `var`."""
    data = str((var / "postgres").resolve() / "data")
    given = f"HARBOUR_VAR={var}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (process / "cmdline").read_text(errors="replace").replace("\0", " ").strip()
            mine = given in (process / "environ").read_bytes().split(b"\0") or str((process / "cwd").readlink()) == data
            if line and (mine or str(var / "redis") in line):
                yield process, line


def memory(var: Path, *, of: Callable[[str], bool] = lambda line: True) -> int:
    """Megabytes that an installation holds, pages that processes share counted once (PSS).

    `of` takes its command lines.
    """
    kilobytes = 0
    for process, line in processes(var):
        with suppress(OSError):
            rows = (process / "smaps_rollup").read_text().splitlines() if of(line) else []
            kilobytes += sum(int(row.split()[1]) for row in rows if row.startswith("Pss:"))
    return kilobytes // 1024
