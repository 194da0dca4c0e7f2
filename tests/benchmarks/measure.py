"""The time that a page takes, and on what: one request after the other through the WSGI handler, in this process, warm.

Every page is measured in turn with one that shows nothing, request by request, so that a busy machine slows both: what
is compared with the budgets is the ratio. Queries and the time of the database come from a pass of their own. What a
page takes of a processor, here and in the database, other work does not blur: it says how many pages a core answers.
"""

import gc
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import override_settings
from django.utils.crypto import get_random_string

from safeguarding.accounts.session_store import SessionStore, cookie_of
from tests import signed_in
from tests.processor import of_databases, of_this_process

WARM, ROUNDS, COUNTED = 5, 40, 5
# Pages that take longer than this altogether are measured in fewer rounds.
PATIENCE = 8.0


class Unanswered(Exception):
    """The page answered otherwise than it should: 200, or a redirect to what was sent to it."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    sent: bool

    @property
    def is_good(self) -> bool:
        """A page that sends a reader elsewhere has not been measured; one that takes a form does so when it is done."""
        return self.status == 200 or (self.sent and self.status in (302, 303))


class Browser:
    """One signed-in person who asks for pages."""

    def __init__(self, user: Any, handler: WSGIHandler, **session: str) -> None:
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.update(session | signed_in.facts(user))
        store.create()
        signed_in.begin(user, store.session_key)
        self.user = user
        self.handler = handler
        self.secret = get_random_string(32)
        session = f"{settings.SESSION_COOKIE_NAME}={cookie_of(store.session_key)}"
        self.cookies = f"{session}; {settings.CSRF_COOKIE_NAME}={self.secret}"

    def ask(self, path: str, data: dict[str, Any] | None = None) -> Answer:
        """GET, or POST with `data`; the time is that of the handler and of reading the whole answer."""
        path, _, query = path.partition("?")
        body = b"" if data is None else urlencode({**data, "csrfmiddlewaretoken": self.secret}, doseq=True).encode()
        environ = {
            "REQUEST_METHOD": "GET" if data is None else "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookies,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
        }
        seen: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            seen.update(status=int(status[:3]), headers=dict(headers))

        begun = perf_counter()
        response = self.handler(environ, start)
        content = b"".join(response)
        response.close()
        return Answer(seen["status"], seen["headers"], content, perf_counter() - begun, data is not None)


def handlers() -> tuple[WSGIHandler, WSGIHandler]:
    """The floor's handler and Harbour's."""
    with override_settings(MIDDLEWARE=settings.FLOOR_MIDDLEWARE):
        floor = WSGIHandler()
    return floor, WSGIHandler()


@dataclass
class Work:
    """What the database did for some requests."""

    queries: int = 0
    seconds: float = 0.0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.queries += 1
        begun = perf_counter()
        try:
            return execute(*args)
        finally:
            self.seconds += perf_counter() - begun

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Both databases: a page that shows words asks that of the keys once."""
        with ExitStack() as stack:
            for alias in connections:
                stack.enter_context(connections[alias].execute_wrapper(self))
            yield


@dataclass
class Measured:
    """Times in milliseconds. `nothing` is the median of the page that shows nothing, between these very requests;
    `web_cpu` and `database_cpu` are those of a processor.
    """

    median: float
    p95: float
    nothing: float
    queries: int
    database: float
    bytes: int
    web_cpu: float
    database_cpu: float
    rounds: int = field(default=ROUNDS)

    @property
    def a_second(self) -> float:
        """How many of this page one core answers in a second."""
        return 1000 / (self.web_cpu + self.database_cpu)

    @property
    def ratio(self) -> float:
        return self.median / self.nothing

    @property
    def p95_ratio(self) -> float:
        return self.p95 / self.nothing


def measure(
    browser: Browser,
    nothing: Callable[[], Answer],
    ask: Callable[[Browser, Any], Answer],
    prepare: Callable[[Browser], Any],
    most: int = ROUNDS,
) -> Measured:
    """Ask for a page again and again, at most so many times, in turn with one that shows nothing. What `prepare` does
    before each request is not measured.

    Raises `Unanswered` when the page does not answer well.
    """
    for _ in range(WARM):
        answer = ask(browser, prepare(browser))
        if not answer.is_good:
            raise Unanswered(answer.status)
        nothing()
    rounds = max(7, min(most, int(PATIENCE * most / ROUNDS / max(answer.seconds, 0.001))))
    gc.collect()
    pages, empty, web_cpu, database_cpu = [], [], [], []
    for _ in range(rounds):
        given = prepare(browser)
        empty.append(nothing().seconds)
        web, database = of_this_process(), of_databases()
        pages.append(ask(browser, given).seconds)
        web_cpu.append(of_this_process() - web)
        database_cpu.append(of_databases() - database)
    works = [Work() for _ in range(COUNTED)]
    for work in works:
        given = prepare(browser)
        with work.watching():
            ask(browser, given)
    return Measured(
        median=1000 * statistics.median(pages),
        p95=1000 * statistics.quantiles(pages, n=20)[-1],
        nothing=1000 * statistics.median(empty),
        queries=works[-1].queries,
        database=1000 * statistics.median(w.seconds for w in works),
        bytes=len(answer.body),
        web_cpu=1000 * statistics.median(web_cpu),
        database_cpu=1000 * statistics.median(database_cpu),
        rounds=rounds,
    )
