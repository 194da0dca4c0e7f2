"""The tests' own server is the real one: middleware, roles and files as a school would run it."""

from collections.abc import Callable

import psycopg
from playwright.sync_api import Page

from tests.factories import school


def test_the_server_answers_with_the_real_middleware(page: Page) -> None:
    answer = page.goto("/health/")
    assert answer is not None
    assert (answer.status, answer.text()) == (200, "ok")
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_stylesheet_is_served_under_a_name_that_changes_with_it(page: Page) -> None:
    from django.templatetags.static import static

    address = static("harbour.css")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]


def test_what_a_test_commits_is_seen_by_the_server_and_by_nobody_after_it(
    server: str, connect: Callable[[str], psycopg.Connection]
) -> None:
    assert connect("owner").execute("SELECT count(*) FROM accounts_school").fetchone() == (0,)
    school()
    assert connect("owner").execute("SELECT count(*) FROM accounts_school").fetchone() == (1,)


def test_and_again(server: str, connect: Callable[[str], psycopg.Connection]) -> None:
    test_what_a_test_commits_is_seen_by_the_server_and_by_nobody_after_it(server, connect)
