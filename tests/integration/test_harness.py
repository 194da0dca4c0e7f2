"""The tests' own server is the real one: middleware, roles and files as a school would run it."""

from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import psycopg
from django.templatetags.static import static

from tests.factories import school


def test_the_server_answers_with_the_real_middleware_and_built_files(server: str) -> None:
    answer = get(server, "/health/")
    assert (answer.status, answer.read()) == (200, b"ok")
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    # Under a name that changes with it.
    answer = get(server, static("harbour.css"))
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]


def get(server: str, path: str) -> HTTPResponse:
    connection = HTTPConnection(urlsplit(server).netloc)
    connection.request("GET", path)
    return connection.getresponse()


def test_what_a_test_commits_is_seen_by_the_server_and_by_nobody_after_it(
    server: str, connect: Callable[[str], psycopg.Connection]
) -> None:
    assert connect("owner").execute("SELECT count(*) FROM accounts_school").fetchone() == (0,)
    school()
    assert connect("owner").execute("SELECT count(*) FROM accounts_school").fetchone() == (1,)


def test_and_again(server: str, connect: Callable[[str], psycopg.Connection]) -> None:
    test_what_a_test_commits_is_seen_by_the_server_and_by_nobody_after_it(server, connect)
