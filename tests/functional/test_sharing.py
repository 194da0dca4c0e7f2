"""A referral that is shared in part by its law, a call, a request of the police that waits for the call back, what is
not shared, what a withdrawn consent stops, what went to the wrong team and was asked back: in a browser.
"""

from datetime import date, timedelta
from typing import Any

import pypdfium2
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from children.models import Child
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.concerns.models import Referral
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from sharing.events.models import Recipient, SharingEvent
from sharing.events.services.consents import Answered, record_consent
from sharing.events.services.recipients import Facts, check_recipient, correct_recipient
from sharing.events.services.reference import load_law
from sharing.events.services.wordings import save_wording
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in
from tests.functional.test_plans import fill_day

SAM = "Sam Okafor, social worker"


def checked(cast: factories.Staffroom, code: str) -> Recipient:
    row = Recipient.objects.get(school=None, code=code)
    facts = Facts(kind=row.kind, name=row.name, email="team@example.org")
    row = correct_recipient(recipient=row, school=cast.school, seen=0, facts=facts, by=cast.lead)
    today = timezone.localdate()
    return check_recipient(recipient=row, school=cast.school, seen=1, how="call_back", on=today, by=cast.lead)


def referred(cast: factories.Staffroom, child: Child) -> Referral:
    concern = factories.concern(cast, children=[ChildEntry("worried_about", child)])
    when = {"sent_at": timezone.now(), "answer_by": timezone.localdate() + timedelta(days=1)}
    sent = agencies.Sent("social_care", "telephone", "What he said about home.", spoken_to=SAM, **when)
    return agencies.refer(concern=concern, token=uuid7(), sent=sent, by=cast.lead)


def agreed(cast: factories.Staffroom, child: Child, recipient: Recipient) -> None:
    wording = save_wording(school=cast.school, token=uuid7(), title="School nurse", text="May we?", by=cast.lead)
    said = Answered(
        wording=wording,
        recipient=recipient,
        answer="given",
        capacity="other",
        how="form",
        answered_on=timezone.localdate(),
        by_whom="Kerry Ashdown, mother",
        known_by="She brings him.",
    )
    record_consent(child=child, token=uuid7(), said=said, by=cast.lead)


def says_why(page: Page) -> None:
    page.get_by_label("Why this much, and why now").fill("They decide tonight.")
    page.get_by_label("Which harm was considered").fill("He may be hurt again.")
    for question in ("Is the child told?", "Are the parents told?"):
        page.get_by_role("group", name=question).get_by_label("Yes, before it is shared").check()
    page.get_by_label("Whose advice was taken?").select_option("none")


def begins(page: Page, child: Child, to: str, law: str, what_for: str) -> None:
    page.goto(f"/children/{child.pk}/sharing/new/")
    page.get_by_role("combobox", name="Who it goes to").select_option(label=to)
    page.get_by_role("group", name="How did it begin?").get_by_label("They have asked for it").check()
    page.get_by_role("textbox", name="What for").fill(what_for)
    page.get_by_label("Legal reason").select_option(law)
    page.get_by_role("button", name="Go on to the decision").click()
    expect(page.get_by_role("heading", name="Share, or decide not to")).to_be_visible()


def shares_a_referral_in_part(page: Page, referral: Referral) -> None:
    page.goto(f"/referrals/{referral.pk}/")
    page.get_by_role("link", name="Write down what was shared of").click()
    expect(page.get_by_label("Who there")).to_have_value(SAM)
    page.get_by_label("Legal reason").select_option("ca1989_47")
    page.get_by_role("button", name="Go on to the decision").click()
    page.get_by_role("link", name="Choose records").click()
    page.get_by_text("Concern C-").first.click()
    page.get_by_role("button", name="Choose all of these").first.click()
    page.get_by_role("button", name="Choose these").click()
    page.get_by_role("group", name="What is decided?").get_by_label("Share part of it").check()
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("Write what is left out, and why")).to_be_visible()
    usable(page)
    page.get_by_label("What is left out, and why").fill("What his sister said: it is not about him.")
    page.get_by_label("Which enquiry or assessment, and who leads it?").fill("Theirs, led by Sam Okafor.")
    page.get_by_label("It cannot reasonably be expected to be obtained").check()
    page.get_by_role("group", name="How does it stand with consent?").get_by_label("Not asked").check()
    page.get_by_label("Why there is no consent").fill("There was no time.")
    says_why(page)
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Decided: it waits to be sent.")).to_be_visible()
    hands_the_pack_over(page)


