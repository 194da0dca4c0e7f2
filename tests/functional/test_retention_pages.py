"""Can the pages of retention be used by everybody: with what axe knows, at 320 pixels, by keyboard, without scripts?"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from retention.models import Brake, LegalHold
from retention.services.scan import scan
from safeguarding.accounts.models import User
from safeguarding.accounts.services.access import answer_conflict_question
from safeguarding.sealing.models import KEYS
from tests.functional.everybody import case, usable
from tests.functional.steps import sign_in
from tests.functional.test_every_page import NARROW, WIDE, faults, too_wide
from tests.integration.retention.conftest import Office, make_office
from tests.integration.retention.test_page_queries import Growing

pytestmark = pytest.mark.django_db(databases=["default", KEYS], transaction=True)


@pytest.fixture
def place(server: str, settings: Any, tmp_path: Path) -> Office:
    settings.ANCHOR_FOLDER = tmp_path / "anchors"
    made = make_office()
    for person in (made.room.lead, made.room.headteacher, made.officer):
        answer_conflict_question(user=person, school_id=made.school.pk, has_connection=False)
    return made


def troubles(page: Page, names: list[str]) -> list[str]:
    """What is wrong with the page as it stands, wide and narrow."""
    found = []
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 768})
        found += [f"{page.url} at {width}: {fault}" for fault in faults(page)]
        found += [f"{page.url} at {width}: too wide"] if too_wide(page) > 0 else []
    return found + [f"{page.url}: {name} in the title" for name in names if name in page.title()]


def open_pages(page: Page, person: User, addresses: list[str], names: list[str]) -> list[str]:
    found = []
    sign_in(page, person.username)
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, (address, person.job)
        found += troubles(page, names)
    return found


@pytest.mark.soak(part="pages")
def test_every_page_of_retention_can_be_used(new_person: Callable[..., Page], place: Office) -> None:
    there, room = Growing(place), place.room
    sent = place.sent(there.due)
    brakes = [Brake.objects.create(school=place.school, kind=kind, amount=31) for kind in ("too_many_a_day", "no_seal")]
    child, done = [there.told.pk], [there.done.pk]
    of_all = ["retention", "retention_schedule", "destruction_register"]
    shared = [*map(reverse, of_all), *(reverse("brake", args=[brake.pk]) for brake in brakes)]
    shared += [reverse("destruction_certificate", args=done), reverse("destruction_list", args=done)]
    shared += [reverse("destruction_list", args=[one.pk]) for one in (sent, there.open)]
    named = [
        reverse("holds"),
        reverse("retention_left"),
        *(reverse(name, args=child) for name in ("child_retention", "hold_child")),
    ]
    named += [reverse("legal_hold", args=[one.pk]) for one in (there.hold, there.lifted)]
    named += [reverse("destruction_item", args=[there.item.pk]), reverse("retention_rule", args=[there.rule.pk])]
    for_head = [reverse("hold_school"), reverse("retention_schedule_all")]
    names = [there.told.surname, there.told.forename]
    found = open_pages(new_person(), room.lead, shared + named, names)
    found += open_pages(new_person(), room.headteacher, shared + named + for_head, names)
    found += open_pages(new_person(), place.officer, shared, names)
    assert not found, "\n".join(found)


def fill_day(page: Page, label: str, on: date) -> None:
    group = page.get_by_role("main").get_by_role("group", name=label)
    for box, number in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        group.get_by_label(box).fill(str(number))


def test_a_hold_is_mistyped_set_by_keyboard_and_lifted_without_scripts(
    new_person: Callable[..., Page], place: Office
) -> None:
    page = new_person()
    is_told_what_is_typed_wrong(page, place)
    sets_a_hold_by_keyboard_alone(page, place)
    with case("without scripts"):
        lead, head = (new_person(java_script_enabled=False) for _ in range(2))
        sets_a_hold_that_two_lift(lead, head, place)
        says_where_children_went(lead, place)


def is_told_what_is_typed_wrong(page: Page, place: Office) -> None:
    child = place.leaver()
    brake = Brake.objects.create(school=place.school, kind="too_many_a_day", amount=31)
    scan()
    for address, button in (
        (reverse("retention_left"), "Confirm school"),
        (reverse("hold_child", args=[child.pk]), "Set the hold"),
        (reverse("brake", args=[brake.pk]), "Let destruction go on"),
    ):
        sign_in(page, place.room.lead.username, at=address)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("alert", name="There is a problem")).to_be_focused()
        assert page.title().startswith("Error: ")
        assert child.surname not in page.title()
        # To the form of a hold a link leads.
        usable(page, check_rules=button != "Set the hold")


def sets_a_hold_by_keyboard_alone(page: Page, place: Office) -> None:
    child, soon = place.leaver(), timezone.localdate() + timedelta(days=90)
    sign_in(page, place.room.lead.username, at=reverse("hold_child", args=[child.pk]))
    page.get_by_label("The record of this child").focus()
    typed = ["", "Police", "Operation Larch", "They asked.", str(soon.day), str(soon.month), str(soon.year), ""]
    passed = []
    for text in typed:
        passed.append(page.evaluate("document.activeElement.name"))
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    days = [f"review_on_{part}" for part in ("day", "month", "year")]
    assert passed == ["scope", "kind", "authority", "reason", *days, "for_headteacher"]
    assert page.evaluate("document.activeElement.innerText.trim()") == "Set the hold"
    page.keyboard.press("Enter")
    expect(page.get_by_text("It binds", exact=True)).to_be_visible()
    made = LegalHold.objects.get(child=child)
    assert (made.kind, made.authority, made.review_on) == ("police", "Operation Larch", soon)


def sets_a_hold_that_two_lift(lead: Page, head: Page, place: Office) -> None:
    child, soon = place.leaver(), timezone.localdate() + timedelta(days=90)
    sign_in(lead, place.room.lead.username, at=reverse("child_retention", args=[child.pk]))
    lead.get_by_role("button", name="Set a legal hold").click()
    lead.get_by_label("Why is it held?").select_option("police")
    lead.get_by_label("Reason").fill("The police have asked for the whole file.")
    lead.get_by_role("button", name="Set the hold").click()
    problem = lead.get_by_role("alert", name="There is a problem")
    expect(problem).to_contain_text("Enter the day on which somebody looks at it again")
    expect(lead.get_by_label("Reason")).to_have_value("The police have asked for the whole file.")
    fill_day(lead, "Day on which somebody looks at it again", soon)
    lead.get_by_role("button", name="Set the hold").click()
    expect(lead.get_by_text("It binds", exact=True)).to_be_visible()
    lead.get_by_text("It can be lifted", exact=True).click()
    lead.get_by_label("Why it can be lifted").fill("The case is closed.")
    lead.get_by_role("button", name="Ask a second person").click()
    expect(lead.get_by_text("Somebody else lifts it")).to_be_visible()
    sign_in(
        head, place.room.headteacher.username, at=reverse("legal_hold", args=[LegalHold.objects.get(child=child).pk])
    )
    head.get_by_role("button", name="Lift this hold").click()
    expect(head.get_by_text("Lifted. What the schedule says counts again.").first).to_be_visible()


def says_where_children_went(lead: Page, place: Office) -> None:
    children = [place.leaver(name) for name in ("Ola", "Una")]
    scan()
    lead.goto(reverse("retention_left"))
    for child in children:
        lead.get_by_label(child.full_name).check()
    lead.get_by_label("Name of the school").fill("Whitmoor High School")
    lead.get_by_role("button", name="Confirm school").click()
    expect(lead.get_by_role("alert", name="There is a problem")).to_contain_text("Enter the number as seven digits")
    expect(lead.get_by_label(children[0].full_name)).to_be_checked()
    lead.get_by_label("Its number").fill("356/4021")
    lead.get_by_role("button", name="Confirm school").click()
    expect(lead.get_by_text("Saved for 2 children.")).to_be_visible()
