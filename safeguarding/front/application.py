"""What does the web server run? Each request: its body collected, its page in one of few threads, its answer sent piece
by piece.

Pages run in `WEB_THREADS` threads (`threads.py`), each with a connection to both databases. What a streamed answer
reads (files, what WhiteNoise serves) is read in threads of their own, when the transaction of its page is over; there
are no connections in them.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BufferedReader, BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.signals import request_finished

from safeguarding.launch.postgres import short_folder

from .bodies import BLOCK, Room
from .busy import BusyPages
from .collecting import NO_ROOM, TOO_LARGE, ClientGone, Collector, Coming
from .limits import limit_of
from .refusing import REFUSED
from .sending import PIECE, Receive, Send, send_slowly, shut
from .threads import NoThread, Threads, session_of
from .watchdog import AtWork

Scope = Mapping[str, Any]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# Reading a piece of a file takes a moment; of one that a provider holds, as long as the provider takes.
_FILE_THREADS = 32
_CLOSE = (b"connection", b"close")


@dataclass(frozen=True)
class Answer:
    """What a page answers: a body that is here, or a response with pieces still to be read."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    streamed: Any = None


class Front:
    """An ASGI application in front of a WSGI one."""

    def __init__(self, wsgi: Wsgi) -> None:
        self._wsgi = wsgi
        self.at_work = AtWork()
        self._pages: Threads[Answer] = Threads(settings.WEB_THREADS)
        self._busy, self._busy_thread = BusyPages(), ThreadPoolExecutor(1, "busy")
        self._files = ThreadPoolExecutor(_FILE_THREADS, "file")
        # The processes of one installation agree on it; a container writes nowhere else.
        lock = short_folder(settings.VAR / "web") / "bodies.lock"
        room = Room(lock, blocks=settings.BODIES_TOGETHER // BLOCK, processes=settings.WEB_WORKERS)
        self._collector = Collector(room)
        self._refusals: dict[int, Answer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError("Harbour speaks HTTP alone.")
        headers = _headers(scope)
        try:
            coming = await self._body(scope, headers, receive)
        except ClientGone:
            return
        if coming and coming.refused:
            answer = await self._refusal(coming.refused, scope, headers)
        else:
            answer = await self._run(_environ(scope, headers, coming), coming)
        await self._send(answer, scope, receive, send)

    async def _run(self, environ: dict[str, Any], coming: Coming | None) -> Answer:
        try:
            if self.at_work.one_hangs:
                # This process ends in a moment: what runs may finish, and nothing more begins.
                raise NoThread
            return await self._pages.run(session_of(environ), partial(self._page, self._wsgi, environ))
        except NoThread:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._busy_thread, self._page, self._busy, environ)
            # The next try may reach another process.
            answer.headers.extend([_CLOSE, (b"retry-after", b"30")])
            return answer
        finally:
            if coming:
                self._collector.done(coming)

    async def _refusal(self, status: int, scope: Scope, headers: Mapping[str, str]) -> Answer:
        """The page that refuses a body, and the end of the connection.

        That it was too slow is the same page for everybody: drawn once, so that a body that trickles costs no page.
        """
        if status in self._refusals:
            return self._refusals[status]
        same_for_all = status != TOO_LARGE
        given = {name: value for name, value in headers.items() if not (same_for_all and name == "HTTP_COOKIE")}
        answer = await self._run(_environ(scope, given, None) | {REFUSED: status}, None)
        if _CLOSE not in answer.headers:
            answer.headers.append(_CLOSE)
        # A record that is away answers 503 as well.
        if same_for_all and answer.status == status != NO_ROOM:
            self._refusals[status] = answer
        return answer

    async def _body(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Coming | None:
        announced = headers.get("CONTENT_LENGTH", "0")
        if announced == "0" and "HTTP_TRANSFER_ENCODING" not in headers:
            return None
        length = int(announced) if announced.isascii() and announced.isdecimal() else sys.maxsize
        asks_first = "HTTP_EXPECT" in headers
        return await self._collector.collect(receive, limit_of(scope["path"]), length, asks_first=asks_first)

    def _page(self, wsgi: Wsgi, environ: dict[str, Any]) -> Answer:
        """Run the page, in a thread of pages.

        A streamed answer has its connections given back before its first piece is read.
        """
        begun: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            begun["status"] = int(status[:3])
            begun["headers"] = [(name.lower().encode(), value.encode("latin1")) for name, value in headers]

        with self.at_work.page():
            response: Any = wsgi(environ, start_response)
            if getattr(response, "streaming", False):
                request_finished.send(sender=type(self))
                return Answer(**begun, streamed=response)
            body = b"".join(response)
            response.close()
            return Answer(**begun, body=body)

    async def _send(self, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        if answer.streamed is None:
            if len(answer.body) <= PIECE:
                await send({"type": "http.response.body", "body": answer.body})
            else:
                await send_slowly(pieces_of(answer.body), scope["client"], receive, send)
            return
        try:
            await send_slowly(self._read(iter(answer.streamed)), scope["client"], receive, send)
        except Exception as error:
            # Its reader sees that it was cut off. What it was is told to no log.
            logging.getLogger("harbour").error("%s while a file was sent", type(error).__name__)
            await asyncio.to_thread(shut, scope["client"])
        finally:
            await asyncio.get_running_loop().run_in_executor(self._files, answer.streamed.close)

    async def _read(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while (piece := await loop.run_in_executor(self._files, next, pieces, None)) is not None:
            for start in range(0, len(piece), PIECE):
                yield piece[start : start + PIECE]


async def pieces_of(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]


def _headers(scope: Scope) -> dict[str, str]:
    """The headers, named as in an environ. One with "_" in its name is left out: it would pass for the one with "-"."""
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin1"), value.decode("latin1")
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_LENGTH", "CONTENT_TYPE"):
            key = f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ","
        headers[key] = f"{headers[key]}{between}{text}" if key in headers else text
    return headers


def _environ(scope: Scope, headers: Mapping[str, str], coming: Coming | None) -> dict[str, Any]:
    """What Django's WSGI handler is given. The length is that of what is here, also where the header said none."""
    size = coming.body.taken if coming else 0
    host, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        **headers,
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0],
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BufferedReader(coming.body) if coming else BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # it is here, whole
    return environ
