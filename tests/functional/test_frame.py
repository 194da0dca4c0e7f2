"""Is there a way from everywhere to everywhere, on a phone as well?"""

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.functional.steps import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_roles_of_who_has_several_cover_nothing_on_a_phone(page: Page) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    elsewhere = factories.school("Weir Road Church of England Voluntary Aided Junior and Infant School")
    factories.give_role(user=cast.lead, school=elsewhere, role_key="office", starts_on=factories.LONG_AGO)
    page.set_viewport_size({"width": 320, "height": 1200})
    sign_in(page, cast.lead.username)
    page.locator(".hb-switch summary").click()

    other = page.get_by_role("button", name=f"Office, {elsewhere.name}")
    expect(other).to_be_visible()
    # What lies under something else does not receive the click.
    for within in (page.get_by_role("navigation", name="Main"), page.get_by_role("banner")):
        for one in [*within.get_by_role("link").all(), *within.get_by_role("button").all()]:
            one.click(trial=True, timeout=2000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    other.click()
    expect(page.locator(".hb-switch summary")).to_have_text("Office")
