"""A lead marks what matters, prints what is significant only, and has two pages for a meeting: two steps from the
child.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_attaching import looked_at
from tests.integration.concerns.chronicled import about
from tests.pdfs import Printed


@pytest.mark.usefixtures("real_printer")
def test_a_lead_marks_what_matters_and_goes_to_a_meeting(server: str, new_person: Callable[..., Page]) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    now = timezone.now()
    about(cast, child, at=now - timedelta(days=3), facts="He asked for food.", child_words="There is none at home.")
    about(cast, child, at=now - timedelta(days=9), facts="He was late.")

    lead = new_person(java_script_enabled=False)
    sign_in(lead, cast.lead.username, at=f"/children/{child.pk}/chronology/")
    looked_at(lead, False)
    lead.get_by_role("link", name="Mark as significant").first.click()
    lead.get_by_role("textbox", name="Why it matters").fill("The third time this month.")
    looked_at(lead, False)
    lead.get_by_role("button", name="Mark as significant").click()
    expect(lead.get_by_text("The third time this month.")).to_be_visible()

    lead.get_by_role("button", name="Print").click()
    looked_at(lead, False)
    paper = printed(lead, lead.get_by_role("link", name="Significant events only", exact=True))
    assert "He asked for food." in paper.text and "He was late." not in paper.text
    lead.get_by_role("link", name="Back to the chronology").click()

    # Step one and step two.
    lead.get_by_role("button", name="Meeting in an hour").click()
    lead.get_by_role("textbox", name="What worries us").fill("He is hungry.")
    looked_at(lead, False)
    answer = lead.context.request
    lead.get_by_role("button", name="Save", exact=True).click()
    expect(lead.get_by_role("textbox", name="What worries us")).to_have_value("He is hungry.")
    pages = Printed(answer.get(f"{lead.url}paper/").body())
    assert len(pages.pages()) <= 2
    for words in ("He is hungry.", "There is none at home.", "The third time this month."):
        assert words in pages.text


def printed(page: Page, link: object) -> Printed:
    """The PDF behind a link, fetched as this person."""
    return Printed(page.context.request.get(page.url.split("/children")[0] + link.get_attribute("href")).body())  # type: ignore[attr-defined]
