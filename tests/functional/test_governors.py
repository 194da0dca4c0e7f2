"""The Headteacher finds the report on the overview, comments, approves and prints it; a governor reads it, and then the
corrected one that replaces it. With and without scripts.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from safeguarding.accounts.services import add_term
from safeguarding.governors.models import GovernorReport, ReportBuild
from safeguarding.governors.services import counting
from tests import factories
from tests.factories import PASSWORD, Staffroom
from tests.functional.steps import sign_in
from tests.functional.test_every_page import NARROW, WIDE, faults, too_wide
from tests.integration.governors.reports import begun_term


@pytest.fixture
def room(server: str) -> Staffroom:
    found = factories.staffroom(password=PASSWORD)
    name, first, last = begun_term()
    add_term(school=found.school, name=name, starts_on=first, ends_on=last, by=found.headteacher)
    factories.child(found.school, "May", "Ashdown", by=found.office)
    return found


def looks_right(page: Page) -> None:
    """At a desk and on the narrowest telephone."""
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 768})
        assert faults(page) == []
        assert too_wide(page) <= 0
    page.set_viewport_size({"width": WIDE, "height": 768})


def counts() -> None:
    """What the worker does."""
    for one in ReportBuild.objects.filter(status="asked"):
        assert counting.run(one.pk)


def approves_and_publishes(page: Page) -> None:
    page.get_by_role("button", name="Approve the report").click()
    page.get_by_role("button", name="Publish to governors").click()
    expect(page.get_by_text("The governors have been told")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_report_is_written_read_and_corrected(
    new_person: Callable[..., Page], room: Staffroom, scripts: bool
) -> None:
    governor = factories.member(room.school, "governor", "Gil", "Stone", password=PASSWORD)
    head, reader = new_person(java_script_enabled=scripts), new_person(java_script_enabled=scripts)
    sign_in(reader, governor.username)
    expect(reader.get_by_text("No report is published yet")).to_be_visible()

    sign_in(head, room.headteacher.username)
    head.get_by_role("link", name="All reports to governors").click()
    head.get_by_role("button", name="Begin it").click()
    expect(head.get_by_text("They are being counted").first).to_be_visible()
    counts()
    head.get_by_role("link", name="Check again").first.click()
    head.get_by_label("Comment").first.fill("We met Ashdown and review in May.")
    head.get_by_role("button", name="Save the comments").click()
    expect(head.get_by_role("alert", name="There is a problem")).to_contain_text("“Ashdown” is in the name of a child")
    head.get_by_label("Comment").first.fill("We review in May.")
    head.get_by_role("button", name="Save the comments").click()
    head.get_by_label("It is a word here, and no name").check()
    if scripts:
        looks_right(head)
    head.get_by_role("button", name="Keep the answer").click()
    approves_and_publishes(head)

    # Three presses from the overview to paper.
    head.goto("/")
    report = GovernorReport.objects.get()
    head.get_by_role("region", name="Reports to governors").get_by_role("link", name=report.name).click()
    paper = head.get_by_role("button", name="Print or save as PDF")
    address = paper.get_attribute("href")
    answer = head.request.get(f"{head.url.split('/governors')[0]}{address}")
    assert answer.ok and answer.headers["content-type"] == "application/pdf"

    reader.goto("/")
    expect(reader.get_by_text("We review in May.")).to_be_visible()
    if scripts:
        looks_right(reader)

    if not scripts:
        return
    head.get_by_role("button", name="Begin a corrected report").click()
    counts()
    head.reload()
    head.get_by_label("It is a word here, and no name").check()
    head.get_by_role("button", name="Keep the answer").click()
    head.get_by_label("Comment").first.fill("We have reviewed it.")
    head.get_by_role("button", name="Save the comments").click()
    approves_and_publishes(head)
    reader.goto("/")
    expect(reader.get_by_text("This is a corrected report")).to_be_visible()
    expect(reader.get_by_text("We have reviewed it.")).to_be_visible()
    reader.get_by_role("link", name="What that one said").click()
    expect(reader.get_by_text("A corrected report has replaced this one")).to_be_visible()
    expect(reader.get_by_text("We review in May.")).to_be_visible()
