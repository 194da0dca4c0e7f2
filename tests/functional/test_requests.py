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
from tests.functional.request_steps import hands_in, takes_up
from tests.functional.steps import sign_in
from tests.functional.test_import import press, usable


@pytest.fixture
def room(server: str) -> Staffroom:
    load_request_law()
    found = factories.staffroom(password=factories.PASSWORD)
    factories.child(found.school, "Rowan", "Ashdown", by=found.office)
    return found


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
