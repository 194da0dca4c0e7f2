"""Does every answer tell the browser to keep it from others: pages, redirects, refusals, files of the page, errors?

The matrix asks it of each page (`tests/matrix/asking.py`); here are the answers that no page gives.
"""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

from safeguarding.front.refusing import REFUSED
from tests import factories
from tests.matrix.asking import HEADERS

pytestmark = pytest.mark.django_db
SAFE = "/account/sign-in/"


def _broken(client: Client) -> Any:
    client.raise_request_exception = False
    with patch("safeguarding.accounts.views.school.render", side_effect=ZeroDivisionError):
        client.force_login(factories.staffroom().teacher)
        return client.get(reverse("inbox"))


def _opened(client: Client) -> Any:
    """An address that takes a form alone."""
    client.force_login(factories.staffroom().teacher)
    return client.get(reverse("inbox_read"))


def _kept(client: Client) -> Any:
    given = client.get(static("harbour.css"))
    return client.get(static("harbour.css"), headers={"If-Modified-Since": given.headers["Last-Modified"]})


# The status, and how to come to it.
ANSWERS: dict[str, tuple[int, Callable[[Client], Any]]] = {
    "a page": (200, lambda client: client.get(SAFE)),
    "the answer to a watchman": (200, lambda client: client.get("/health/")),
    "a file of the page": (200, lambda client: client.get(static("harbour.css"))),
    "that it has not changed": (304, _kept),
    "the way to the sign-in page": (302, lambda client: client.get("/today/")),
    "the way to the whole address": (301, lambda client: client.get(SAFE[:-1])),
    "another name of this machine": (400, lambda client: client.get(SAFE, headers={"host": "a_b"})),
    "a form from elsewhere": (403, lambda client: Client(enforce_csrf_checks=True).post(SAFE, {"login": "a"})),
    "nothing there": (404, lambda client: client.get("/nowhere/")),
    "a method that it does not take": (405, _opened),
    "too much at once": (413, lambda client: client.post(SAFE, {}, **{REFUSED: 413})),
    "an error of ours": (500, _broken),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_every_answer_is_kept_from_others(client: Client, what: str) -> None:
    status, ask = ANSWERS[what]
    answer = ask(client)
    assert answer.status_code == status
    # A file of the page says nothing about anybody: it has no policy of its own for what it loads.
    assert HEADERS - {*answer.headers.keys()} <= ({"Content-Security-Policy"} if status in (200, 304) else set())
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_way_to_https_is_kept_from_others(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get(SAFE)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://testserver{SAFE}")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
