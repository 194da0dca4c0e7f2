"""The office brings in a file of children by keyboard alone: gives it, decides, looks at who leaves, confirms.

Also without scripts. A lead says once what the columns of a file of their own mean.
"""

from collections.abc import Callable
from pathlib import Path

import time_machine
from playwright.sync_api import Page, expect

from children.models import Child
from tests import factories
from tests.functional.everybody import case, press, usable, with_and_without
from tests.functional.steps import sign_in
from tests.sheets import bring_in, row, sheet


def gives(page: Page, file: Path) -> None:
    page.get_by_label("File", exact=True).set_input_files(file)
    press(page, "Read this file")


def is_told_why_a_file_cannot_be_used(page: Page, folder: Path) -> None:
    bad = folder / "bad.xml"
    bad.write_text('<!DOCTYPE a [<!ENTITY b "c">]><CTfile/>')
    page.goto("/children/imports/")
    gives(page, bad)
    expect(page.get_by_text("a DTD or entities")).to_be_visible()
    usable(page, check_rules=False)


def brings_in(page: Page, file: Path, leave: str, gone: str, scripts: bool) -> None:
    """From the list of children to the list with the file in it. `leave` says how many of how many would leave, `gone`
    is one of them.
    """
    page.goto("/children/")
    press(page, "Bring in a file of children")
    gives(page, file)
    expect(page.get_by_role("heading", name="What this file would do")).to_be_visible()
    usable(page, scripts)
    page.get_by_role("radio", name="The file is right: use the whole row").check()
    page.get_by_role("radio", name="A new child: add it, UPN not known").check()
    press(page, "Keep these decisions")
    expect(page.get_by_text("2 decisions kept")).to_be_visible()

    press(page, "Leave", role="link")
    expect(page.get_by_role("row", name=gone)).to_be_visible()
    usable(page, scripts)

    press(page, "Update the school’s list")
    expect(page.get_by_role("alert")).to_contain_text("Tick that you have looked at who would leave")
    usable(page, check_rules=False)
    page.get_by_role("checkbox", name=f"{leave} children on roll").check()
    press(page, "Update the school’s list")

    expect(page.get_by_role("heading", name="In the school’s list")).to_be_visible()
    expect(page.get_by_text("Every row was taken")).to_be_visible()
    usable(page, scripts)


def finds_a_child_by_what_the_name_sounds_like(page: Page) -> None:
    page.goto("/children/")
    page.get_by_role("search", name="Find a child").get_by_label("Name, class or UPN").fill("kathrin")
    press(page, "Find")
    rows = page.get_by_role("row").filter(has_text="Another child has a name like this")
    expect(rows).to_have_count(2)
    assert "kathrin" not in page.url
    usable(page, check_rules=False)
    page.get_by_role("link", name="Catherine Lomax").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()


def says_once_what_columns_mean(page: Page, folder: Path) -> None:
    own = folder / "own.csv"
    own.write_text("Number,Family name,Given name,Birthday,Form\nC356999926001,Ashdown,Rowan,14/03/2017,5B\n")
    page.goto("/children/imports/")
    gives(page, own)
    expect(page.get_by_role("heading", name="What do its columns mean?")).to_be_visible()
    for column, meaning in {"Number": "UPN", "Family name": "Legal surname", "Given name": "Legal forename"}.items():
        page.get_by_label(column, exact=True).select_option(label=meaning)
    press(page, "Read this file")
    expect(page.get_by_text("Choose which column holds: Date of birth")).to_be_visible()
    usable(page)
    page.get_by_label("Birthday", exact=True).select_option(label="Date of birth")
    press(page, "Read this file")
    expect(page.get_by_text("Harbour remembers what these columns mean.")).to_be_visible()


def file_of(folder: Path, last: int, born: int, moved: int, newcomer: str) -> Path:
    """Those up to `last` of the list, one with another date of birth, some in a new class, up to `moved`, and one whose
    UPN is missing, a child not on the list.
    """
    rows = [
        row(0, born=f"{born}/03/2018"),
        row(50, upn="", forename=newcomer, born=f"{born}/04/2018"),
        *(row(n, room="3C" if n <= moved else "3A") for n in range(1, last + 1)),
    ]
    path = folder / f"{newcomer}.csv"
    path.write_bytes(sheet(rows))
    return path


def test_the_office_brings_in_a_file(server: str, new_person: Callable[..., Page], tmp_path: Path) -> None:
    with time_machine.travel(factories.SCHOOL_DAY):
        # In this month many do not leave at once.
        cast = factories.staffroom(password=factories.PASSWORD)
        bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
        page = new_person()
        sign_in(page, cast.office.username)
        is_told_why_a_file_cannot_be_used(page, tmp_path)
        files = [
            (file_of(tmp_path, 29, 28, 1, "Newcomer"), "10 of 40", "Rowan39"),
            (file_of(tmp_path, 20, 27, 2, "Latecomer"), "10 of 31", "Newcomer"),
        ]
        for (scripts, called), (file, leave, gone) in zip(with_and_without(), files, strict=True):
            office = page if scripts else new_person(java_script_enabled=False)
            with case(called):
                sign_in(office, cast.office.username)
                brings_in(office, file, leave, gone, scripts)
        on_roll = Child.objects.filter(school=cast.school, left_on=None)
        assert on_roll.count() == 22
        assert on_roll.get(forename="Latecomer").detail.upn == ""
        assert on_roll.get(forename="Rowan0").detail.date_of_birth.day == 27
        assert [child.forename for child in on_roll.filter(class_name="3C").order_by("forename")] == [
            "Rowan1",
            "Rowan2",
        ]

        factories.child(cast.school, "Catherine", "Lomax", by=cast.office)
        factories.child(cast.school, "Kathryn", "Lomacks", by=cast.office, class_name="2A", year_group=2)
        finds_a_child_by_what_the_name_sounds_like(page)
        sign_in(page, cast.lead.username)
        says_once_what_columns_mean(page, tmp_path)
