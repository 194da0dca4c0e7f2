"""Is a page answered after the database was restarted, by a thread that still has its connections of before?"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client, RequestFactory

from safeguarding.sealing.models import KEYS
from tests import factories


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """One thread of a web process: its connections are its own, and stay from one request to the next."""
    with ThreadPoolExecutor(1) as thread:
        yield thread
        thread.submit(connections.close_all).result()


def answered(address: str, cookie: str) -> tuple[int, str, list[int]]:
    """Status, page, and the processes of the database that this thread is connected to afterwards."""
    statuses: list[int] = []
    environ = RequestFactory().get(address).environ | {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    answer: Any = WSGIHandler()(environ, lambda status, headers: statuses.append(int(status.split()[0])))
    page = b"".join(answer).decode()
    answer.close()
    held = [connections[alias].connection for alias in ("default", KEYS)]
    return statuses[0], page, [connection.info.backend_pid for connection in held if connection]


def test_the_first_page_of_a_thread_after_a_restart_shows_its_words(
    transactional_db: None, connect: Callable[[str], psycopg.Connection], thread: ThreadPoolExecutor
) -> None:
    room = factories.staffroom()
    concern = factories.concern(room, facts="Ellis would not go to the gate.")
    client = Client()
    client.force_login(room.lead)
    ask = (answered, f"/concerns/{concern.pk}/", client.cookies[settings.SESSION_COOKIE_NAME].value)
    superuser, before = connect("postgres"), thread.submit(*ask).result()
    assert before[0] == 200
    for pid in before[2]:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    after = thread.submit(*ask).result()
    assert after[0] == 200
    assert "Ellis would not go to the gate." in after[1]
    assert not set(after[2]) & set(before[2]), "both connections are new"
