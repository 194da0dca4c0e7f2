"""What does a site do while people print? A real web server and a real printer, and several who ask at once.

The tests of every run hold the printer up (`printers.Held`); the long proof prints reports of the size that the form
allows.
"""

import http.client
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.test import Client

from tests.crashing import Server
from tests.postgres import Databases
from tests.printers import Program


@dataclass(frozen=True)
class Answer:
    """What a browser was answered, and after how many seconds."""

    status: int
    location: str
    body: bytes
    seconds: float


@contextmanager
def site(databases: Databases, printer: type[Program]) -> Iterator[tuple[Server, Program]]:
    """A web server of one process with one thread, and the printer beside it."""
    with TemporaryDirectory(prefix="hb-") as folder:
        # The files that pages name, as every test has them.
        Path(folder, "static").symlink_to(settings.STATIC_ROOT)
        program = printer(Path(folder))
        program.start()
        server = Server(databases, Path(folder))
        try:
            yield server, program
        finally:
            server.stop()
            program.stop()


def cookie_of(person: object) -> str:
    browser = Client()
    browser.force_login(person)  # type: ignore[arg-type]
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def get(server: Server, path: str, cookie: str = "") -> Answer:
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    body = answer.read()
    return Answer(answer.status, answer.getheader("Location") or "", body, time.monotonic() - began)


def get_at_once(server: Server, paths: Sequence[tuple[str, str]]) -> list[Answer]:
    """Ask for all of these (path, cookie) at the same time."""
    with ThreadPoolExecutor(len(paths)) as people:
        return list(people.map(lambda asked: get(server, *asked), paths))
