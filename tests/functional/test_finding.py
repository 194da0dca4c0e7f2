"""A lead remembers a word, not the child: she types it into the search above the page, reads where it stands, and opens
that.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.factories import SCHOOL_DAY
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide


@pytest.mark.parametrize("scripts", [True, False])
def test_a_lead_finds_what_somebody_wrote(server: str, new_person: Callable[..., Page], scripts: bool) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    facts = "Came in late and asked for toast before the register. " * 9 + "His coat was wet."
    concern = factories.concern(cast, facts=facts, at=SCHOOL_DAY - timedelta(hours=1))
    page = new_person(java_script_enabled=scripts)
    sign_in(page, cast.lead.username)
    page.get_by_label("Find a child, a reference or words").fill("rowan coat")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Written about concerns")).to_be_visible()
    expect(page.get_by_text("Nothing written that you can see")).to_be_visible()
    page.get_by_label("Find a child, a reference or words").fill("coat")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text("coat")
    expect(page).to_have_title("Search – Harbour")
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 768})
        assert too_wide(page) <= 0
        if scripts:
            assert faults(page) == []
    page.get_by_role("main").get_by_role("link", name=concern.label, exact=True).click()
    expect(page.get_by_text(facts[-16:])).to_be_visible()
