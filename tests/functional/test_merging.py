"""Merge and unmerge: a child who is on the list twice becomes one, and two again, in the browser of who asks and who
decides.
"""

from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from safeguarding.concerns.services.raising import ChildEntry
from tests import factories, sheets
from tests.functional.steps import sign_in, sign_out
from tests.functional.test_every_page import faults, too_wide


def panel(page: Page, key: str) -> Locator:
    """The panel whose heading has this id."""
    return page.locator(".hb-panel", has=page.locator(f"#{key}"))


@pytest.fixture
def cast() -> factories.Staffroom:
    return factories.staffroom(password=factories.PASSWORD)


def test_merge_and_unmerge(page: Page, cast: factories.Staffroom) -> None:
    born = date(2017, 3, 14)
    rowan = factories.child(
        cast.school, "Rowan", "Ashdown", by=cast.office, details={"upn": sheets.number(1), "date_of_birth": born}
    )
    again = factories.child(
        cast.school, "Rowan-Lee", "Pike", by=cast.office, details={"upn": sheets.number(2), "date_of_birth": born}
    )
    factories.concern(cast, facts="Quiet at register.", children=[ChildEntry("worried_about", again)])

    # The office finds the same child twice, looks at both and asks. It sees no concern, and is told of none.
    sign_in(page, cast.office.username, at=f"/children/{rowan.pk}/people/")
    panel(page, "one-record").get_by_role("button", name="This is the same child as").click()
    page.get_by_label("Name, class, UPN or record number").fill("Rowan Lee Pyke")
    page.get_by_role("button", name="Find", exact=True).last.click()
    page.get_by_role("button", name="Rowan-Lee Pike").click()
    expect(panel(page, "side-by-side")).to_contain_text("kept as an earlier UPN")
    expect(panel(page, "moves")).not_to_contain_text("concern")
    page.get_by_label("How do you know that it is the same child?").fill("One birth certificate, seen at the desk.")
    page.get_by_label("I have looked at what differs").check()
    page.get_by_role("button", name="Ask a safeguarding lead").click()
    expect(page.get_by_text("The safeguarding leads have been asked")).to_be_visible()
    sign_out(page)

    # The lead finds it on the first page, reads what would move and who would see it, and decides.
    sign_in(page, cast.lead.username)
    page.get_by_role("link", name="Two records that may be of the same child").click()
    page.get_by_role("link", name="Rowan Ashdown").click()
    page.get_by_role("button", name="Look at both records").click()
    expect(panel(page, "moves")).to_contain_text("1 concern")
    expect(panel(page, "sight")).to_contain_text("The same people as now.")
    expect(page.get_by_label("How do you know that it is the same child?")).to_have_value(
        "One birth certificate, seen at the desk."
    )
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert too_wide(page) == 0
    page.get_by_label("I have looked at what differs").check()
    page.get_by_role("button", name="Make them one record").click()
    expect(page.get_by_text(f"Record {again.number} is part of record {rowan.number} now.")).to_be_visible()

    # Whoever follows the old address comes to the record that stays, and finds all of it there.
    page.goto(f"/children/{again.pk}/people/")
    expect(page).to_have_url(f"{page.url.split('/children/')[0]}/children/{rowan.pk}/people/")
    expect(page.get_by_text("Rowan-Lee Pike")).to_be_visible()
    expect(page.get_by_text(sheets.number(2))).to_be_visible()
    page.get_by_role("link", name="Concerns", exact=True).last.click()
    expect(page.get_by_role("main")).to_contain_text("C-")

    # They were cousins after all: it is taken apart again.
    page.goto(f"/children/{rowan.pk}/people/")
    panel(page, "one-record").get_by_role("link", name="What came over").click()
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_label("Why are these two children after all?").fill("Cousins: two birth certificates.")
    assert too_wide(page) == 0
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text(f"Record {again.number} stands by itself again")).to_be_visible()
    page.goto(f"/children/{again.pk}/people/")
    expect(page.get_by_text("Rowan-Lee Pike").first).to_be_visible()
