"""Do the pages come back where one of them hangs, and where the web server is killed? Of a whole installation.

One web process, so that what hangs stops everything until another process is there.
"""

import os
import re
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, build_opener
from uuid import UUID

import psycopg
import pytest

from safeguarding.launch.supervisor import command_line, recorded
from tests import slow_download
from tests.crashing import form_of
from tests.functional.conftest import migrated, port, up, var  # noqa: F401
from tests.functional.installation import Up, running, status, tree, url, words_until
from tests.slow_clients import answer_on, connect, post_head
from tests.waiting import until

pytestmark = pytest.mark.soak(part="kills")
ROUNDS = 3
# Seconds within which the pages are there again, of a page in a pattern and of a web server that was killed.
BACK = 60
DOWNLOAD = 200
WITH_PAGES = {"DJANGO_SETTINGS_MODULE": "tests.hanging.settings"}


def test_what_hangs_or_is_killed_is_replaced_and_a_form_that_was_cut_off_is_saved_once(
    up: Up,  # noqa: F811
    var: Path,  # noqa: F811
    port: int,  # noqa: F811
    figures: dict[str, Any],
) -> None:
    process = up(**WITH_PAGES)
    words_until(process, "Ctrl-C stops it")
    said, person = Said(process), Person(var, port)
    figures["pattern"] = [hangs_in_a_pattern(said, person) for _ in range(ROUNDS)]
    figures["killed"] = [loses_its_server(person) for _ in range(ROUNDS)]
    assert max(figures["pattern"] + figures["killed"]) < BACK


@pytest.mark.usefixtures("migrated")
def test_a_database_that_is_killed_comes_back_and_orphans_of_the_web_hold_up_no_start(
    up: Up,  # noqa: F811
    var: Path,  # noqa: F811
    port: int,  # noqa: F811
    figures: dict[str, Any],
) -> None:
    given = {"HARBOUR_DEMO": "false", "HTTPS": "false"}
    process = up(**given)
    words_until(process, "Ctrl-C stops it")
    Said(process)
    figures["database"] = [loses_its_database(var, port) for _ in range(ROUNDS)]
    assert max(figures["database"]) < BACK

    orphans = web_processes(var)
    os.kill(process.pid, signal.SIGKILL)
    os.kill(recorded(var / "processes.json")["web"], signal.SIGKILL)
    process.wait(30)
    again = up(**given)
    words_until(again, "Ctrl-C stops it")
    assert not any(map(command_line, orphans))
    os.killpg(again.pid, signal.SIGINT)
    again.communicate(timeout=60)
    until(lambda: running(var) == [])
    assert status(port) == 0


