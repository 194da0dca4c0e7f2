"""Lead and deputy are both away: on a phone, in three steps, the Headteacher names who acts; a call then reaches that
person.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from safeguarding.accounts.services import record_absence
from tests import factories
from tests.factories import PASSWORD, Staffroom
from tests.functional.steps import sign_in


@pytest.fixture
def room(server: str) -> Staffroom:
    made = factories.staffroom(password=PASSWORD)
    today = timezone.localdate()
    for person in (made.lead, made.deputy):
        record_absence(user=person, starts_on=today, ends_on=today, by=made.headteacher)
    return made


def name_who_acts(phone: Page, person: str, days: int) -> int:
    """From the first page to the last press. Returns how many things the Headteacher had to do."""
    last = timezone.localdate() + timedelta(days=days)
    phone.get_by_role("link", name="The safeguarding lead is away").click()
    for away in ("Priya Raman", "Tom Aldous"):
        expect(phone.get_by_role("checkbox", name=away)).to_be_checked()
    phone.get_by_label("Acting safeguarding lead").select_option(label=person)
    for box, value in (("Day", last.day), ("Month", last.month), ("Year", last.year)):
        phone.get_by_label(box, exact=True).fill(str(value))
    phone.get_by_role("button", name="Show what this changes").click()
    expect(phone.get_by_text("decides what is done about a concern")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Name acting lead").click()
    return 3


def test_lead_and_deputy_both_absent_on_a_phone_in_three_steps(
    page: Page, new_person: Callable[..., Page], room: Staffroom
) -> None:
    phone = new_person(viewport={"width": 390, "height": 844})
    sign_in(phone, room.headteacher.username, at="/today/")

    assert name_who_acts(phone, "Carla Mendes, Pastoral lead", days=5) <= 3

    expect(phone.get_by_text("go to the acting lead from now on")).to_be_visible()
    expect(phone.get_by_role("heading", name="While away")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    sign_in(page, room.teacher.username, at="/call/")
    page.get_by_role("button", name="Call a safeguarding lead now").click()
    expect(page.get_by_text("Carla Mendes").first).to_be_visible()
    acting = new_person(viewport={"width": 390, "height": 844})
    sign_in(acting, room.pastoral.username, at="/today/")
    acting.get_by_role("link", name="Open the call from Jon Beckett").click()
    expect(acting.get_by_role("button", name="Save decision").first).to_be_visible()
