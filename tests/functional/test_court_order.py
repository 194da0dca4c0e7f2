"""A mother brings a court order: the office records it, a lead confirms it, everybody is warned, a lead ends it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from children.facts import Adult
from children.models import Child
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.functional.steps import sign_in, sign_out

TERMS = "Must not come within 100 metres of the school."


@pytest.fixture
def cast(server: str) -> factories.Staffroom:
    return factories.staffroom(password=factories.PASSWORD)


def test_an_order_taken_by_the_office_warns_everybody_until_a_lead_ends_it(
    page: Page, cast: factories.Staffroom
) -> None:
    lee = Adult("Marlow", "Lee", "Mr", relationship="Father", mobile="07700 900002")
    rowan = factories.child(cast.school, by=cast.office, adults=[lee])
    factories.concern(cast, children=[ChildEntry("worried_about", rowan)])
    the_office_records_it(page, cast, rowan)
    the_teacher_sees_the_badge_alone(page, cast)
    a_deputy_confirms_it(page, cast)
    it_stands_wherever_somebody_acts(page, rowan)
    a_lead_ends_it(page, cast, rowan)


def the_office_records_it(page: Page, cast: factories.Staffroom, rowan: Child) -> None:
    """From the page People; the first try forgets what it says."""
    sign_in(page, cast.office.username, at=f"/children/{rowan.pk}/people/")
    page.get_by_role("button", name="Record an order").click()
    page.get_by_label("What it is").select_option(label="Non-molestation order")
    page.get_by_label("Adult it is about").select_option(label="Mr Lee Marlow, Father")
    page.get_by_label("This adult may not collect the child").check()
    made = timezone.localdate() - timedelta(days=3)
    for part, number in (("Day", made.day), ("Month", made.month), ("Year", made.year)):
        page.get_by_role("group", name="Made on").get_by_label(part).fill(str(number))
    page.get_by_label("Who told the school?").select_option(label="A document was seen")
    page.get_by_label("What was seen, and who saw it").fill("The sealed order, read by the office.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Enter what it says")
    page.get_by_label("What it says").fill(TERMS)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("the safeguarding leads have been asked to confirm it")).to_be_visible()
    expect(page.get_by_text("Not confirmed").first).to_be_visible()
    sign_out(page)


def the_teacher_sees_the_badge_alone(page: Page, cast: factories.Staffroom) -> None:
    """Where a child is found; and nothing of who or why."""
    sign_in(page, cast.teacher.username, at="/log/")
    page.get_by_label("Add a child").fill("rowan")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Check before collection")).to_be_visible()
    expect(page.get_by_text("Marlow")).to_have_count(0)
    sign_out(page)


def a_deputy_confirms_it(page: Page, cast: factories.Staffroom) -> None:
    """From the notice in the inbox."""
    sign_in(page, cast.deputy.username, at="/inbox/")
    page.get_by_role("link", name="Something that protects a child was recorded").click()
    expect(page.get_by_text(TERMS)).to_be_visible()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Confirmed. From now on")).to_be_visible()
    expect(page.get_by_role("button", name="End", exact=True)).to_have_count(0)


def it_stands_wherever_somebody_acts(page: Page, rowan: Child) -> None:
    for address in ("people", "chronology"):
        page.goto(f"/children/{rowan.pk}/{address}/")
        warning = page.locator(".hb-panel", has_text="Before you act")
        expect(warning).to_contain_text(TERMS)
        expect(warning).to_contain_text("May not collect the child.")
    sign_out(page)


def a_lead_ends_it(page: Page, cast: factories.Staffroom, rowan: Child) -> None:
    """The court discharged it yesterday: the warnings go, the order stays."""
    sign_in(page, cast.lead.username, at=f"/children/{rowan.pk}/people/")
    page.get_by_role("link", name="Non-molestation order").click()
    over = timezone.localdate() - timedelta(days=1)
    for part, number in (("Day", over.day), ("Month", over.month), ("Year", over.year)):
        page.get_by_role("group", name="Last day").get_by_label(part).fill(str(number))
    page.get_by_label("Why it ends, and how the school knows").fill("Discharged. The mother showed the new order.")
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_text("It stays on the record with its last day")).to_be_visible()
    page.goto(f"/children/{rowan.pk}/people/")
    expect(page.get_by_text("Before you act")).to_have_count(0)
    expect(page.get_by_text("Check before collection")).to_have_count(0)
    expect(page.get_by_text(TERMS)).to_be_visible()
