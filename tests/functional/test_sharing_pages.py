"""Can the pages of sharing and of the notice be used by everybody: with what axe knows, narrow, without scripts, by
keyboard?
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from safeguarding.accounts.models import User
from sharing.events.models import SharingEvent
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide
from tests.integration.sharing.conftest import make_place
from tests.integration.sharing.test_page_queries import Growing, pages

# A desk, and a telephone of today.
WIDTHS = (1366, 390)


@pytest.fixture
def there(server: str) -> Growing:
    return Growing(make_place())


def opened(page: Page, addresses: list[str], names: list[str]) -> list[str]:
    """What is wrong with these pages, at each width."""
    found = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            found += [f"{address} at {width}: {fault}" for fault in faults(page)]
            found += [f"{address} at {width}: too wide"] if too_wide(page) > 0 else []
        found += [f"{address}: {name} in the title" for name in names if name in page.title()]
    return found


def by_person(there: Growing) -> dict[UUID, tuple[User, list[str]]]:
    """Who opens which pages."""
    found: dict[UUID, tuple[User, list[str]]] = {}
    for name, (_, person, address) in pages(there).items():
        if name != "as a file":
            found.setdefault(person.pk, (person, []))[1].append(address)
    return found


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_every_page_of_sharing_can_be_used(new_person: Callable[..., Page], there: Growing, scripts: bool) -> None:
    names, found = [there.place.child.surname, there.place.child.forename], []
    for person, addresses in by_person(there).values():
        page = new_person()
        if not scripts:
            # axe itself is a script: what a page would run is not there, and the page stands as it was sent.
            page.route("**/static/**/*.js", Route.abort)
        sign_in(page, person.username)
        found += opened(page, addresses, names)
    assert not found, "\n".join(found)


def test_by_keyboard_alone_a_decision_is_begun(page: Page, there: Growing) -> None:
    place = there.place
    sign_in(page, place.room.lead.username, at=reverse("begin_share", args=[place.child.pk]))
    page.get_by_role("combobox", name="Who it goes to").focus()
    typed = ["Police", "DC Rowe, 4411", " ", "An address.", "", "", "", "Request of the police"]
    passed = []
    for text in typed:
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
