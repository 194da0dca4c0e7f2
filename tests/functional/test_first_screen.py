"""What stands on the first screen of a telephone, in school hours and out of them: the call, and the first question."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from safeguarding.accounts import services as accounts
from tests import factories
from tests.browser import PATIENCE
from tests.factories import LONDON, PASSWORD, SCHOOL_DAY, Staffroom
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults

FOLD = 844
PHONE = {"width": 390, "height": FOLD}
FRIDAY_NIGHT = datetime(2026, 11, 27, 22, 0, tzinfo=LONDON)
# On the page's own clock.
FIVE_SECONDS = 5_000


@pytest.fixture
def room(server: str) -> Staffroom:
    room = factories.staffroom(password=PASSWORD)
    accounts.change_school(
        school=room.school,
        by=room.headteacher,
        telephone="0161 496 0000",
        social_care_day="0161 496 0710",
        social_care_night="0161 496 0711",
    )
    return room


def top(found: Locator) -> float:
    box = found.bounding_box()
    assert box
    return box["y"]


def bottom(found: Locator) -> float:
    box = found.bounding_box()
    assert box
    return box["y"] + box["height"]


@pytest.mark.parametrize(
    ("at", "is_out"), [(SCHOOL_DAY, False), (FRIDAY_NIGHT, True)], ids=["in hours", "out of hours"]
)
def test_the_call_button_and_the_first_question_are_above_the_fold(
    page: Page, room: Staffroom, at: datetime, is_out: bool
) -> None:
    with time_machine.travel(at):
        page.set_viewport_size(PHONE)
        sign_in(page, room.teacher.username, at="/call/")
        main = page.get_by_role("main")
        button = main.get_by_role("button", name="Call a safeguarding lead now")
        assert bottom(main.get_by_role("link", name="999")) < top(button)
        social_care = main.get_by_role("link", name="0161 496 0711")
        assert social_care.count() == is_out
        if is_out:
            assert bottom(social_care) < top(button)
        assert bottom(button) <= FOLD
        assert top(page.get_by_label("Which child")) > bottom(button)

        page.goto("/log/")
        assert bottom(page.locator("#how-soon")) <= FOLD
        expect(page.get_by_role("radio", name="For the record")).to_be_in_viewport()
        expect(page.get_by_role("link", name="Log a concern")).to_have_count(0)
        expect(page.get_by_role("heading", name="Log a concern")).to_have_count(1)


def test_a_lead_says_that_help_comes_in_one_press_and_the_caller_sees_it(
    page: Page, new_person: Callable[..., Page], room: Staffroom
) -> None:
    page.clock.install()
    sign_in(page, room.teacher.username, at="/call/")
    page.get_by_role("button", name="Call a safeguarding lead now").click()
    expect(page.get_by_text("Nobody has opened your call yet")).to_be_visible()

    lead = new_person(viewport=PHONE)
    sign_in(lead, room.lead.username, at="/today/")
    lead.get_by_role("link", name="Open the call from Jon Beckett").click()
    button = lead.get_by_role("button", name="I am coming")
    assert bottom(button) <= FOLD
    assert list(faults(lead)) == []
    button.click()
    expect(lead.get_by_text("You said “I am coming”")).to_be_visible()
    page.clock.fast_forward(FIVE_SECONDS)
    expect(page.get_by_role("heading", name="Priya Raman is coming to you")).to_be_visible(timeout=PATIENCE)

    lead.get_by_role("button", name="Ring me").click()
    expect(lead.get_by_text("You said “Ring me”")).to_be_visible()
    page.clock.fast_forward(FIVE_SECONDS)
    expect(page.get_by_role("heading", name="Ring Priya Raman now")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("status").get_by_role("link", name="0161 496 0000").first).to_have_attribute(
        "href", "tel:01614960000"
    )
