"""Six posts of one person on a case that is locked, through the web server as it runs in a school: is each answered
within ten seconds, and does a colleague log a concern meanwhile?
"""

import http.client
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from safeguarding import locks
from safeguarding.accounts.models import User
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Concern
from safeguarding.front import busy
from safeguarding.keys import uuid7
from sharing.requests.services import places
from sharing.requests.services.law import load_request_law
from tests import crashing, factories
from tests.integration.requests.cases import handed_in, taken_up
from tests.pages import author_in
from tests.postgres import Databases

pytestmark = [pytest.mark.soak(part="pages"), pytest.mark.django_db(transaction=True)]
POSTS, SECONDS = 6, 10.0


@pytest.fixture
def web_server(databases: Databases, tmp_path: Path) -> Iterator[crashing.Server]:
    (tmp_path / "static").symlink_to(settings.STATIC_ROOT)
    server = crashing.Server(databases, tmp_path)
    yield server
    server.stop()


def sent(server: crashing.Server, who: User, path: str, form: dict[str, Any] | None = None) -> tuple[int, str, float]:
    """Status, page and seconds of what somebody sends, or opens."""
    person = Client()
    person.force_login(who)
    return asked(server, person.cookies[settings.SESSION_COOKIE_NAME].value, path, form)


def asked(
    server: crashing.Server, session: str, path: str, form: dict[str, Any] | None = None
) -> tuple[int, str, float]:
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={'c' * 32}"}
    body = None
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode({**form, "csrfmiddlewaretoken": "c" * 32}, doseq=True)
    begun, connection = time.monotonic(), http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET" if form is None else "POST", path, body, headers)
    answer = connection.getresponse()
    page = answer.read().decode()
    return answer.status, page, time.monotonic() - begun


def test_six_posts_of_one_person_on_a_locked_case_hold_up_nobody_else(
    web_server: crashing.Server, connect: Callable[[str], psycopg.Connection], figures: dict[str, Any]
) -> None:
    load_request_law()
    room, owner = factories.staffroom(), connect("owner")
    case = taken_up(room, factories.child(room.school, by=room.office), case=handed_in(room))
    place = places.ask(case, by=room.office, place="mail", user=room.teacher, searched_for="Rowan", token=uuid7())
    child = factories.child(room.school, "Hazel", by=room.office)
    path, person = reverse("request_places", args=[case.pk]), Client()
    person.force_login(room.teacher)
    session = person.cookies[settings.SESSION_COOKIE_NAME].value
    author = author_in(asked(web_server, session, path)[1])
    form = {"do": "text", "place": place.pk, "title": "Notes", "text": "We rang her aunt.", "author": author}
    key = tokens.issue(room.assistant, uuid7(), school_id=room.school.pk)
    with owner.transaction(), ThreadPoolExecutor(POSTS) as people:
        owner.execute("SELECT FROM requests_rightsrequest WHERE id = %s FOR UPDATE", [case.pk])
        posts = [people.submit(asked, web_server, session, path, form) for _ in range(POSTS)]
        status, _, colleague = sent(web_server, room.assistant, "/log/", crashing.form_of(key, child.pk))
        answers = [post.result() for post in posts]
    figures |= {"posts": POSTS, "slowest": round(max(answer[2] for answer in answers), 1)}
    figures["colleague"] = round(colleague, 1)
    assert status == 303 and Concern.objects.count() == 1
    for code, page, seconds in answers:
        assert code == 503 and seconds < SECONDS
        assert locks.LOCKED in page or busy.SENTENCE in page
        assert "We rang her aunt." in page
    assert colleague < SECONDS
    assert asked(web_server, session, path, form)[0] == 302
