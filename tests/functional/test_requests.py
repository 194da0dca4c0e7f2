"""A mother asks by word of mouth what the school holds: handed in on a telephone, taken up by the office, acknowledged
by a letter, a colleague asked to search. And a complaint, without scripts.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from sharing.requests.models import RightsRequest
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.factories import Staffroom
from tests.functional.steps import sign_in
from tests.functional.test_import import press, usable


@pytest.fixture
def room(server: str) -> Staffroom:
    load_request_law()
    found = factories.staffroom(password=factories.PASSWORD)
    factories.child(found.school, "Rowan", "Ashdown", by=found.office)
    return found


def hands_in(page: Page, room: Staffroom, wants: str) -> str:
    """A teacher writes down what somebody said in the corridor. Returns its number."""
    sign_in(page, room.teacher.username)
    page.get_by_role("link", name="Hand in a request about data").click()
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Enter who asks")
    page.get_by_label("Who asks?").fill("Dana Ashdown, mother")
    page.get_by_label("How are they reached?").fill("dana@example.org")
    page.get_by_label("Who is it about?").fill("Rowan Ashdown in 5B")
    page.get_by_label("What did they ask, in their words?").fill("I want to see what you wrote about him.")
    page.get_by_label(wants).check()
    page.get_by_label("Said to somebody").check()
    page.get_by_role("button", name="Hand it in").click()
    said = page.get_by_text("Handed in as")
    expect(said).to_contain_text("You need do nothing more")
    found = re.search(r"(SAR|RQ)-[0-9]+-[0-9]+", said.inner_text())
    assert found
    return found[0]


def takes_up(page: Page, room: Staffroom, reference: str) -> None:
    sign_in(page, room.office.username)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Requests").click()
    page.get_by_role("link", name=reference).click()
    page.get_by_role("button", name="Take it up").click()
    page.get_by_label("Add a child").fill("Rowan")
    page.get_by_role("button", name="Find a child").click()
    page.get_by_role("button", name=re.compile("Rowan Ashdown")).first.click()
    page.get_by_label("A parent or carer").check()
    page.get_by_label("Parental responsibility").check()
    page.get_by_label("Proof of identity that was seen").fill("Known to the school")
    page.get_by_role("button", name="Take it up").click()
    expect(page.get_by_text("Taken up.")).to_be_visible()


def test_asked_in_the_corridor_acknowledged_and_searched_for(room: Staffroom, new_person: Callable[..., Page]) -> None:
    reed = factories.member(room.school, "senco", "Sana", "Reed", password=factories.PASSWORD)
    teacher, office, senco = new_person(viewport={"width": 390, "height": 800}), new_person(), new_person()
    reference = hands_in(teacher, room, "A copy of what we hold")
    takes_up(office, room, reference)
    expect(office.get_by_text("Reply by").first).to_be_visible()
    expect(office.get_by_text("Safeguarding lead’s part: to do")).to_be_visible()
    usable(office, check_rules=True)

    office.get_by_text("Begin a letter", exact=True).click()
    office.get_by_label("Which letter").select_option("Acknowledgement")
    press(office, "Begin it")
    letter = office.get_by_role("textbox", name="The letter")
    letter.fill(re.sub(r"\[[^\]]+\]", "Sue Pickering", letter.input_value()))
    usable(office, check_rules=True)
    press(office, "It was sent")
    expect(office.get_by_text("Recorded as sent.")).to_be_visible()
    expect(office.get_by_role("region", name="What has happened").locator("b")).to_be_visible()

    office.get_by_text("Ask somebody to search", exact=True).click()
    office.get_by_role("combobox", name="Where").select_option("E-mail")
    office.get_by_role("combobox", name="Who looks there").select_option("Sana Reed")
    office.get_by_role("textbox", name="Which words to look for").fill("Rowan Ashdown, Rowan")
    press(office, "Ask")
    expect(office.get_by_text("asked of Sana Reed")).to_be_visible()
    sign_in(senco, reed.username)
    senco.get_by_role("link", name="E-mail", exact=True).click()
    usable(senco, check_rules=True)
    senco.get_by_label("Nothing", exact=True).check()
    press(senco, "Send the answer")
    expect(senco.get_by_text("Answered. Thank you.")).to_be_visible()
    office.goto("/requests/")
    usable(office, check_rules=True)


def test_a_complaint_without_scripts(room: Staffroom, new_person: Callable[..., Page]) -> None:
    teacher, office = new_person(java_script_enabled=False), new_person(java_script_enabled=False)
    reference = hands_in(teacher, room, "A complaint about how data was handled")
    assert reference.startswith("RQ-")
    takes_up(office, room, reference)
    expect(office.get_by_text("Acknowledge by")).to_be_visible()
    expect(office.get_by_text("Safeguarding lead’s part")).to_have_count(0)
    assert RightsRequest.objects.get().right == "complaint"
