"""An ASGI server and its client in a loop of their own: what comes, what goes, and nothing of HTTP."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

CLIENT = ("127.0.0.1", "1")


def in_a_loop[T](work: Coroutine[Any, Any, T]) -> T:
    """What `work` comes to, in a thread of its own: once a browser test has run, the loop of this one is
    Playwright's.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def scope(path: str = "/log/", method: str = "POST", **headers: str) -> dict[str, Any]:
    """A request of `path` with these headers, "_" for "-"."""
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", "8000"),
        "client": CLIENT,
        "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in {"host": "localhost", **headers}.items()],
    }


class Sender:
    """Who sends a body: these pieces, and then no more. Without `ends` the connection stays open and nothing comes."""

    def __init__(self, pieces: Iterable[bytes] = (), *, ends: bool = True, leaves: bool = False) -> None:
        self.pieces = list(pieces)
        self.ends, self.leaves = ends, leaves

    async def __call__(self) -> Mapping[str, Any]:
        if self.pieces:
            piece = self.pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or not self.ends}
        if self.leaves:
            return {"type": "http.disconnect"}
        await asyncio.Event().wait()
        raise AssertionError


class Reader:
    """Who reads an answer, and stops reading after `reads` bytes where it is given."""

    def __init__(self, reads: int | None = None) -> None:
        self.reads = reads
        self.status, self.headers, self.body, self.whole = 0, {}, b"", False

    async def __call__(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
            return
        if self.reads is not None and len(self.body) >= self.reads:
            await asyncio.Event().wait()
        self.body += message["body"]
        self.whole = not message.get("more_body", False)
