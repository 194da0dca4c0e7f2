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
from safeguarding.accounts.roles import ROLES
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
        assertContains(page, 'call <a class="hb-nowrap" href="tel:999">999</a> now', status_code=status)


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

    stranger = re.findall('href="([^"]+)"', foot(client.get(reverse("account_login"))))
    assert stranger == [reverse("accessibility")]
    assert client.get(reverse("accessibility")).status_code == 200
    assert VERSION not in foot(client.get(reverse("account_login")))
    for person in (cast.teacher, cast.office, cast.lead):
        client.force_login(person)
        for address in ("/inbox/", "/staff/"):
            shown = foot(client.get(address))
            assert f"Version {VERSION}" in shown
            links = re.findall('href="([^"#]+)(#[a-z]+)?">', shown)
            assert [place for _, place in links] == ["", "#people", "", "", "", "", "", ""]
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


# --- the menu

MENU_OF = {
    "teacher": "Home, My reports",
    "teaching_assistant": "Home, My reports",
    "midday": "Home, My reports",
    "governor": "Report",
    "it_admin": "Home, School",
    "auditor": "Home, Event log",
    "dpo": "Home, Requests, My reports, Retention, Event log",
    "pastoral": "Home, Plans and dates, Actions, My reports",
    "senco": "Home, Plans and dates, Actions, My reports",
    "designated_teacher": "Home, Plans and dates, Actions, My reports",
    "attendance": "Home, Plans and dates, Actions, My reports",
    "office": "Home, Children, Requests, My reports, Retention, Training of staff",
    "chair": "Home, Concerns about adults, Actions, Retention",
    "alternate_lead": "Home, Actions, My reports",
    "deputy_lead": "Today, Concerns, Children, Plans and dates, Sharing, Retention, Reports, School",
    "trust_lead": "Today, Concerns, Children, Plans and dates, Sharing, Requests, Retention, Reports, School",
    "acting_lead": "Today, Concerns, Children, Plans and dates, Sharing, Requests, Reports, School",
    "lead": "Today, Concerns, Children, Plans and dates, Sharing, Requests, Retention, Reports, School",
    "headteacher": "Overview, Today, Concerns, Children, Plans and dates, Sharing, Requests, Retention, School",
}
# One row beside the call at 1366 pixels.
MOST_IN_THE_MENU = 9


@pytest.mark.parametrize("role_key", ROLES)
def test_the_menu_of_a_role_is_short_and_its_own(client: Client, role_key):
    cast = factories.staffroom()
    client.force_login(factories.member(cast.school, role_key, "Ada", "Brook"))
    frame = client.get(reverse("inbox")).context["harbour"]
    assert ", ".join(item["text"] for item in frame["nav"]) == MENU_OF[role_key]
    assert len(frame["nav"]) <= MOST_IN_THE_MENU
    assert [item["text"] for item in frame["bell"]] == ["Inbox"]
    # Who has Today finds the own reports under the name, and everybody their training.
    own = ["My reports", "My training"] if "Today" in MENU_OF[role_key] else ["My training"]
    assert [item["text"] for item in frame["mine"]] == own


SCHOOL_OF = {
    "it_admin": "Accounts, Backups, Keys, Self-check",
    "auditor": "Event log",
    "deputy_lead": "Cover, Accounts, Training of staff",
    "lead": "Cover, Accounts, Access, Event log, Settings, Backups, Keys, Training of staff",
    "headteacher": "Cover, Accounts, Access, Event log, Settings, Backups, Keys, Training of staff",
}


@pytest.mark.parametrize("role_key", SCHOOL_OF)
def test_school_has_the_pages_that_are_this_persons(client: Client, role_key):
    cast = factories.staffroom()
    client.force_login(factories.member(cast.school, role_key, "Ada", "Brook"))
    page = client.get(reverse("school_home"))
    assert {each["text"] for each in page.context["pages"]} == set(SCHOOL_OF[role_key].split(", "))
    for each in page.context["pages"]:
        below = [url for _, url in each["below"]]
        assert [client.get(url).status_code for url in [each["url"], *below]] == [200] * (1 + len(below))
        assert any(item["current"] for item in client.get(each["url"]).context["harbour"]["nav"])


def test_school_puts_first_what_needs_a_look(client: Client):
    cast = factories.staffroom()
    client.force_login(cast.lead)
    pages = client.get(reverse("school_home")).context["pages"]
    looks = [bool(each["look"]) for each in pages]
    # Nobody stands in for the lead, and no backup was ever made.
    assert looks == sorted(looks, reverse=True) and any(looks) and not all(looks)


def test_who_has_no_page_about_the_school_is_refused(client: Client):
    client.force_login(factories.staffroom().teacher)
    assert client.get(reverse("school_home")).status_code == 403


def test_concerns_about_adults_stand_beside_the_others(client: Client):
    cast = factories.staffroom()
    lists = reverse("concerns"), reverse("staff_concerns")
    client.force_login(cast.headteacher)
    for here in lists:
        tabs = client.get(here).context["harbour"]["beside_concerns"]()
        assert [(tab["url"], tab["current"]) for tab in tabs] == [(each, each == here) for each in lists]
    client.force_login(cast.deputy)
    assert client.get(lists[0]).context["harbour"]["beside_concerns"]() == []
