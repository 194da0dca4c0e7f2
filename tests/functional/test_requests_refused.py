"""What is not done as it was asked: a correction, for which a statement stands beside the concern, and an unfounded
request for a copy, of which nothing is gathered. Proposed, prepared, approved with a fresh code, and told by a letter.
And a complaint, which is taken up without scripts.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from safeguarding.accounts.models import User
from safeguarding.concerns.services.raising import ChildEntry
from sharing.requests.models import RequestItem, RightsRequest
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.factories import Staffroom
from tests.functional.everybody import press, usable
from tests.functional.request_steps import (
    answers_the_checks,
    approves_with_a_code,
    closes,
    hands_in,
    names,
    opens,
    prepares,
    proposes,
    sends_the_letter,
    takes_up,
)

OPINION = "UK GDPR Article 16: what was written is an opinion, and is recorded as one."
UNFOUNDED = "UK GDPR Article 12(5): the same was asked and answered three times this month."
DISAGREES = "He was not quiet. He had been ill all week."


@pytest.fixture
def room(server: str) -> Staffroom:
    load_request_law()
    found = factories.staffroom(password=factories.PASSWORD)
    rowan = factories.child(found.school, "Rowan", "Ashdown", by=found.office)
    factories.concern(found, children=[ChildEntry("worried_about", rowan)], facts="He was quiet.")
    return found


@pytest.fixture
def officer(room: Staffroom) -> User:
    return factories.member(room.school, "dpo", "Meera", "Shah", password=factories.PASSWORD)


@pytest.fixture(autouse=True)
def _no_code_is_fresh(settings: Any) -> Iterator[None]:
    settings.FACTOR_FRESH = 0
    yield


def prepared_by_the_lead(page: Page, room: Staffroom) -> None:
    """The office, on the page of the case, names who prepares and who approves."""
    names(page, "Prepares the copies", room.lead.full_name)
    names(page, "Approves them", "Meera Shah")


@pytest.mark.soak(part="pages")
def test_what_is_not_corrected_has_a_statement_beside_it(
    room: Staffroom, officer: User, new_person: Callable[..., Page]
) -> None:
    teacher, office, lead, second = (new_person() for _ in range(4))
    reference = hands_in(teacher, room, "To have something corrected", "He was not quiet. Take that out.")
    takes_up(office, room, reference)
    case = RightsRequest.objects.get()
    assert case.reference.startswith("RQ-")
    proposes(office, "Not done; a statement was added to the record", OPINION)
    prepared_by_the_lead(office, room)

    opens(lead, room.lead, case)
    answers_the_checks(lead)
    lead.goto(f"/requests/{case.pk}/approval/")
    expect(lead.get_by_text("Add the statement to the record first.")).to_be_visible()
    lead.get_by_role("link", name="The request", exact=True).click()
    lead.get_by_text("Add what they say to a concern", exact=True).click()
    lead.get_by_label("Beside which concern").select_option(index=1)
    lead.get_by_label("What they say, in their words").fill(DISAGREES)
    fold = lead.locator("#statement")
    for part, value in (("Day", "20"), ("Month", "11"), ("Year", "2026")):
        fold.get_by_label(part, exact=True).fill(value)
    press(lead, "Add the statement")
    expect(lead.get_by_text("Added. It stands beside the concern")).to_be_visible()
    usable(lead)
    prepares(lead, case)

    approves_with_a_code(second, officer, case)
    office.goto(f"/requests/{case.pk}/")
    sends_the_letter(office, "Outcome", OPINION, "a statement was added to the record")
    closes(office, case)
    usable(office)
    assert DISAGREES not in office.content()
    lead.goto(f"/children/{case.child_id}/chronology/")
    entry = lead.get_by_role("listitem").filter(has_text="Statement of disagreement").first
    expect(entry.get_by_text(DISAGREES).first).to_be_visible()


def test_an_unfounded_request_is_refused_and_a_complaint_is_taken_up(
    room: Staffroom, officer: User, new_person: Callable[..., Page]
) -> None:
    page = new_person()
    reference = hands_in(page, room, "A copy of what we hold")
    takes_up(page, room, reference)
    prepared_by_the_lead(page, room)
    case = RightsRequest.objects.get()

    opens(page, room.lead, case)
    answers_the_checks(page)
    proposes(page, "Refused", UNFOUNDED)
    expect(page.get_by_text("Once it is said to be prepared")).to_be_visible()
    prepares(page, case)
    approves_with_a_code(page, officer, case)
    usable(page, check_rules=False)
    opens(page, room.lead, case)
    sends_the_letter(page, "Refusal", UNFOUNDED, "We do not do what you asked.")
    closes(page, case)
    assert RightsRequest.objects.get(pk=case.pk).outcome == "refused"
    assert not RequestItem.objects.filter(case=case).exists()
    a_complaint_is_taken_up(new_person(java_script_enabled=False), room)


def a_complaint_is_taken_up(page: Page, room: Staffroom) -> None:
    """It is acknowledged, and asks nothing of the lead."""
    reference = hands_in(page, room, "A complaint about how data was handled")
    assert reference.startswith("RQ-")
    takes_up(page, room, reference)
    expect(page.get_by_text("Acknowledge by")).to_be_visible()
    expect(page.get_by_text("Safeguarding lead’s part")).to_have_count(0)
    assert RightsRequest.objects.get(reference=reference).right == "complaint"
