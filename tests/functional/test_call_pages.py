"""The pages that no link leads to: a call under way, sent after a sign-out, the frame of calls, forms with mistakes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.factories import PASSWORD, Staffroom
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide


@pytest.fixture
def room(server: str) -> Staffroom:
    return factories.staffroom(password=PASSWORD)


def looked_at(page: Page) -> Iterator[str]:
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 768})
        yield from faults(page)
        if (over := too_wide(page)) > 0:
            yield f"{over} pixels too wide at {width}"


def test_a_call_under_way_and_one_sent_after_a_sign_out(page: Page, room: Staffroom) -> None:
    sign_in(page, room.teacher.username)
    page.goto("/call/")
    page.context.clear_cookies()
    page.get_by_role("button", name="Call a safeguarding lead now").click()
    expect(page.get_by_role("heading", name="Your call has been sent")).to_be_visible()
    assert list(looked_at(page)) == []

    page.get_by_role("button", name="Sign in again").click()
    page.get_by_label("User name").fill(room.teacher.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your call for a safeguarding lead")).to_be_visible()
    assert list(looked_at(page)) == []


def test_the_frame_of_calls_and_forms_with_mistakes(page: Page, room: Staffroom) -> None:
    from uuid import uuid4

    from safeguarding.concerns.services.raising import call_lead

    call_lead(token=uuid4(), school=room.school, by=room.teacher)
    sign_in(page, room.lead.username)
    page.goto("/calls/")
    expect(page.get_by_role("main")).to_contain_text("from Jon Beckett")
    assert list(looked_at(page)) == []

    for address, button in (("/cover/", "Record days away"), ("/school/", "Add term"), ("/school/", "Add day closed")):
        page.goto(address)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_focused()
        assert list(looked_at(page)) == [], f"{button} on {address}"
        # Each problem leads to its field.
        page.get_by_role("alert").filter(has_text="There is a problem").get_by_role("link").first.click()
        focused = page.evaluate("document.activeElement.name")
        assert focused, f"{button} on {address}"
