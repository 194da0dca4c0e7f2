"""What is met first, measured: whose a concern is, how long Today is, what of it a telephone shows."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import Page, expect

from safeguarding import panels
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.demo.seeding import seed_demo
from safeguarding.panels import NavItem
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide
from tests.practice_school import few_notes

DESK, TELEPHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
BOTH = pytest.mark.parametrize("screen", [DESK, TELEPHONE], ids=["desk", "telephone"])
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


@BOTH
def test_a_concern_says_whose_it_is_at_the_top_and_shows_six_panels_at_most(
    new_person: Callable[..., Page], cast: factories.Staffroom, address: str, settings, screen
) -> None:
    page = new_person(viewport=screen)
    sign_in(page, cast.lead.username)
    settings.DEMO = True  # The strip of the practice school takes room as well.
    page.goto(address)
    whose = page.get_by_role("list", name="Children of this concern")
    for words in ("Featherstonehaugh-Okonkwo", "5B"):
        box = whose.get_by_text(words).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 400, words
    assert page.locator(".hb-panel:visible").count() <= 6
    assert too_wide(page) <= 0
    assert faults(page) == []


@BOTH
def test_the_entries_of_the_child_unfold_beside_what_is_typed(
    new_person: Callable[..., Page], cast: factories.Staffroom, address: str, screen
) -> None:
    page = new_person(viewport=screen)
    sign_in(page, cast.lead.username, at=address)
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
    assert faults(page) == []
    link.click()
    expect(entries).to_be_hidden()


def test_without_scripts_the_entries_are_a_page_and_a_form_opens_by_its_button(
    new_person: Callable[..., Page], cast: factories.Staffroom, address: str
) -> None:
    page = new_person(java_script_enabled=False)
    sign_in(page, cast.lead.username, at=address)
    page.get_by_role("region", name="Add to this concern").locator("summary", has_text="Note").click()
    page.get_by_label("Note", exact=True).fill("Rang the carer.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("region", name="Notes")).to_contain_text("Rang the carer.")
    page.get_by_role("link", name="Newest entries of").click()
    expect(page.get_by_role("heading", name="Newest entries", exact=True)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("He came in late.")


def test_an_address_that_ends_in_a_form_opens_it(page: Page, cast: factories.Staffroom, address: str) -> None:
    sign_in(page, cast.lead.username, at=address)
    expect(page.get_by_label("Note", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Add a note").click()
    expect(page.get_by_label("Note", exact=True)).to_be_visible()


def test_a_menu_of_more_than_six_entries_is_folded_on_a_telephone_and_open_at_a_desk(
    new_person: Callable[..., Page], cast: factories.Staffroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [one for one in panels._nav if one.key not in ("sharing", "requests", "retention", "overview", "reports")]
    more = [NavItem(f"more_{n}", f"More {n}", "today", may=lambda request: True, order=99) for n in range(4)]
    monkeypatch.setattr(panels, "_nav", few)
    page = new_person(viewport=TELEPHONE)
    sign_in(page, cast.lead.username)
    menu = page.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="Children")).to_be_visible()
    monkeypatch.setattr(panels, "_nav", [*few, *more])
    page.reload()
    expect(menu.get_by_role("link", name="Children")).to_be_hidden()
    menu.get_by_text("Menu").click()
    expect(menu.get_by_role("link", name="Children")).to_be_visible()
    assert faults(page) == []
    page.set_viewport_size(DESK)
    page.reload()
    expect(menu.get_by_role("link", name="Children")).to_be_visible()
    expect(menu.get_by_text("Menu")).to_be_hidden()


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
        page.get_by_text("Whole lists, and other things to do").click()
        expect(page.get_by_role("link", name="Take down a police notice")).to_be_visible()
        assert faults(page) == []
