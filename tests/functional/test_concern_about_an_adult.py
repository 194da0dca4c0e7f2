"""A concern about an adult: naming the safeguarding lead it reaches the Headteacher; about the Headteacher, the chair
of governors.
"""

from django.utils import timezone
from playwright.sync_api import Page, expect

from safeguarding.accounts.models import Notice
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in

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


def test_about_the_lead_and_about_the_headteacher(page: Page) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    chair = factories.member(
        cast.school, "chair", "Ines", "Falk", password=factories.PASSWORD, email="chair@example.org"
    )

    sign_in(page, cast.assistant.username)
    about_lead = raise_one(page, "Priya Raman, Designated safeguarding lead")
    page.get_by_role("link", name="Harbour").first.click()
    about_head = raise_one(page, "Helen Okafor, Headteacher")

    # The Headteacher reads the first and finds nothing of the second.
    sign_in(page, cast.headteacher.username)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Concerns").click()
    page.get_by_role("navigation", name="Concerns").get_by_role("link", name="Concerns about adults").click()
    expect(page.get_by_text(about_head)).to_have_count(0)
    page.get_by_role("link", name=about_lead).click()
    expect(page.get_by_text(FACTS)).to_be_visible()
    page.get_by_label("May meet the harm threshold").check()
    page.get_by_role("form", name="Assess").get_by_label("Why").fill("A child may be at risk.")
    page.get_by_role("button", name="Save assessment").click()
    expect(page.get_by_role("heading", name="Contact the LADO")).to_be_visible()
    page.get_by_text("Record a contact with the LADO").click()
    contact = page.get_by_role("form", name="Record a contact with the LADO")
    today = timezone.localdate()
    for label, part in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        contact.get_by_label(label, exact=True).fill(str(part))
    contact.get_by_label("Who you spoke to").fill("Duty LADO")
    contact.get_by_label("What the LADO advised").fill("A meeting on Thursday.")
    contact.get_by_role("button", name="Save").click()
    expect(page.get_by_text("in time.")).to_be_visible()
    usable(page)

    # The lead it is about sees no entry, and no page at its address.
    address = page.url.split("#")[0]
    sign_in(page, cast.lead.username)
    expect(page.get_by_role("link", name="Concerns about adults")).to_have_count(0)
    page.goto(address)
    expect(page.get_by_text(FACTS)).to_have_count(0)

    # The chair signs in seldom: what there is to read stands on the first page.
    assert Notice.objects.filter(user=chair, kind="adults").count() == 1
    sign_in(page, chair.username)
    page.get_by_role("link", name=about_head).click()
    expect(page.get_by_text(FACTS)).to_be_visible()
    expect(page.get_by_text("Helen Okafor").first).to_be_visible()
    usable(page, check_rules=False)
