"""A concern about an adult: naming the safeguarding lead it reaches the Headteacher; about the Headteacher, the chair
of governors.
"""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from safeguarding.accounts.models import Notice
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide

FACTS = "She was alone in the library with one child, with the blind down."


def raise_one(page: Page, about: str) -> str:
    """Say what it may be, whom it is about and what was seen. Returns the reference that the raiser is shown."""
    page.get_by_role("link", name="Raise a concern about an adult").first.click()
    expect(page.get_by_role("heading", name="Raise a concern about an adult", level=1)).to_be_visible()
    page.get_by_label("I am not sure").check()
    page.get_by_label("Colleague").select_option(label=about)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter what you saw, heard or know")
    expect(page.get_by_label("Colleague").locator("option:checked")).to_have_text(about)
    page.get_by_label("What you saw, heard or know").fill(FACTS)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(FACTS)).to_be_visible()
    expect(page.get_by_text("Received", exact=True)).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text()


def test_about_the_lead_and_about_the_headteacher(new_person: Callable[..., Page]) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    chair = factories.member(
        cast.school, "chair", "Ines", "Falk", password=factories.PASSWORD, email="chair@example.org"
    )

    assistant = new_person()
    sign_in(assistant, cast.assistant.username)
    about_lead = raise_one(assistant, "Priya Raman, Designated safeguarding lead")
    assistant.get_by_role("link", name="Harbour").first.click()
    about_head = raise_one(assistant, "Helen Okafor, Headteacher")

    # The Headteacher reads the first and finds nothing of the second.
    head = new_person()
    sign_in(head, cast.headteacher.username)
    head.get_by_role("navigation", name="Main").get_by_role("link", name="Concerns").click()
    head.get_by_role("navigation", name="Concerns").get_by_role("link", name="Concerns about adults").click()
    expect(head.get_by_text(about_head)).to_have_count(0)
    head.get_by_role("link", name=about_lead).click()
    expect(head.get_by_text(FACTS)).to_be_visible()
    head.get_by_label("May meet the harm threshold").check()
    head.get_by_role("form", name="Assess").get_by_label("Why").fill("A child may be at risk.")
    head.get_by_role("button", name="Save assessment").click()
    expect(head.get_by_role("heading", name="Contact the LADO")).to_be_visible()
    head.get_by_text("Record a contact with the LADO").click()
    contact = head.get_by_role("form", name="Record a contact with the LADO")
    today = timezone.localdate()
    for label, part in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        contact.get_by_label(label, exact=True).fill(str(part))
    contact.get_by_label("Who you spoke to").fill("Duty LADO")
    contact.get_by_label("What the LADO advised").fill("A meeting on Thursday.")
    contact.get_by_role("button", name="Save").click()
    expect(head.get_by_text("in time.")).to_be_visible()
    assert not faults(head)
    head.set_viewport_size({"width": 390, "height": 800})
    assert not too_wide(head)

    # The lead it is about sees no entry, and no page at its address.
    address, lead = head.url.split("#")[0], new_person()
    sign_in(lead, cast.lead.username)
    expect(lead.get_by_role("link", name="Concerns about adults")).to_have_count(0)
    lead.goto(address)
    expect(lead.get_by_text(FACTS)).to_have_count(0)

    # The chair signs in seldom: what there is to read stands on the first page.
    assert Notice.objects.filter(user=chair, kind="adults").count() == 1
    governor = new_person()
    sign_in(governor, chair.username)
    governor.get_by_role("link", name=about_head).click()
    expect(governor.get_by_text(FACTS)).to_be_visible()
    expect(governor.get_by_text("Helen Okafor").first).to_be_visible()
    assert not faults(governor)
