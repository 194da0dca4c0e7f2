"""A mother’s request from the day it is taken up to the hand-over: by the office, the safeguarding lead, who decides on
the copies, and the data protection officer, who approves them; the worker’s part is done here in between.
"""

import re
from collections.abc import Callable

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from safeguarding.accounts.models import User
from safeguarding.concerns.services.raising import ChildEntry
from sharing.requests.models import Bundle, RequestItem, RightsRequest, SearchPlace
from sharing.requests.services import building, gathering, places
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.factories import Staffroom
from tests.functional.request_steps import answers_the_checks, goes, group, names, opens
from tests.functional.steps import sign_in
from tests.functional.test_import import press, usable
from tests.integration.requests.cases import taken_up

SECRET = "Hazel Quennell took his bag."


@pytest.fixture
def room(server: str) -> Staffroom:
    load_request_law()
    found = factories.staffroom(password=factories.PASSWORD)
    factories.member(found.school, "dpo", "Meera", "Shah", password=factories.PASSWORD)
    factories.member(found.school, "chair", "Ivor", "Brandt", password=factories.PASSWORD)
    return found


@pytest.fixture
def case(room: Staffroom) -> RightsRequest:
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    factories.child(room.school, "Hazel", "Quennell", by=room.office)
    factories.concern(room, children=[ChildEntry("worried_about", rowan)], facts=f"He was quiet. {SECRET}")
    return taken_up(room, rowan)


def the_office_names_people_and_has_it_gathered(page: Page, room: Staffroom, case: RightsRequest) -> None:
    opens(page, room.office, case)
    names(page, "Prepares the copies", room.lead.full_name)
    names(page, "Approves them", "Meera Shah")
    page.get_by_text("Gather what is held", exact=True).click()
    press(page, "Gather it")
    expect(page.get_by_text("The copies are made in the background.")).to_be_visible()
    for place in SearchPlace.objects.filter(case=case, answered_at=None).exclude(place="harbour"):
        places.answer(place, by=place.asked or room.office, found="none")
    assert gathering.run(case.pk)


def the_lead_decides(page: Page, room: Staffroom, case: RightsRequest) -> None:
    opens(page, room.lead, case)
    answers_the_checks(page)
    page.goto(f"/requests/{case.pk}/people/")
    usable(page, check_rules=True)
    page.get_by_label("Hazel Quennell").check()
    group(page, "What to do").get_by_label("Replace with other words").check()
    page.get_by_label("What stands instead").fill("another child")
    page.get_by_label("Legal reason").select_option(value="other_people")
    page.get_by_label("Who else can be known from it, and how?").fill("Hazel, by her name.")
    group(page, "Is it about a member of staff").get_by_label("No", exact=True).check()
    group(page, "Do they agree that it is given?").get_by_label("They were not asked").check()
    page.get_by_label("Why is it not reasonable").fill("She was promised that it stays at school.")
    page.get_by_label("Why, in this case").fill("She is a child.")
    goes(page, "Decide")
    keeps_whoever_is_left(page, case)
    for item in RequestItem.objects.filter(case=case).order_by("number"):
        page.goto(f"/requests/items/{item.pk}/")
        gone = page.get_by_text("[another child]").count()
        group(page, "Whole item").get_by_label("In part" if gone else "In full", exact=True).check()
        goes(page, "Decide, and go on")
    assert not RequestItem.objects.filter(case=case, decided="").exists()
    page.goto(f"/requests/{case.pk}/approval/")
    usable(page, check_rules=True)
    press(page, "It is prepared: send it for approval")
    expect(page.get_by_text("Prepared. Who approves it has been told.")).to_be_visible()


def keeps_whoever_is_left(page: Page, case: RightsRequest) -> None:
    """Those who work there are named in their role."""
    page.goto(f"/requests/{case.pk}/people/")
    if page.get_by_role("button", name="Keep all in their role").count():
        goes(page, "Keep all in their role")


def the_officer_approves_and_locks(page: Page, case: RightsRequest) -> str:
    officer = User.objects.get(last_name="Shah")
    sign_in(page, officer.username, f"/requests/{case.pk}/approval/")
    usable(page, check_rules=True)
    expect(page.get_by_text("You have not opened item")).to_be_visible()
    links = page.get_by_role("link", name=re.compile(r"^Item \d+"))
    for address in links.evaluate_all("found => found.map(one => one.getAttribute('href'))"):
        page.goto(address)
        expect(page.get_by_role("heading", name=re.compile("^Item"), level=1)).to_be_visible()
    page.goto(f"/requests/{case.pk}/approval/")
    press(page, "Approve the answer")
    expect(page.get_by_text("Approved. The files can be made now.")).to_be_visible()
    goes(page, "Make the files")
    expect(page.get_by_text("They are being made and checked")).to_be_visible()
    usable(page, check_rules=True)
    bundle = Bundle.objects.get(case=case)
    assert building.run(bundle.pk)
    page.get_by_role("link", name="Look again").click()
    usable(page, check_rules=True)
    goes(page, "Lock them and show the words")
    words = page.locator(".hb-panel .hb-ref").first.inner_text()
    usable(page, check_rules=True)
    return words


def the_office_hands_it_over(page: Page, room: Staffroom, case: RightsRequest, words: str) -> str:
    """What the file says to who has the words."""
    sign_in(page, room.office.username, f"/requests/{case.pk}/files/")
    usable(page, check_rules=True)
    assert words not in page.content() and SECRET not in page.content()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Fetch it").click()
    content = fetched.value.path().read_bytes()
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(content)
    press(page, "Record that they went")
    expect(page.get_by_role("alert").get_by_text("Choose how they went")).to_be_visible()
    page.get_by_label("By e-mail, locked").check()
    press(page, "Record that they went")
    expect(page.get_by_text("Handed over. The request is answered.")).to_be_visible()
    with pypdfium2.PdfDocument(content, password=words) as document:
        return " ".join(one.get_textpage().get_text_range() for one in document)


def test_from_taken_up_to_handed_over(room: Staffroom, case: RightsRequest, new_person: Callable[..., Page]) -> None:
    office, lead, officer = new_person(viewport={"width": 390, "height": 800}), new_person(), new_person()
    for person in (office, lead, officer):
        person.set_default_timeout(40_000)
    the_office_names_people_and_has_it_gathered(office, room, case)
    the_lead_decides(lead, room, case)
    words = the_officer_approves_and_locks(officer, case)
    said = the_office_hands_it_over(office, room, case, words)
    assert "He was quiet." in said and "[another child]" in said
    assert "Quennell" not in said and "Hazel" not in said
    found = RightsRequest.objects.get(pk=case.pk)
    assert (found.status, found.outcome) == ("answered", "part")
