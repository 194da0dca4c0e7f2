"""Does every page have its frame: who is signed in, the way to call a lead, and words that a reader understands?"""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from safeguarding import VERSION
from safeguarding.views import problem
from tests import factories
from tests.architecture.source import ROOT

pytestmark = pytest.mark.django_db


@contextmanager
def no_database() -> Iterator[None]:
    def refuse(*_: Any) -> None:
        raise AssertionError("the page asked the database")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500])
def test_a_problem_is_told_in_words_without_the_database(status):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with no_database():
        page = problem(request, status)
    assertContains(page, "Go to your home page", status_code=status)
    assertContains(page, "<h1", status_code=status)
    if status >= 500:
        assertContains(page, "call 999 now", status_code=status)


def test_who_is_not_signed_in_gets_the_form_and_no_name_of_a_school(client: Client):
    page = client.get(reverse("account_login"))
    assertContains(page, "<title>Sign in – Harbour</title>")
    assertContains(page, '<label class="hb-label" for="id_login">User name</label>', html=True)
    assertNotContains(page, "run by")
    assertNotContains(page, "Practice")


def test_the_way_to_help_is_at_the_foot_of_every_page_and_every_link_there_works(client: Client):
    cast = factories.staffroom(password=factories.PASSWORD)

    def foot(page: Any) -> str:
        return page.content.decode().split("<footer")[1].split("</footer>")[0]

    assert "href" not in foot(client.get(reverse("account_login")))
    assert VERSION not in foot(client.get(reverse("account_login")))
    for person in (cast.teacher, cast.office, cast.lead):
        client.force_login(person)
        for address in ("/inbox/", "/staff/"):
            shown = foot(client.get(address))
            assert f"Version {VERSION}" in shown
            links = re.findall('href="([^"#]+)(#[a-z]+)?">', shown)
            assert [place for _, place in links] == ["#help", "", "", "", ""]
            for link, place in links:
                page = client.get(link)
                assert page.status_code == 200
                assert not place or f'id="{place[1:]}"' in page.content.decode()


def test_the_version_at_the_foot_is_that_of_the_project():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_a_wrong_password_is_told_in_harbours_words_and_the_name_is_kept(client: Client):
    page = client.post(reverse("account_login"), {"login": "a.teacher", "password": "wrong"})
    assertContains(page, "<title>Error: Sign in – Harbour</title>")
    assertContains(page, "User name or password is not right. Capitals matter in the password.")
    assertContains(page, 'value="a.teacher"')
    assertNotContains(page, "wrong")


def test_nothing_typed_says_what_to_enter_and_where(client: Client):
    page = client.post(reverse("account_login"), {})
    assertContains(page, '<a href="#id_login">Enter your user name</a>', html=True)
    assertContains(page, '<a href="#id_password">Enter your password</a>', html=True)


def test_practice_says_so_on_every_page(client: Client, settings):
    settings.DEMO = True
    assertContains(client.get(reverse("account_login")), "Practice: nobody will read this.")
    assertContains(client.get("/nowhere/"), "Practice: nobody will read this.", status_code=404)
