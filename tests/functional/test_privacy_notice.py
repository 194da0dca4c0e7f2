"""The Headteacher fills in what only the school can say, reads the draft and publishes it; somebody who has no account
reads it.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from retention.services.schedule import adopt_all, agree_all, load_defaults
from safeguarding.accounts.services import change_school
from safeguarding.accounts.services.guidance import load_editions
from sharing.events.services.reference import load_law
from tests import factories
from tests.factories import PASSWORD, Staffroom
from tests.functional.steps import sign_in
from tests.functional.test_every_page import NARROW, WIDE, faults, too_wide

TYPED = {
    "E-mail of the school office": "office@saltmarsh.example",
    "Data protection officer": "Borough data protection service",
    "E-mail of the data protection officer": "dpo@borough.example",
    "Where Harbour runs, who runs it, and whether anything leaves the United Kingdom": (
        "Records are on a server at the school, in the United Kingdom. Nothing is sent abroad"
    ),
    "Where paper is kept": "Paper is kept in a locked cabinet",
}


@pytest.fixture
def room(server: str) -> Staffroom:
    load_editions()
    load_law()
    load_defaults()
    found = factories.staffroom(password=PASSWORD)
    change_school(school=found.school, by=found.headteacher, telephone="0161 496 0000")
    adopt_all(school=found.school, by=found.headteacher)
    agree_all(school=found.school, by=factories.member(found.school, "dpo", "Olive", "Penn"))
    return found


def looks_right(page: Page) -> None:
    """At a desk and on the narrowest telephone."""
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 768})
        assert faults(page) == []
        assert too_wide(page) <= 0
    page.set_viewport_size({"width": WIDE, "height": 768})


def test_the_notice_is_filled_in_read_published_and_read_by_everybody(
    new_person: Callable[..., Page], room: Staffroom
) -> None:
    head, nobody = new_person(), new_person(java_script_enabled=False)
    sign_in(head, room.headteacher.username, at="/settings/notice/draft/")
    expect(head.get_by_role("link", name="who is data protection officer")).to_be_visible()
    expect(head.get_by_role("button", name="Publish")).to_have_count(0)
    head.goto("/settings/notice/")
    for label, said in TYPED.items():
        head.get_by_label(label, exact=True).fill(said)
    head.get_by_role("button", name="Save").click()
    expect(head.get_by_text("once the next version is published")).to_be_visible()
    looks_right(head)
    head.get_by_role("button", name="Read the draft and publish").click()
    expect(head.get_by_text("Paper is kept in a locked cabinet.")).to_be_visible()
    looks_right(head)
    head.get_by_role("button", name="Publish").click()
    expect(head.get_by_text("Version 1 is published.")).to_be_visible()
    head.get_by_role("link", name="Version 1").click()
    looks_right(head)

    nobody.goto(f"/privacy-notice/{room.school.pk}/")
    nobody.get_by_role("link", name="Who we share it with").click()
    expect(nobody.get_by_text("Looked-after children’s nurse service")).to_be_visible()
    expect(nobody.get_by_text("Sign out")).to_have_count(0)

    head.get_by_role("link", name="Privacy notice", exact=True).last.click()
    expect(head.get_by_role("heading", name="How long we keep it")).to_be_visible()
    looks_right(head)
