"""Sharing in a browser: the police get a part once they were called back; a parent refuses and the law requires it, and
a solicitor gets nothing; a consent is withdrawn while the pack lies ready; a wrong share is asked back, on a telephone
and without scripts.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from children.facts import Adult
from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.keys import uuid7
from sharing.events.models import SharingEvent, SharingStep
from sharing.events.services.reference import load_law
from sharing.events.services.wordings import save_wording
from tests import factories
from tests.factories import Staffroom
from tests.functional.everybody import usable
from tests.functional.steps import sign_in
from tests.functional.test_every_page import too_wide
from tests.functional.test_plans import fill_day
from tests.functional.test_sharing import begins, checked, says_why
from tests.signed_in import give_factor, next_code

S = SharingEvent.Status
NURSE = "Ann Lacey, school nurse"
SAM = "Sam Okafor, social worker"


@pytest.fixture
def room(server: str) -> Staffroom:
    load_editions()
    load_law()
    found = factories.staffroom(password=factories.PASSWORD)
    for person in (found.lead, found.deputy):
        give_factor(person)
    save_wording(school=found.school, token=uuid7(), title="Telling the school nurse", text="May we?", by=found.lead)
    return found


@pytest.fixture
def child(room: Staffroom) -> Child:
    mother = Adult(surname="Ashdown", forename="Kerry", relationship="Mother", responsibility=True)
    return factories.child(room.school, "Rowan", "Ashdown", by=room.office, adults=[mother])


def decides(page: Page, decision: str) -> None:
    page.get_by_role("group", name="What is decided?").get_by_label(decision).check()
    page.get_by_role("button", name="Decide", exact=True).click()


def says_of_consent(page: Page, stands: str, why: str = "") -> None:
    page.get_by_role("group", name="How does it stand with consent?").get_by_label(stands).check()
    if why:
        page.get_by_label("Why there is no consent").fill(why)


def refuses(page: Page, because: str, why: str) -> None:
    page.get_by_role("group", name="What is decided?").get_by_label("Do not share").check()
    page.get_by_label("Why it is not shared").select_option(because)
    page.get_by_label("That reason in words").fill(why)
    page.get_by_role("button", name="Decide", exact=True).click()


def makes_the_pack(page: Page) -> None:
    page.get_by_role("button", name="Pack and hand-over").click()
    page.get_by_role("button", name="Make the pack").click()
    expect(page.get_by_text("The pack is made.")).to_be_visible()


def hands_over(page: Page, person: User, how: str, to: str) -> None:
    """The second factor is asked for, and with its code the pack has gone."""
    page.get_by_label("How it goes").select_option(how)
    page.get_by_label("Who took it there").fill(to)
    page.get_by_role("button", name="Hand it over").click()
    expect(page.get_by_role("heading", name="Enter your code again")).to_be_visible()
    code = page.get_by_role("main").get_by_label("Code from your app")
    code.fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Handed over")).to_have_count(0)
    assert not SharingStep.objects.filter(kind="sent").exists(), "a wrong code sends nothing"
    code.fill(next_code(person))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Handed over")).to_be_visible()


def is_received(page: Page, by: str) -> None:
    page.get_by_role("link", name="record who has received it").click()
    page.get_by_text("They have received it", exact=True).click()
    page.get_by_label("Who has received it").fill(by)
    page.get_by_role("button", name="Record who has received it").click()
    expect(page.get_by_text("Recorded: it was received.")).to_be_visible()


# --- the police


def checks_in_the_address_book(page: Page) -> None:
    page.get_by_role("link", name="Check it in the address book").click()
    page.get_by_label("E-mail of the team").fill("public.protection@example.org")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("How it was checked").select_option("call_back")
    fill_day(page, "Checked on", timezone.localdate())
    page.get_by_role("button", name="Say that it was checked").click()
    expect(page.get_by_role("main").get_by_text("Checked", exact=True).first).to_be_visible()


@pytest.mark.soak(part="pages")
def test_the_police_get_a_part_once_they_were_called_back(
    page: Page, room: Staffroom, child: Child, settings: Any
) -> None:
    sign_in(page, room.deputy.username)
    begins(page, child, "Police", "police", "Where he was on two days.")
    page.get_by_label("Who there").fill("DC Rowe, 4411")
    page.get_by_label("Name, rank and number of the officer").fill("DC Rowe, 4411")
    page.get_by_label("Reference of the crime or of the request").fill("06C1/12345")
    page.get_by_label("Why is this necessary to prevent or detect crime").fill("To find who hurt him.")
    says_of_consent(page, "Not asked", "It would warn who hurt him.")
    page.get_by_label("What is shared, in words").fill("He was in school on 3 and 4 November.")
    page.get_by_label("What is left out, and why").fill("Where he lives: they do not need it for this.")
    says_why(page)
    decides(page, "Share part of it")
    expect(page.get_by_role("alert").get_by_text("Nothing is shared until this was done")).to_be_visible()
    page.get_by_role("button", name="Save the draft").click()
    event = SharingEvent.objects.get()
    assert event.status == S.DRAFT and not event.steps.exists(), "nobody called back: nothing is sent"
    page.goto(f"/sharing/decisions/{event.pk}/pack/")
    for name in ("Make the pack", "Hand it over"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)

    page.goto(f"/sharing/decisions/{event.pk}/decide/")
    page.get_by_label("Was the officer called back").check()
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Decided: it waits to be sent.")).to_be_visible()
    makes_the_pack(page)
    checks_in_the_address_book(page)
    page.goto(f"/sharing/decisions/{event.pk}/pack/")
    settings.FACTOR_FRESH, fresh = 0, settings.FACTOR_FRESH
    hands_over(page, room.deputy, "email", "DC Rowe, 4411")
    settings.FACTOR_FRESH = fresh
    words = page.get_by_role("region", name="The words that open it").locator(".hb-ref").inner_text()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Fetch the file").click()
    with pypdfium2.PdfDocument(fetched.value.path().read_bytes(), password=words) as document:
        text = " ".join(one.get_textpage().get_text_range() for one in document)
    assert "He was in school on 3 and 4 November." in text and "Where he lives" not in text
    is_received(page, "DC Rowe, 4411")
    usable(page)
    assert [step.kind for step in event.steps.order_by("recorded_at")] == ["sent", "received"]


# --- a parent, and a solicitor


def records_that_she_refused(page: Page, child: Child) -> None:
    page.goto(f"/children/{child.pk}/sharing/")
    page.get_by_role("button", name="Record an answer").click()
    page.get_by_label("What the consent is for").select_option(index=1)
    page.get_by_label("Who it may go to").select_option(label="Children’s social care")
    page.get_by_role("combobox", name="Who answered").select_option(index=1)
    page.get_by_label("In which capacity").select_option("parent")
    page.get_by_role("group", name="What was the answer?").get_by_label("Refused").check()
    page.get_by_label("How the answer came").select_option("spoken")
    fill_day(page, "Answered on", timezone.localdate())
    page.get_by_role("button", name="Put it on the record").click()
    expect(page.get_by_text("Refused", exact=True)).to_be_visible()


def rests_on_the_law_instead(page: Page) -> None:
    """What she refused is no consent; the enquiry needs none, and her refusal stays on the record."""
    page.get_by_label("Who there").fill(SAM)
    page.get_by_label("What is shared, in words").fill("What he said about home.")
    says_of_consent(page, "Asked and refused")
    says_why(page)
    decides(page, "Share all of it")
    expect(page.get_by_role("alert").get_by_text("Choose a consent for this recipient").first).to_be_visible()
    page.get_by_label("Legal reason").select_option("ca1989_47")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_label("Which enquiry or assessment, and who leads it?").fill("Theirs, led by Sam Okafor.")
    page.get_by_label("It cannot reasonably be expected to be obtained").check()
    page.get_by_label("Why there is no consent").fill("His mother refused. The enquiry needs none.")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Decided: it waits to be sent.")).to_be_visible()
    expect(page.get_by_text("Asked and refused")).to_be_visible()


def a_solicitor_gets_nothing(page: Page, child: Child) -> None:
    page.goto("/settings/recipients/")
    page.get_by_label("What it is").select_option("other")
    page.get_by_role("textbox", name="Organisation").fill("Lane and Fox, solicitors")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("table").get_by_text("Lane and Fox, solicitors")).to_be_visible()
    page.goto(f"/children/{child.pk}/sharing/new/")
    page.get_by_role("combobox", name="Who it goes to").select_option(label="Lane and Fox, solicitors")
    page.get_by_role("group", name="How did it begin?").get_by_label("They have asked for it").check()
    page.get_by_role("textbox", name="What for").fill("They want the whole file.")
    page.get_by_role("button", name="Go on to the decision").click()
    refuses(page, "no_law", "")
    expect(page.get_by_role("alert").get_by_text("Write why it is not shared")).to_be_visible()
    page.get_by_label("Whose advice was taken?").select_option("dpo")
    page.get_by_label("What was advised").fill("The officer: refuse, and answer in writing.")
    refuses(page, "no_law", "No order, and no consent of who may give it.")
    expect(page.get_by_text("Not shared. The reason is on the record.")).to_be_visible()


def begins_by_keyboard_alone(page: Page, child: Child) -> None:
    page.goto(f"/children/{child.pk}/sharing/new/")
    page.get_by_role("combobox", name="Who it goes to").focus()
    passed = []
    for text in ("Police", "DC Rowe, 4411", " ", "An address.", "", "", "", "Request of the police"):
        passed.append(page.evaluate("document.activeElement.name"))
        if text:
            page.keyboard.type(text)
        page.keyboard.press("Tab")
    days = [f"due_on_{part}" for part in ("day", "month", "year")]
    assert passed == ["recipient", "person", "asked", "purpose", *days, "reason"]
    assert page.evaluate("document.activeElement.innerText.trim()") == "Go on to the decision"
    page.keyboard.press("Enter")
    expect(page.get_by_text("Name, rank and number of the officer")).to_be_visible()
    made = SharingEvent.objects.select_related("recipient", "reason").latest("made_at")
    assert (made.recipient.kind, made.person, made.reason and made.reason.code) == ("police", "DC Rowe, 4411", "police")


def test_a_parent_refuses_and_the_law_requires_it_and_a_solicitor_gets_nothing(
    page: Page, room: Staffroom, child: Child, settings: Any
) -> None:
    checked(room, "social_care")
    sign_in(page, room.lead.username)
    begins_by_keyboard_alone(page, child)
    records_that_she_refused(page, child)
    begins(page, child, "Children’s social care", "consent", "Their enquiry.")
    rests_on_the_law_instead(page)
    makes_the_pack(page)
    settings.FACTOR_FRESH, fresh = 0, settings.FACTOR_FRESH
    hands_over(page, room.lead, "paper", SAM)
    settings.FACTOR_FRESH = fresh
    expect(page.get_by_role("button", name="Print the pages")).to_be_visible()
    expect(page.get_by_text("The words that open it")).to_have_count(0)
    is_received(page, SAM)
    a_solicitor_gets_nothing(page, child)
    page.goto("/sharing/")
    page.get_by_label("State").select_option("not_shared")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("table").get_by_text("Lane and Fox, solicitors")).to_be_visible()
    expect(page.get_by_role("table").get_by_text("Children’s social care")).to_have_count(0)


# --- a consent that is withdrawn


def records_that_she_agreed(page: Page, child: Child) -> None:
    page.goto(f"/children/{child.pk}/sharing/consent/")
    page.get_by_label("What the consent is for").select_option(index=1)
    page.get_by_label("Who it may go to").select_option(label="School nurse service")
    page.get_by_role("combobox", name="Who answered").select_option(index=1)
    page.get_by_label("In which capacity").select_option("parent")
    page.get_by_role("group", name="What was the answer?").get_by_label("Given").check()
    page.get_by_label("How the answer came").select_option("form")
    fill_day(page, "Answered on", timezone.localdate())
    page.get_by_role("button", name="Put it on the record").click()
    expect(page.get_by_text("The answer is on the record.")).to_be_visible()


def decides_on_her_consent(page: Page, child: Child) -> None:
    begins(page, child, "School nurse service", "consent", "The nurse sees him.")
    page.get_by_label("Who there").fill(NURSE)
    says_of_consent(page, "Asked and given")
    page.get_by_label("Which consent it rests on").select_option(index=1)
    page.get_by_label("What is shared, in words").fill("His weight.")
    says_why(page)
    decides(page, "Share all of it")
    expect(page.get_by_text("Decided: it waits to be sent.")).to_be_visible()


@pytest.mark.soak(part="pages")
def test_a_consent_withdrawn_while_the_pack_lies_ready_sends_nothing(
    new_person: Callable[..., Page], room: Staffroom, child: Child
) -> None:
    checked(room, "school_nurse")
    lead, deputy = new_person(), new_person()
    sign_in(lead, room.lead.username)
    records_that_she_agreed(lead, child)
    decides_on_her_consent(lead, child)
    makes_the_pack(lead)
    lead.get_by_label("How it goes").select_option("email")
    lead.get_by_label("Who took it there").fill(NURSE)

    sign_in(deputy, room.deputy.username, at=f"/children/{child.pk}/sharing/")
    deputy.get_by_role("link", name="Telling the school nurse").click()
    fill_day(deputy, "Withdrawn on", timezone.localdate())
    deputy.get_by_label("How it was withdrawn").select_option("spoken")
    deputy.get_by_label("Who withdrew it, and what they said").fill("His mother rang.")
    deputy.get_by_role("button", name="Withdraw consent").click()
    expect(deputy.get_by_text("1 thing that waited to be sent")).to_be_visible()

    lead.get_by_role("button", name="Hand it over").click()
    expect(lead.get_by_role("heading", name="Handed over")).to_have_count(0)
    expect(lead.get_by_role("region", name="This has already moved on")).to_contain_text("since you opened the page")
    expect(lead.get_by_role("region", name="What you typed has not been saved")).to_contain_text(NURSE)
    usable(lead)
    event = SharingEvent.objects.get()
    assert (event.status, event.sent_at) == (S.DRAFT, None) and not event.steps.exists()
    lead.goto(f"/sharing/decisions/{event.pk}/")
    expect(lead.get_by_text("The consent that it rested on is not in force")).to_be_visible()
    lead.get_by_role("button", name="Go on with the decision").click()
    refuses(lead, "no_consent", "His mother withdrew it before it went.")
    expect(lead.get_by_text("Not shared. The reason is on the record.")).to_be_visible()


# --- a wrong share


def test_a_wrong_share_is_asked_back_on_a_telephone_and_without_scripts(
    new_person: Callable[..., Page], room: Staffroom, child: Child
) -> None:
    checked(room, "social_care")
    page = new_person(java_script_enabled=False, viewport={"width": 390, "height": 844})
    sign_in(page, room.deputy.username)
    begins(page, child, "Children’s social care", "ca1989_47", "Their enquiry.")
    page.get_by_label("Who there").fill(SAM)
    page.get_by_label("Which enquiry or assessment, and who leads it?").fill("Theirs, led by Sam Okafor.")
    page.get_by_label("Asking for it would prejudice").check()
    says_of_consent(page, "Not asked", "It would warn who hurt him.")
    page.get_by_label("What is shared, in words").fill("What he said about home.")
    says_why(page)
    decides(page, "Share all of it")
    expect(page.get_by_text("Decided: it waits to be sent.")).to_be_visible()
    page.get_by_text("It was sent in another way", exact=True).click()
    page.get_by_label("How it was sent").select_option("portal")
    page.get_by_label("Who took it there").fill(SAM)
    page.get_by_role("button", name="Record that it was sent").click()
    expect(page.get_by_text("Recorded: it has gone.")).to_be_visible()
    page.get_by_text("It should not have gone", exact=True).click()
    page.get_by_role("button", name="Record that it was asked back").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_be_visible()
    page.get_by_label("What was wrong, and what they were asked to do").fill("The wrong team. They delete it.")
    fill_day(page, "They answer by", timezone.localdate() + timedelta(days=2))
    page.get_by_role("button", name="Record that it was asked back").click()
    expect(page.get_by_text("That it was sent stays on the record.")).to_be_visible()
    page.get_by_text("They have answered", exact=True).click()
    page.get_by_label("What they have done with it").fill("Deleted, and told us so.")
    page.locator("#answer").get_by_label("Who there").fill(SAM)
    page.get_by_role("button", name="Record their answer").click()
    expect(page.get_by_role("region", name="What happened").get_by_text("Deleted, and told us so.")).to_be_visible()
    assert too_wide(page) <= 0
    kinds = SharingStep.objects.order_by("recorded_at").values_list("kind", flat=True)
    assert [*kinds] == ["sent", "asked_back", "answered"]
