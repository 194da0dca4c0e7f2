"""Who keeps a connection open? People who send a byte now and then, read a little now and then, or do nothing at all.

    with crowd(port, trickling=200, downloads=50, idle=2000, address="/static/…") as there:
        assert there.page_takes() < …

A thread moves all of them; each is a plain socket on this machine.
"""

import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

# Small, so that a slow reader is soon one that the server notices.
_LITTLE = 4096


@dataclass
class Crowd:
    """The connections of one test. `sent` by the trickling, so that one that was ended begins again."""

    port: int
    trickling: list[socket.socket] = field(default_factory=list)
    reading: list[socket.socket] = field(default_factory=list)
    idle: list[socket.socket] = field(default_factory=list)

    def all(self) -> list[socket.socket]:
        return [*self.trickling, *self.reading, *self.idle]


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
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {length}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def crowd(
    port: int, *, trickling: int = 0, downloads: int = 0, idle: int = 0, paths: tuple[str, ...] = ("/log/",), get: bytes = b""
) -> Iterator[Crowd]:
    """So many connections at once. `get` is the request of a download; a trickling one posts to one of `paths`."""
    room_for(trickling + downloads + idle)
    there, over = Crowd(port), threading.Event()
    try:
        for number in range(trickling):
            there.trickling.append(connect(port))
            there.trickling[-1].sendall(post_head(paths[number % len(paths)], 200_000))
        for _ in range(downloads):
            there.reading.append(connect(port, receives=_LITTLE))
            there.reading[-1].sendall(get)
        there.idle.extend(connect(port) for _ in range(idle))
        mover = threading.Thread(target=_move, args=(there, over), daemon=True)
        mover.start()
        yield there
    finally:
        over.set()
        for connection in there.all():
            connection.close()


def _move(there: Crowd, over: threading.Event) -> None:
    """Every second each sends one byte and reads a few. Those that the server has ended stay so."""
    while not over.wait(1):
        for connection in there.trickling:
            _quietly(connection.send, b"a")
        for connection in there.reading:
            _quietly(connection.recv, 500)


def _quietly(do: object, argument: object) -> None:
    try:
        do(argument)  # type: ignore[operator]
    except OSError:
        return


def room_for(connections: int) -> None:
    """This process may have so many more open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 1000
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def seconds_for(port: int, path: str, *, times: int, cookie: str = "", status: int = 200) -> float:
    """The median of how long an answer takes on a connection of its own, over so many."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        client = HTTPConnection("127.0.0.1", port, timeout=60)
        client.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = client.getresponse()
        answer.read()
        client.close()
        taken.append(time.perf_counter() - begun)
        assert answer.status == status, f"{path}: {answer.status}"
    return sorted(taken)[len(taken) // 2]


def memory(var: Path) -> dict[str, int]:
    """What each process of the installation in `var` holds in megabytes, shared pages counted once (PSS)."""
    held: dict[str, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text(errors="replace").replace("\0", " ")
            mine = f"HARBOUR_VAR={var}".encode() in (process / "environ").read_bytes() or str(var) in line
            mine = mine or str((var / "postgres").resolve()) in line or _child_of_postgres(process, var)
            rolled = (process / "smaps_rollup").read_text()
        except OSError:
            continue
        if mine and line:
            name = next((n for n in ("granian", "celery", "postgres", "redis", "valkey", "manage.py") if n in line), "other")
            pss = next(int(row.split()[1]) for row in rolled.splitlines() if row.startswith("Pss:"))
            held[name] = held.get(name, 0) + pss
    return {name: kilobytes // 1024 for name, kilobytes in held.items()}


def _child_of_postgres(process: Path, var: Path) -> bool:
    """Its servers change their title; their folder does not."""
    return os.readlink(process / "cwd") == str((var / "postgres").resolve() / "data")
