"""What does a concern survive? A real web server that is killed outright while people send, and people who send again.

`send_through_crashes` is the proof, of as many concerns as asked for: twenty in every run of the tests, two hundred in
the long one.
"""

import http.client
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.test import Client

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns import tokens
from safeguarding.keys import uuid7
from safeguarding.launch.programs import web
from tests.postgres import ROOT, Databases
from tests.waiting import until

# A person gives up, and the test fails, after this many attempts at one form.
ATTEMPTS = 50


class Server:
    """Harbour's own web server, as `manage.py up` runs it, on the database of the test."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "safeguarding.settings",
            "HARBOUR_ENV_FILE": os.devnull,
            "HARBOUR_ROLE": "web",
            "HARBOUR_VAR": str(folder),
            **databases.environment(),
            "SECRET_KEY": settings.SECRET_KEY,
            "HTTPS": "false",
        }
        self.kills = 0
        self.start()

    def start(self) -> None:
        command = web("127.0.0.1", self.port, 1, 450)
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        until(self._answers)

    def kill(self) -> None:
        """As a power cut does it: without a word, wherever the request stands. Then somebody switches it on again."""
        os.killpg(self.process.pid, 9)
        self.process.wait()
        self.kills += 1
        self.start()

    def stop(self) -> None:
        os.killpg(self.process.pid, 9)
        self.process.wait()

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the web server does not start"
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/health/")
            return connection.getresponse().status == 200
        except OSError:
            return False


@dataclass
class Sent:
    """One form that its author saw sent: its token, and the record that the next page was about."""

    token: UUID
    concern_id: UUID


def send_through_crashes(
    server: Server, *, author: User, school_id: UUID, child: Child, number: int, seed: int
) -> list[Sent]:
    """Send `number` forms one after the other, each again and again until its page says that it was sent.

    On about half of them the server is killed: before the request, in the middle of it, or a moment after it has
    arrived.
    """
    chance, sent = Random(seed), []
    person = Client()
    person.force_login(author)
    cookie = f"{settings.SESSION_COOKIE_NAME}={person.cookies[settings.SESSION_COOKIE_NAME].value}"
    for _ in range(number):
        token = uuid7()
        body = urlencode(form_of(tokens.issue(author, token, school_id=school_id), child.pk), doseq=True).encode()
        for _attempt in range(ATTEMPTS):
            place = _post(
                server, cookie, body, crash=chance.choice(("", "", "", "before", "middle", "after")), chance=chance
            )
            if place:
                sent.append(Sent(token, UUID(place.rstrip("/").rsplit("/", 1)[1])))
                break
        else:
            raise AssertionError(f"not sent in {ATTEMPTS} attempts")
    return sent


def _post(server: Server, cookie: str, body: bytes, *, crash: str, chance: Random) -> str:
    """Where the answer leads, or nothing when there was none."""
    head = (
        f"POST /log/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    if crash == "before":
        server.kill()
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            line.sendall(head + body[: len(body) // 2])
            if crash == "middle":
                server.kill()
            line.sendall(body[len(body) // 2 :])
            if crash == "after":
                Event().wait(chance.uniform(0, 0.06))
                server.kill()
            answer = http.client.HTTPResponse(line)
            answer.begin()
            return (answer.getheader("Location") or "") if answer.status == 303 else ""
    except (OSError, http.client.HTTPException):
        return ""


def form_of(key: str, child: UUID) -> dict[str, object]:
    return {
        "key": key,
        "how_soon": "3",
        "who": [str(child)],
        f"{child}-role": "worried_about",
        "observed_on_day": "24",
        "observed_on_month": "11",
        "observed_on_year": "2026",
        "observed_at": "8:50am",
        "place": "classroom",
        "how_known": "saw_or_heard",
        "facts": "He was quiet at register.",
        "category": "NEG",
        "marks_seen": "no",
        "told": "nobody",
        "send": "",
    }
