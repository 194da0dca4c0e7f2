"""From an empty school: the Headteacher adds five people by CSV and one by hand, three sign in, she ends one.

Nobody types a command once the school and its Headteacher are there.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from safeguarding.accounts.models import ClassTaught, School, User
from tests import factories
from tests.factories import PASSWORD
from tests.functional.everybody import usable
from tests.functional.steps import sign_in_by_hand, sign_out

NEW = "kettle-orchard-nine-bells"
FILE = """\
First name,Surname,Role,Class,E-mail
Priya,Raman,DSL,,p.raman@example.sch.uk
Tom,Aldous,Deputy safeguarding lead,,
Jon,Beckett,Class teacher,5B,
Amy,Lister,TA,"5B, 6A",
Sue,Pickering,Office,,
Nobody,Knows,Wizard,,
"""


@pytest.fixture
def school(server: str) -> School:
    cache.clear()
    return factories.school()


@pytest.fixture
def head(school: School) -> User:
    return factories.member(school, "headteacher", "Helen", "Okafor", password=PASSWORD)


def first_start(page: Page, name: str, button: str = "Show the code") -> list[str]:
    """The Headteacher gives it, and reads out the two halves."""
    page.goto("/access/staff/")
    page.get_by_role("link", name=f"Give the first start to {name}").click()
    page.get_by_label("They stand before me").check()
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Tell it to nobody else")).to_be_visible()
    return page.locator("[data-half]").all_inner_texts()


def begins(page: Page, username: str, halves: list[str]) -> None:
    """The person types the code, chooses a password and signs in with it."""
    page.goto("/")
    page.get_by_role("link", name="I have been told a code in two halves").click()
    page.get_by_label("User name").fill(username)
    page.get_by_label("One half of the code").fill(halves[0])
    page.get_by_label("The other half of the code").fill(halves[1])
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_headteacher_fills_a_school_without_a_command(
    head: User, page: Page, new_person: Callable[..., Page], tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(FILE)
    sign_in_by_hand(page, head.username, at="/access/")
    page.get_by_role("button", name="Add staff").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Read this file").click()
    expect(page.get_by_role("row", name="There is no role “Wizard”")).to_be_visible()
    usable(page)
    page.get_by_role("button", name="Add 5 people").click()
    expect(page.get_by_text("Nothing was added")).to_be_visible()
    assert not User.objects.filter(last_name="Raman").exists()
    page.get_by_label("Leave out the rows that cannot be used").check()
    page.get_by_role("button", name="Add 5 people").click()
    expect(page.get_by_text("5 people added.")).to_be_visible()

    page.get_by_label("First name").fill("Carla")
    page.get_by_label("Last name").fill("Mendes")
    page.get_by_label("Role", exact=True).select_option(label="Pastoral lead")
    page.get_by_role("button", name="Show what this gives").click()
    expect(page.get_by_role("row", name="c.mendes")).to_be_visible()
    page.get_by_role("button", name="Add 1 person").click()
    expect(page.get_by_text("1 person added.")).to_be_visible()
    expect(
        page.get_by_role("region", name="Not signed in yet").get_by_role("link", name="Give the first start")
    ).to_have_count(6)

    # From the file and by hand, with a role that needs a second factor and with one that needs none.
    person = new_person()
    for name, needs_factor in (("Carla Mendes", True), ("Jon Beckett", False), ("Priya Raman", True)):
        user = User.objects.get(added_by=head, first_name=name.split()[0])
        person.context.clear_cookies()
        begins(person, user.username, first_start(page, name))
        if needs_factor:
            expect(person.get_by_role("heading", name="Set up your second factor")).to_be_visible()
        else:
            expect(person.get_by_role("button", name="Sign out")).to_be_attached()
    # The lead has begun, so there is a second person for whoever may be one of two.
    assert len(first_start(page, "Tom Aldous", "Ask a second person")) == 1
    assert set(ClassTaught.objects.values_list("user__first_name", "class_name")) == {
        ("Jon", "5B"),
        ("Amy", "5B"),
        ("Amy", "6A"),
    }

    page.goto("/access/")
    page.locator("#main").get_by_role("link", name="Amy Lister", exact=True).click()
    page.get_by_role("button", name="End today 6A").click()
    expect(page.get_by_text("Today is the last day with class 6A.")).to_be_visible()
    usable(page, check_rules=False)
    page.get_by_role("button", name="End this role").click()
    expect(page.get_by_role("heading", name="What this changes")).to_be_visible()
    page.get_by_role("button", name="End this role").click()
    expect(page.get_by_text("Today is the last day of that role.")).to_be_visible()
    sign_out(page)
    page.get_by_role("link", name="Accessibility").click()
    usable(page, check_rules=False)