class Said:
    """What a running installation says, read as it comes: one that nobody reads stands still."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.lines: list[str] = []
        Thread(target=self._read, args=[process], daemon=True).start()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line)


class Person:
    """The teacher of the practice school, who logs concerns about one child."""

    def __init__(self, var: Path, port: int) -> None:  # noqa: F811
        self.var, self.port = var, port
        self.cookies = slow_download.sign_in(port)
        with self._database() as connection:
            row = connection.execute(
                "SELECT id FROM children_child WHERE school_id = (SELECT id FROM accounts_school "
                "WHERE slug = 'tarnbeck-hollow') ORDER BY id LIMIT 1"
            ).fetchone()
        assert row
        self.child: UUID = row[0]

    def form(self) -> tuple[UUID, bytes]:
        """A new form, filled: its token, and the request that sends it."""
        asked = Request(f"http://localhost:{self.port}/log/", headers={"Cookie": self.cookies})
        with build_opener().open(asked, timeout=BACK) as page:
            found = re.search(r'name="key" value="([^"]+)"', page.read().decode())
        assert found
        body = urlencode(form_of(found[1], self.child), doseq=True).encode()
        head = post_head("/log/", len(body), f"Cookie: {self.cookies}", "Connection: close")
        return UUID(found[1].split(".")[0]), head + body

    def send(self, request: bytes) -> str:
        """Where the answer leads; nothing where there is none."""
        with connect(self.port) as connection:
            connection.sendall(request)
            return leads_to(connection)

    def is_saved_once(self, token: UUID, request: bytes) -> None:
        """Reload sends it again, and somebody presses twice."""
        there = {self.send(request), self.send(request)}
        with self._database() as connection:
            rows = connection.execute("SELECT id FROM concerns_concern WHERE token = %s", [token]).fetchall()
        assert [place.rstrip("/").rsplit("/", 1)[1] for place in there] == [str(key) for (key,) in rows]

    def _database(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(url(self.var, "OWNER_"))


def leads_to(connection: socket.socket) -> str:
    connection.settimeout(BACK)
    try:
        answer = HTTPResponse(connection)
        answer.begin()
    except (OSError, HTTPException):
        return ""
    assert answer.status == 303, answer.status
    return answer.getheader("Location") or ""


def get(port: int, path: str) -> socket.socket:  # noqa: F811
    connection = connect(port)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def hangs_in_a_pattern(said: Said, person: Person) -> float:
    """Seconds until the pages are back. The log says where it hung, and nothing of what was sent."""
    token, request = person.form()
    begun, there = time.monotonic(), len(said.lines)
    with get(person.port, "/in-a-pattern/?said=Mabel%20Ashworth") as hung, connect(person.port) as sending:
        sending.sendall(request[:50])
        until(lambda: not answers_at_once(person.port))
        sending.sendall(request[50:])
        assert leads_to(sending) == "" and leads_to(hung) == ""
    until(lambda: status(person.port) == 200, seconds=BACK)
    taken = time.monotonic() - begun
    told = "".join(said.lines[there:])
    assert "Timeout (0:00:20)!" in told and "in in_a_pattern" in told
    assert "Mabel" not in told and "quiet at register" not in told
    person.is_saved_once(token, request)
    return round(taken, 1)


def answers_at_once(port: int) -> bool:  # noqa: F811
    try:
        client = HTTPConnection("127.0.0.1", port, timeout=2)
        client.request("GET", "/health/")
        return client.getresponse().status == 200
    except OSError:
        return False


def loses_its_server(person: Person) -> float:
    """Seconds until the pages are back after the server itself was killed, not its process of pages."""
    token, request = person.form()
    master = recorded(person.var / "processes.json")["web"]
    former = set(tree(master))
    assert len(former) == 2
    with connect(person.port) as sending:
        sending.sendall(request[:-50])
        os.kill(master, signal.SIGKILL)
        begun = time.monotonic()
        until(lambda: not any(map(command_line, former)), seconds=BACK)
        assert leads_to(sending) == ""
    until(lambda: status(person.port) == 200, seconds=BACK)
    taken = time.monotonic() - begun
    person.is_saved_once(token, request)
    return round(taken, 1)


def loses_its_database(var: Path, port: int) -> float:  # noqa: F811
    """The same of PostgreSQL, whose own processes outlive it for a moment: only then another can start."""
    os.kill(recorded(var / "processes.json")["postgres"], signal.SIGKILL)
    begun = time.monotonic()
    until(lambda: status(port) == 503, seconds=BACK)
    until(lambda: status(port) == 200, seconds=BACK)
    return round(time.monotonic() - begun, 1)


@pytest.mark.usefixtures("migrated")
def test_a_page_of_two_minutes_ends_its_process_others_finish_and_a_long_download_is_let_be(
    up: Up,  # noqa: F811
    var: Path,  # noqa: F811
    port: int,  # noqa: F811
    figures: dict[str, Any],
) -> None:
    words_until(up(**WITH_PAGES, HARBOUR_DEMO="false", HTTPS="false"), "Ctrl-C stops it")
    figures["waits"] = [hangs_in_a_wait(port) for _ in range(ROUNDS)]
    process = web_processes(var)
    with ThreadPoolExecutor(ROUNDS) as readers:
        came = list(readers.map(lambda _: answer_on(get(port, f"/slow-file/?seconds={DOWNLOAD}")), range(ROUNDS)))
    assert [(code, len(body)) for code, body in came] == [(200, DOWNLOAD * 65536)] * ROUNDS
    assert web_processes(var) == process


def web_processes(var: Path) -> set[int]:  # noqa: F811
    return set(tree(recorded(var / "processes.json")["web"]))


def hangs_in_a_wait(port: int) -> dict[str, float]:  # noqa: F811
    """Seconds after which new requests are told that Harbour is busy, and after which the pages are back."""
    begun = time.monotonic()

    def passed() -> float:
        return round(time.monotonic() - begun, 1)

    with get(port, "/in-a-wait/") as hung:
        until(lambda: passed() > 110, seconds=130)
        assert status(port) == 200
        with get(port, "/slow/?seconds=25") as beside:
            # Until then it would wait for a thread, and be told the same after some seconds.
            until(lambda: passed() > 126, seconds=30)
            assert "Harbour is busy" in answer_on(get(port, "/health/"))[1]
            busy = passed()
            assert answer_on(beside) == (200, "done")
        assert busy < 130 and busy < passed()
        assert leads_to(hung) == ""
    until(lambda: status(port) == 200, seconds=BACK)
    return {"busy": busy, "back": passed()}
