"""What people do on the pages of requests about data, one function per thing that they would call one step."""

import re

from playwright.sync_api import Locator, Page, expect

from safeguarding.accounts.models import User
from sharing.requests.models import RightsRequest
from tests.factories import Staffroom
from tests.functional.everybody import press
from tests.functional.steps import sign_in
from tests.signed_in import next_code


def hands_in(page: Page, room: Staffroom, wants: str, words: str = "I want to see what you wrote about him.") -> str:
    """A teacher writes down what somebody said in the corridor. Returns its number."""
    sign_in(page, room.teacher.username)
    page.get_by_role("link", name="Hand in a request about data").click()
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Enter who asks")
    page.get_by_label("Who asks?").fill("Dana Ashdown, mother")
    page.get_by_label("How are they reached?").fill("dana@example.org")
    page.get_by_label("Who is it about?").fill("Rowan Ashdown in 5B")
    page.get_by_label("What did they ask, in their words?").fill(words)
    page.get_by_label(wants).check()
    page.get_by_label("Said to somebody").check()
    page.get_by_role("button", name="Hand it in").click()
    said = page.get_by_text("Handed in as")
    expect(said).to_contain_text("You need do nothing more")
    found = re.search(r"(SAR|RQ)-[0-9]+-[0-9]+", said.inner_text())
    assert found
    return found[0]


def takes_up(page: Page, room: Staffroom, reference: str, *, wants_record: bool = False) -> None:
    """The office, for a child; `wants_record`: the educational record is asked for too."""
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
    if wants_record:
        page.get_by_label("educational record").check()
    page.get_by_role("button", name="Take it up").click()
    expect(page.get_by_text("Taken up.")).to_be_visible()


def opens(page: Page, user: User, case: RightsRequest) -> None:
    sign_in(page, user.username, f"/requests/{case.pk}/")


def names(page: Page, part: str, who: str) -> None:
    page.get_by_text("Name who does what", exact=True).click()
    page.get_by_label("What they do").select_option(part)
    page.get_by_label("Who", exact=True).select_option(who)
    press(page, "Name")
    expect(page.get_by_text("Named. They are told in their inbox.")).to_be_visible()


def goes(page: Page, name: str) -> None:
    """Press a button, and be where it leads."""
    with page.expect_navigation():
        press(page, name)


def group(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name)


def answers_the_checks(page: Page) -> None:
    """On the page of the case: nothing binds the answer."""
    page.get_by_text("Answer the checks", exact=True).first.click()
    for question in ("Does an order of a court", "May an address not", "Is the child under a care order"):
        group(page, question).get_by_label("No", exact=True).check()
    group(page, "Does the child understand").get_by_label("does not understand it yet").check()
    press(page, "Save the answers")
    expect(page.get_by_text("Saved.")).to_be_visible()


def proposes(page: Page, outcome: str, reasons: str) -> None:
    """Of the case whose page it is."""
    page.get_by_text("Propose the outcome", exact=True).click()
    group(page, "Outcome").get_by_label(outcome, exact=True).check()
    page.get_by_label("Reasons, and by which law").fill(reasons)
    press(page, "Save the outcome")
    expect(page.get_by_text("Saved. A second person approves it.")).to_be_visible()


def prepares(page: Page, case: RightsRequest) -> None:
    page.goto(f"/requests/{case.pk}/approval/")
    press(page, "It is prepared: send it for approval")
    expect(page.get_by_text("Prepared. Who approves it has been told.")).to_be_visible()


def approves_with_a_code(page: Page, user: User, case: RightsRequest) -> None:
    """The second factor is asked for: a wrong code approves nothing. Nothing is asked for files to be made."""
    sign_in(page, user.username, f"/requests/{case.pk}/approval/")
    press(page, "Approve the answer")
    expect(page.get_by_role("heading", name="Enter your code again")).to_be_visible()
    code = page.get_by_role("main").get_by_label("Code from your app")
    code.fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_be_visible()
    assert RightsRequest.objects.get(pk=case.pk).status == "prepared"
    code.fill(next_code(user))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Approved. They can be told the outcome now.")).to_be_visible()
    expect(page.get_by_role("link", name="What is handed over")).to_have_count(0)


def sends_the_letter(page: Page, kind: str, *says: str) -> None:
    """Of the case whose page it is: begun, read, and recorded as sent."""
    page.get_by_text("Begin a letter", exact=True).click()
    page.get_by_label("Which letter").select_option(kind)
    press(page, "Begin it")
    letter = page.get_by_role("textbox", name="The letter")
    for words in says:
        assert words in letter.input_value(), words
    press(page, "It was sent")
    expect(page.get_by_text("Recorded as sent.")).to_be_visible()


def closes(page: Page, case: RightsRequest) -> None:
    page.get_by_text("They have been told the outcome", exact=True).click()
    press(page, "Close it as answered")
    expect(page.get_by_text("Answered.", exact=True)).to_be_visible()
    assert RightsRequest.objects.get(pk=case.pk).status == "answered"
