"""A mother’s request from the day it is taken up to the hand-over: by the office, the safeguarding lead, who decides on
the copies, and the data protection officer, who approves them; the worker’s part is done here in between. The
educational record goes by files of its own.
"""

import re
from collections.abc import Callable

import pypdfium2
import pytest
from playwright.sync_api import Locator, Page, expect

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
    return taken_up(room, rowan, wants_record=True)


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
        group(page, "Belongs to the educational record").get_by_label("No" if gone else "Yes", exact=True).check()
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


def the_officer_approves(page: Page, case: RightsRequest) -> None:
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


def panel(page: Page, named_by: str) -> Locator:
    """A panel, by the id of its heading."""
    return page.locator(f"section[aria-labelledby={named_by}]")


def makes_and_locks(page: Page, case: RightsRequest, kind: str) -> str:
    """The words that open the files of this kind."""
    page.goto(f"/requests/{case.pk}/files/")
    with page.expect_navigation():
        page.locator(f"form:has(input[name=kind][value={kind}])").get_by_role("button").press("Enter")
    expect(page.get_by_text("They are being made and checked")).to_be_visible()
    usable(page, check_rules=True)
    assert building.run(Bundle.objects.get(case=case, kind=kind).pk)
    made = Bundle.objects.get(case=case, kind=kind)
    assert made.building == "built", (made.finds, made.failed_because)
    page.get_by_role("link", name="Look again").click()
    usable(page, check_rules=True)
    with page.expect_navigation():
        panel(page, f"lock-{kind}").get_by_role("button").press("Enter")
    words = panel(page, "words").locator(".hb-ref").inner_text()
    usable(page, check_rules=True)
    return words


def fetches(page: Page, kind: str, words: str) -> str:
    """What the file of this kind says to who has its words."""
    with page.expect_download() as fetched:
        panel(page, kind).get_by_role("button", name="Fetch it").click()
    content = fetched.value.path().read_bytes()
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(content)
    with pypdfium2.PdfDocument(content, password=words) as document:
        return " ".join(one.get_textpage().get_text_range() for one in document)


def hands_over(page: Page, kind: str, then: str) -> None:
    went = panel(page, f"release-{kind}")
    went.get_by_label("By e-mail, locked").check()
    went.get_by_role("button", name="Record that they went").press("Enter")
    expect(page.get_by_text(then)).to_be_visible()


def the_office_hands_both_over(
    page: Page, room: Staffroom, case: RightsRequest, words: dict[str, str]
) -> dict[str, str]:
    """The educational record before the answer. What each file says."""
    sign_in(page, room.office.username, f"/requests/{case.pk}/files/")
    usable(page, check_rules=True)
    assert SECRET not in page.content() and all(one not in page.content() for one in words.values())
    said = {kind: fetches(page, kind, one) for kind, one in words.items()}
    panel(page, "release-answer").get_by_role("button", name="Record that they went").press("Enter")
    expect(page.get_by_role("alert").get_by_text("Choose how they went")).to_be_visible()
    hands_over(page, "answer", "Hand it over first")
    hands_over(page, "record", "Handed over.")
    assert RightsRequest.objects.get(pk=case.pk).status == "approved"
    page.goto(f"/requests/{case.pk}/files/")
    hands_over(page, "answer", "Handed over. The request is answered.")
    return said


def test_from_taken_up_to_handed_over(room: Staffroom, case: RightsRequest, new_person: Callable[..., Page]) -> None:
    office, lead, officer = new_person(viewport={"width": 390, "height": 800}), new_person(), new_person()
    for person in (office, lead, officer):
        person.set_default_timeout(40_000)
    the_office_names_people_and_has_it_gathered(office, room, case)
    the_lead_decides(lead, room, case)
    the_officer_approves(officer, case)
    words = {kind: makes_and_locks(officer, case, kind) for kind in ("record", "answer")}
    said = the_office_hands_both_over(office, room, case, words)
    assert "He was quiet." in said["answer"] and "[another child]" in said["answer"]
    assert "Rowan" in said["record"] and "He was quiet." not in said["record"]
    assert all(name not in text for name in ("Quennell", "Hazel") for text in said.values())
    found = RightsRequest.objects.get(pk=case.pk)
    assert (found.status, found.outcome) == ("answered", "part")
