"""The office brings in a file of children by keyboard alone: gives it, decides, looks at who leaves, confirms.

Also without scripts.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect

from children.models import Child
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide
from tests.sheets import bring_in, row, sheet


@pytest.fixture
def cast(server: str) -> Iterator[factories.Staffroom]:
    """A school with forty children on roll, in a month in which many do not leave at once."""
    with time_machine.travel(factories.SCHOOL_DAY):
        cast = factories.staffroom(password=factories.PASSWORD)
        bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
        yield cast


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Thirty of them, one with another date of birth, one whose UPN is missing and whom nobody knows, one in a new
    class.
    """
    rows = [
        row(0, born="28/03/2018"),
        row(1, room="3C"),
        row(50, upn="", forename="Newcomer"),
        *(row(n) for n in range(2, 30)),
    ]
    path = tmp_path / "children.csv"
    path.write_bytes(sheet(rows))
    return path


def usable(page: Page, check_rules: bool) -> None:
    """Nothing that axe finds, and nothing wider than the screen, on a desk and on a phone."""
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 768})
        assert too_wide(page) <= 0, page.title()
        if check_rules:
            assert faults(page) == [], page.title()
    page.set_viewport_size({"width": 1366, "height": 768})


def press(page: Page, name: str, role: str = "button") -> None:
    """Reach a control by its name and press Enter, as somebody without a mouse does."""
    control = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    control.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_office_brings_in_a_file(
    cast: factories.Staffroom, file: Path, new_person: Callable[..., Page], scripts: bool
) -> None:
    page = new_person(java_script_enabled=scripts)
    sign_in(page, cast.office.username)
    page.goto("/children/")
    press(page, "Bring in a file of children")
    page.get_by_label("File", exact=True).set_input_files(file)
    press(page, "Read this file")

    expect(page.get_by_role("heading", name="What this file would do")).to_be_visible()
    usable(page, scripts)
    page.get_by_role("radio", name="The file is right: use the whole row").check()
    page.get_by_role("radio", name="A new child: add it, UPN not known").check()
    press(page, "Keep these decisions")
    expect(page.get_by_text("2 decisions kept")).to_be_visible()

    press(page, "Leave", role="link")
    expect(page.get_by_role("row", name="Rowan39")).to_be_visible()
    usable(page, scripts)

    press(page, "Update the school’s list")
    expect(page.get_by_role("alert")).to_contain_text("Tick that you have looked at who would leave")
    usable(page, scripts)
    page.get_by_role("checkbox", name="10 of 40 children on roll").check()
    press(page, "Update the school’s list")

    expect(page.get_by_role("heading", name="In the school’s list")).to_be_visible()
    expect(page.get_by_text("Every row was taken")).to_be_visible()
    usable(page, scripts)
    on_roll = Child.objects.filter(school=cast.school, left_on=None)
    assert on_roll.count() == 31
    assert on_roll.get(forename="Newcomer").detail.upn == ""
    assert on_roll.get(forename="Rowan0").detail.date_of_birth.day == 28
    assert on_roll.get(forename="Rowan1").class_name == "3C"


def test_columns_are_told_once(cast: factories.Staffroom, page: Page, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("Number,Family name,Given name,Birthday,Form\nC356999926001,Ashdown,Rowan,14/03/2017,5B\n")
    sign_in(page, cast.lead.username)
    page.goto("/children/imports/")
    page.get_by_label("File", exact=True).set_input_files(own)
    press(page, "Read this file")
    expect(page.get_by_role("heading", name="What do its columns mean?")).to_be_visible()
    usable(page, check_rules=True)
    for column, meaning in {"Number": "UPN", "Family name": "Legal surname", "Given name": "Legal forename"}.items():
        page.get_by_label(column, exact=True).select_option(label=meaning)
    press(page, "Read this file")
    expect(page.get_by_text("Choose which column holds: Date of birth")).to_be_visible()
    usable(page, check_rules=True)
    page.get_by_label("Birthday", exact=True).select_option(label="Date of birth")
    press(page, "Read this file")
    expect(page.get_by_text("Harbour remembers what these columns mean.")).to_be_visible()


def test_a_file_that_cannot_be_used_says_why(cast: factories.Staffroom, page: Page, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xml"
    bad.write_text('<!DOCTYPE a [<!ENTITY b "c">]><CTfile/>')
    sign_in(page, cast.office.username)
    page.goto("/children/imports/")
    page.get_by_label("File", exact=True).set_input_files(bad)
    press(page, "Read this file")
    expect(page.get_by_text("a DTD or entities")).to_be_visible()
    usable(page, check_rules=True)


def test_a_child_is_found_by_what_the_name_sounds_like(cast: factories.Staffroom, page: Page) -> None:
    factories.child(cast.school, "Catherine", "Lomax", by=cast.office)
    factories.child(cast.school, "Kathryn", "Lomacks", by=cast.office, class_name="2A", year_group=2)
    sign_in(page, cast.office.username)
    page.goto("/children/")
    page.get_by_role("search", name="Find a child").get_by_label("Name, class or UPN").fill("kathrin")
    press(page, "Find")
    rows = page.get_by_role("row").filter(has_text="Another child has a name like this")
    expect(rows).to_have_count(2)
    assert "kathrin" not in page.url
    usable(page, check_rules=True)
    page.get_by_role("link", name="Catherine Lomax").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    usable(page, check_rules=True)
