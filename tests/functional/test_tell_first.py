"""Tell first, write after: a teacher calls, a lead in another browser sees it, the teacher sees who has opened it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser import PATIENCE
from tests.factories import PASSWORD, Staffroom
from tests.functional.steps import sign_in

# On the page's own clock: a machine under load must not fail what the page promises.
FIVE_SECONDS = 5_000
CALL = "Call for a safeguarding lead from Jon Beckett, Class teacher, 5B"


@pytest.fixture
def room(server: str) -> Staffroom:
    return factories.staffroom(password=PASSWORD)


def arrive(page: Page, username: str, at: str = "/inbox/") -> None:
    """Sign in on the way to a page."""
    sign_in(page, username, at=at)


def call(page: Page, line: str = "") -> int:
    """Call a lead from whatever page is open. Returns how many things the caller had to do."""
    page.get_by_role("link", name="I need a safeguarding lead now").click()
    done = 1
    if line:
        page.get_by_label("What is happening, in a line").fill(line)
        done += 1
    page.get_by_role("button", name="Call a safeguarding lead now").click()
    expect(page.get_by_role("heading", name="Your call for a safeguarding lead")).to_be_visible()
    return done + 1


def reaches_the_open_page_within_five_seconds(page: Page, lead: Page) -> None:
    strip = lead.locator("[data-calls]")
    expect(strip).to_be_empty()
    assert call(page, line="Rowan says he cannot go home") <= 3
    lead.clock.fast_forward(FIVE_SECONDS)
    expect(strip).to_contain_text(CALL, timeout=PATIENCE)
    expect(lead).to_have_title(re.compile("^Call waiting"))
    assert "Rowan" not in lead.content()
    expect(page.get_by_text("Nobody has opened your call yet")).to_be_visible()
    expect(page.get_by_text("Priya Raman, extension 214").first).to_be_visible()


def is_opened_and_the_account_finished(page: Page, lead: Page) -> None:
    """The page of who called says by itself that the lead has opened it."""
    lead.goto("/today/")
    lead.get_by_role("link", name="Open the call from Jon Beckett").click()
    expect(lead.get_by_text("Rowan says he cannot go home").first).to_be_visible(timeout=PATIENCE)
    expect(lead.locator("[data-calls]")).to_be_empty()
    page.clock.fast_forward(FIVE_SECONDS)
    for _ in ("by itself", "when it is loaded again"):
        expect(page.get_by_role("heading", name="Priya Raman has opened your call")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("Ring extension 214")).to_be_visible()
        page.reload()
    page.get_by_role("button", name="Write down what you saw").click()
    expect(page.get_by_label("What you saw or heard")).to_have_value("Rowan says he cannot go home")


def names_a_child_from_what_is_typed(page: Page) -> None:
    page.goto("/call/")
    page.get_by_label("Which child").press_sequentially("Rowan")
    page.get_by_role("button", name="Rowan Ashdown").click()
    expect(page.get_by_role("list", name="Child")).to_contain_text("5B, Year 5")
    page.get_by_role("button", name="Call a safeguarding lead now").click()
    expect(page.get_by_role("heading", name="Your call for a safeguarding lead")).to_be_visible()


def is_made_by_keyboard_alone(phone: Page) -> None:
    phone.get_by_role("link", name="I need a safeguarding lead now").focus()
    phone.keyboard.press("Enter")
    phone.get_by_label("Which child").wait_for()
    phone.get_by_label("What is happening, in a line").focus()
    phone.keyboard.type("Come to the gate")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="Your call for a safeguarding lead")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_call_reaches_a_lead_at_once_and_its_account_is_finished(
    page: Page, new_person: Callable[..., Page], room: Staffroom
) -> None:
    factories.child(room.school, by=room.office)
    lead, phone = new_person(), new_person(viewport={"width": 320, "height": 640})
    lead.clock.install()
    page.clock.install()
    arrive(lead, room.lead.username)
    arrive(page, room.teacher.username)
    reaches_the_open_page_within_five_seconds(page, lead)
    is_opened_and_the_account_finished(page, lead)
    names_a_child_from_what_is_typed(page)
    arrive(phone, room.teacher.username)
    is_made_by_keyboard_alone(phone)


def test_a_call_reaches_a_lead_without_scripts_at_the_next_refresh(
    page_without_scripts: Page, new_person: Callable[..., Page], room: Staffroom
) -> None:
    lead, teacher = page_without_scripts, new_person(java_script_enabled=False)
    arrive(lead, room.lead.username)
    frame = lead.locator("iframe[title='Calls for a safeguarding lead']").element_handle().content_frame()
    assert frame is not None
    expect(frame.get_by_text("No call is waiting.")).to_be_visible()
    refresh = frame.locator("meta[http-equiv=refresh]").get_attribute("content")
    assert refresh is not None
    assert int(refresh) <= 15
    arrive(teacher, room.teacher.username)

    assert call(teacher) <= 3

    frame.goto(frame.url)
    expect(frame.get_by_role("main")).to_contain_text(CALL)
    # The link of the frame opens the concern in the whole window.
    assert frame.locator("base").get_attribute("target") == "_top"
    assert teacher.locator("noscript meta[http-equiv=refresh], head meta[http-equiv=refresh]").count() == 1
