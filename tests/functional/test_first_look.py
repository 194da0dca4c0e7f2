"""What is met first, measured: whose a concern is, how long Today is, what of it a telephone shows, and how one goes on
from there.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from safeguarding import panels
from safeguarding.accounts.models import User
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.demo.seeding import seed_demo
from safeguarding.panels import NavItem
from tests import factories
from tests.browser import Prepared
from tests.functional.everybody import case, usable
from tests.functional.steps import give_session, sign_in
from tests.functional.test_every_page import faults, only_practice, too_wide
from tests.postgres import Databases
from tests.practice_school import few_notes

DESK, TELEPHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
TUESDAY = datetime(2026, 11, 24, 10, 15, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def cast(server: str) -> factories.Staffroom:
    return factories.staffroom(password=factories.PASSWORD)


@pytest.fixture
def address(cast: factories.Staffroom) -> str:
    """A concern with nothing but its account, about a child of whom there was one before."""
    long_name = factories.child(cast.school, "Oluwaseun", "Featherstonehaugh-Okonkwo", by=cast.office, class_name="5B")
    children = [ChildEntry("worried_about", long_name)]
    factories.concern(cast, children=children, facts="He came in late.")
    concern = factories.concern(cast, children=children)
    return f"/concerns/{concern.pk}/"


def test_what_a_lead_meets_first_on_a_telephone_and_at_a_desk(
    new_person: Callable[..., Page],
    cast: factories.Staffroom,
    address: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for called, screen in (("desk", DESK), ("telephone", TELEPHONE)):
        with case(called):
            page = new_person(viewport=screen)
            settings.DEMO = True  # The strip of the practice school takes room as well.
            sign_in(page, cast.lead.username, at=address)
            sees_whose_the_concern_is(page)
            if called == "desk":
                opens_a_form_by_its_button(page)
            settings.DEMO = False
            page.goto(address)
            unfolds_the_entries_beside_what_is_typed(page)
    usable(page)
    has_no_scripts(new_person(java_script_enabled=False), cast, address)
    has_a_menu_of_more_than_six_entries(new_person(viewport=TELEPHONE), cast, monkeypatch)
    has_several_roles_on_a_phone(new_person(viewport={"width": 320, "height": 1200}), cast)


def sees_whose_the_concern_is(page: Page) -> None:
    """At the top, above six panels at most."""
    whose = page.get_by_role("list", name="Children of this concern")
    for words in ("Featherstonehaugh-Okonkwo", "5B"):
        box = whose.get_by_text(words).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 400, words
    assert page.locator(".hb-panel:visible").count() <= 6
    assert too_wide(page) <= 0


def unfolds_the_entries_beside_what_is_typed(page: Page) -> None:
    """And leaves them unfolded."""
    why = page.get_by_role("form", name="Decision").get_by_label("Why", exact=True)
    why.fill("Half a tho")
    link, entries = (
        page.get_by_role("link", name="Newest entries of"),
        page.locator("[role=region][aria-label='Newest entries']"),
    )
    expect(entries).to_be_hidden()
    link.click()
    expect(entries).to_contain_text("He came in late.")
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(why).to_have_value("Half a tho")
    assert too_wide(page) <= 0
    link.click()
    expect(entries).to_be_hidden()
    link.click()
    expect(entries).to_be_visible()


def has_no_scripts(page: Page, cast: factories.Staffroom, address: str) -> None:
    """The entries are a page, and a form opens by its button."""
    sign_in(page, cast.lead.username, at=address)
    page.get_by_role("region", name="Add to this concern").locator("summary", has_text="Note").click()
    page.get_by_label("Note", exact=True).fill("Rang the carer.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("region", name="Notes")).to_contain_text("Rang the carer.")
    page.get_by_role("link", name="Newest entries of").click()
    expect(page.get_by_role("heading", name="Newest entries", exact=True)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("He came in late.")


def opens_a_form_by_its_button(page: Page) -> None:
    """The address that the button leads to ends in the form."""
    expect(page.get_by_label("Note", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Add a note").click()
    expect(page.get_by_label("Note", exact=True)).to_be_visible()


def has_a_menu_of_more_than_six_entries(page: Page, cast: factories.Staffroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is folded on a telephone and open at a desk."""
    few = [one for one in panels._nav if one.key not in ("sharing", "requests", "retention", "overview", "reports")]
    more = [NavItem(f"more_{n}", f"More {n}", "today", may=lambda request: True, order=99) for n in range(4)]
    with monkeypatch.context() as patched:
        patched.setattr(panels, "_nav", few)
        sign_in(page, cast.lead.username)
        menu = page.get_by_role("navigation", name="Main")
        expect(menu.get_by_role("link", name="Children")).to_be_visible()
        patched.setattr(panels, "_nav", [*few, *more])
        page.reload()
        expect(menu.get_by_role("link", name="Children")).to_be_hidden()
        menu.get_by_text("Menu").click()
        expect(menu.get_by_role("link", name="Children")).to_be_visible()
        assert faults(page) == []
        page.set_viewport_size(DESK)
        page.reload()
        expect(menu.get_by_role("link", name="Children")).to_be_visible()
        expect(menu.get_by_text("Menu")).to_be_hidden()


def has_several_roles_on_a_phone(page: Page, cast: factories.Staffroom) -> None:
    """Their list covers nothing."""
    elsewhere = factories.school("Weir Road Church of England Voluntary Aided Junior and Infant School")
    factories.give_role(user=cast.lead, school=elsewhere, role_key="office", starts_on=factories.LONG_AGO)
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


def test_lists_of_the_practice_school_are_short_on_a_telephone(
    page: Page, prepared: Prepared, databases: Databases
) -> None:
    """Each list shows its first three, and unfolds."""
    with time_machine.travel(TUESDAY, tick=True), only_practice(databases) as school:
        client = give_session(page, User.objects.filter(assignments__school=school, assignments__role_key="lead")[0])
        page.set_viewport_size(TELEPHONE)
        high = {name: height(page, prepared, client, reverse(name)) for name in ("today", "plans")}
    assert max(high.values()) <= 3000, high


def height(page: Page, prepared: Prepared, client: Client, path: str) -> int:
    """How many pixels high a page is, as it is answered."""
    answer = client.get(path, HTTP_HOST="localhost")
    assert answer.status_code == 200, path
    prepared[path] = dict(answer.headers), answer.content
    page.goto(path)
    return int(page.evaluate("document.documentElement.scrollHeight"))


@pytest.mark.soak(part="school")
def test_today_is_read_at_a_glance_in_the_practice_school(
    new_person: Callable[..., Page], server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_notes(monkeypatch)
    with time_machine.travel(TUESDAY, tick=True):
        seed_demo(now=TUESDAY)
        page = new_person(viewport=DESK)
        sign_in(page, "d.oyebanji", at="/today/")
        high = page.evaluate("document.documentElement.scrollHeight")
        aside = page.locator(".hb-grid--aside-s > .hb-col").last.locator(".hb-panel")
        print(f"\nToday is {high} pixels high")  # noqa: T201
        assert high <= 1700
        assert aside.count() <= 4
        page.get_by_text("All concerns, and other things to do").click()
        expect(page.get_by_role("link", name="Take down a police notice")).to_be_visible()
        assert faults(page) == []