def hands_the_pack_over(page: Page) -> None:
    """Its pages are made, and go encrypted: the words stand on one page alone, and the file opens with them."""
    page.get_by_role("button", name="Pack and hand-over").click()
    page.get_by_role("button", name="Make the pack").click()
    expect(page.get_by_text("The pack is made.")).to_be_visible()
    page.get_by_label("How it goes").select_option("email")
    page.get_by_label("Who took it there").fill(SAM)
    page.get_by_role("button", name="Hand it over").click()
    expect(page.get_by_role("heading", name="Handed over")).to_be_visible()
    usable(page)
    words = page.locator(".hb-panel .hb-ref").first.inner_text()
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Fetch the file").click()
    with pypdfium2.PdfDocument(fetched.value.path().read_bytes(), password=words) as document:
        text = " ".join(one.get_textpage().get_text_range() for one in document)
    assert "He was quiet at register." in text and "social care" in text
    page.get_by_role("link", name="record who has received it").click()


def asks_it_back(page: Page) -> None:
    page.get_by_text("It should not have gone", exact=True).click()
    page.get_by_label("What was wrong, and what they were asked to do").fill("The wrong team. They delete it.")
    fill_day(page, "They answer by", timezone.localdate() + timedelta(days=2))
    page.get_by_role("button", name="Record that it was asked back").click()
    expect(page.get_by_text("That it was sent stays on the record.")).to_be_visible()
    usable(page)


def records_a_call(page: Page, child: Child) -> None:
    page.goto(f"/children/{child.pk}/sharing/call/")
    expect(page.get_by_label("Legal reason")).to_have_value("ca1989_47")
    page.get_by_label("Who there").fill(SAM)
    page.get_by_role("textbox", name="What was said").fill("That he was in school today.")
    page.get_by_role("textbox", name="What for").fill("Their enquiry.")
    page.get_by_role("button", name="Put it on the record").click()
    expect(page.get_by_text("The call is on the record.")).to_be_visible()


def the_police_wait_for_the_call_back(page: Page, child: Child) -> None:
    begins(page, child, "Police", "police", "An address.")
    page.get_by_role("group", name="What is decided?").get_by_label("Share all of it").check()
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("Nothing is shared until this was done")).to_be_visible()
    page.get_by_role("group", name="What is decided?").get_by_label("Do not share").check()
    page.get_by_label("Why it is not shared").select_option("unverified")
    page.get_by_label("That reason in words").fill("He rang off.")
    page.get_by_label("Whose advice was taken?").select_option("none")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Not shared. The reason is on the record.")).to_be_visible()


def a_withdrawn_consent_stops_it(page: Page, child: Child) -> None:
    begins(page, child, "School nurse service", "consent", "The nurse sees him.")
    page.get_by_label("Who there").fill("Ann Lacey, nurse")
    page.get_by_role("group", name="How does it stand with consent?").get_by_label("Asked and given").check()
    page.get_by_label("Which consent it rests on").select_option(index=1)
    page.get_by_label("What is shared, in words").fill("His weight.")
    says_why(page)
    page.get_by_role("group", name="What is decided?").get_by_label("Share all of it").check()
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Decided: it waits to be sent.")).to_be_visible()
    page.get_by_role("link", name="School nurse", exact=True).click()
    expect(page.get_by_text("This waits to be sent on it, and is stopped")).to_be_visible()
    fill_day(page, "Withdrawn on", date.today())
    page.get_by_label("How it was withdrawn").select_option("spoken")
    page.get_by_label("Who withdrew it, and what they said").fill("His mother rang.")
    page.get_by_role("button", name="Withdraw consent").click()
    expect(page.get_by_text("1 thing that waited to be sent")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_what_goes_outside_from_a_referral_to_what_is_asked_back(live_server: Any, page: Page) -> None:
    load_editions()
    load_law()
    cast = factories.staffroom(password=factories.PASSWORD)
    child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    checked(cast, "social_care")
    agreed(cast, child, checked(cast, "school_nurse"))
    referral = referred(cast, child)
    sign_in(page, cast.lead.username)
    shares_a_referral_in_part(page, referral)
    asks_it_back(page)
    records_a_call(page, child)
    the_police_wait_for_the_call_back(page, child)
    a_withdrawn_consent_stops_it(page, child)
    page.goto("/sharing/")
    for says in ("Asked back", "Not shared", "Draft"):
        expect(page.get_by_role("table").get_by_text(says).first).to_be_visible()
    page.goto(f"/children/{child.pk}/sharing/")
    assert SharingEvent.objects.count() == 4
