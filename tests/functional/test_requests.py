"""A mother asks by word of mouth what the school holds: handed in on a telephone, taken up and acknowledged by the
office, searched for by a colleague, decided on by the safeguarding lead, approved by the data protection officer, and
handed over. The educational record goes by files of its own; the worker's part is done here in between.
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
from tests.functional.everybody import press, usable
from tests.functional.request_steps import answers_the_checks, goes, group, hands_in, names, opens, takes_up
from tests.functional.steps import sign_in

DESK, TELEPHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 800}
SECRET = "Hazel Quennell took his bag."


@pytest.fixture
def room(server: str) -> Staffroom:
    load_request_law()
    found = factories.staffroom(password=factories.PASSWORD)
    factories.member(found.school, "dpo", "Meera", "Shah", password=factories.PASSWORD)
    factories.member(found.school, "chair", "Ivor", "Brandt", password=factories.PASSWORD)
    factories.member(found.school, "senco", "Sana", "Reed", password=factories.PASSWORD)
    rowan = factories.child(found.school, "Rowan", "Ashdown", by=found.office)
    factories.child(found.school, "Hazel", "Quennell", by=found.office)
    factories.concern(found, children=[ChildEntry("worried_about", rowan)], facts=f"He was quiet. {SECRET}")
    return found


def the_office_acknowledges_it_and_has_it_searched_for(page: Page) -> None:
    """On the page of the case: by a letter, and by a colleague who looks into her e-mail."""
    expect(page.get_by_text("Reply by").first).to_be_visible()
    expect(page.get_by_text("Safeguarding lead’s part: to do")).to_be_visible()
    usable(page)
    page.get_by_text("Begin a letter", exact=True).click()
    page.get_by_label("Which letter").select_option("Acknowledgement")
    press(page, "Begin it")
    letter = page.get_by_role("textbox", name="The letter")
    letter.fill(re.sub(r"\[[^\]]+\]", "Sue Pickering", letter.input_value()))
    usable(page, check_rules=False)
    press(page, "It was sent")
    expect(page.get_by_text("Recorded as sent.")).to_be_visible()
    expect(page.get_by_role("region", name="What has happened").locator("b")).to_be_visible()

    page.get_by_text("Ask somebody to search", exact=True).click()
    page.get_by_role("combobox", name="Where").select_option("E-mail")
    page.get_by_role("combobox", name="Who looks there").select_option("Sana Reed")
    page.get_by_role("textbox", name="Which words to look for").fill("Rowan Ashdown, Rowan")
    press(page, "Ask")
    expect(page.get_by_text("asked of Sana Reed")).to_be_visible()
    sign_in(page, User.objects.get(last_name="Reed").username)
    page.get_by_role("link", name="E-mail", exact=True).click()
    usable(page)
    page.get_by_label("Nothing", exact=True).check()
    press(page, "Send the answer")
    expect(page.get_by_text("Answered. Thank you.")).to_be_visible()


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
    usable(page)
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
    usable(page)
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
    usable(page, check_rules=False)
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
    usable(page, check_rules=False)
    assert building.run(Bundle.objects.get(case=case, kind=kind).pk)
    made = Bundle.objects.get(case=case, kind=kind)
    assert made.building == "built", (made.finds, made.failed_because)
    page.get_by_role("link", name="Look again").click()
    usable(page, check_rules=False)
    with page.expect_navigation():
        panel(page, f"lock-{kind}").get_by_role("button").press("Enter")
    words = panel(page, "words").locator(".hb-ref").inner_text()
    usable(page, check_rules=kind == "record")
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
    usable(page, check_rules=False)
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


def test_from_the_corridor_to_the_hand_over(room: Staffroom, new_person: Callable[..., Page]) -> None:
    page = new_person(viewport=TELEPHONE)
    page.set_default_timeout(40_000)
    reference = hands_in(page, room, "A copy of what we hold")
    page.set_viewport_size(DESK)
    takes_up(page, room, reference, wants_record=True)
    case = RightsRequest.objects.get()
    the_office_acknowledges_it_and_has_it_searched_for(page)
    page.set_viewport_size(TELEPHONE)
    the_office_names_people_and_has_it_gathered(page, room, case)
    page.set_viewport_size(DESK)
    the_lead_decides(page, room, case)
    the_officer_approves(page, case)
    words = {kind: makes_and_locks(page, case, kind) for kind in ("record", "answer")}
    page.set_viewport_size(TELEPHONE)
    said = the_office_hands_both_over(page, room, case, words)
    assert "He was quiet." in said["answer"] and "[another child]" in said["answer"]
    assert "Rowan" in said["record"] and "He was quiet." not in said["record"]
    assert all(name not in text for name in ("Quennell", "Hazel") for text in said.values())
    found = RightsRequest.objects.get(pk=case.pk)
    assert (found.status, found.outcome) == ("answered", "part")
