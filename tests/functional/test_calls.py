"""A call, from the first screen of a telephone to who comes: also out of hours, sent after a sign-out, and while lead
and deputy are both away.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import time_machine
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import User
from tests import factories
from tests.browser import PATIENCE
from tests.factories import LONDON, PASSWORD, SCHOOL_DAY, Staffroom
from tests.functional.everybody import case, usable
from tests.functional.steps import sign_in

FOLD = 844
PHONE = {"width": 390, "height": FOLD}
FRIDAY_NIGHT = datetime(2026, 11, 27, 22, 0, tzinfo=LONDON)
# On the page's own clock.
FIVE_SECONDS = 5_000


def top(found: Locator) -> float:
    box = found.bounding_box()
    assert box
    return box["y"]


def bottom(found: Locator) -> float:
    box = found.bounding_box()
    assert box
    return box["y"] + box["height"]


def test_a_call_from_the_first_screen_to_who_comes(server: str, new_person: Callable[..., Page]) -> None:
    room = factories.staffroom(password=PASSWORD)
    accounts.change_school(
        school=room.school,
        by=room.headteacher,
        telephone="0161 496 0000",
        social_care_day="0161 496 0710",
        social_care_night="0161 496 0711",
    )
    phone, caller = new_person(viewport=PHONE), new_person()
    for called, at, is_out in (("in hours", SCHOOL_DAY, False), ("out of hours", FRIDAY_NIGHT, True)):
        with case(called), time_machine.travel(at):
            sign_in(phone, room.teacher.username, at="/call/")
            finds_the_call_and_the_first_question_above_the_fold(phone, is_out)

    caller.clock.install()
    sign_in(caller, room.teacher.username, at="/call/")
    calls_after_a_sign_out(caller, room.teacher)
    sign_in(phone, room.lead.username)
    phone.goto("/calls/")
    expect(phone.get_by_role("main")).to_contain_text("from Jon Beckett")
    usable(phone)
    says_that_help_comes_in_one_press(phone, caller)
    is_led_to_the_field_of_each_mistake(phone)
    while_lead_and_deputy_are_away(phone, caller, room)


def finds_the_call_and_the_first_question_above_the_fold(page: Page, is_out: bool) -> None:
    main = page.get_by_role("main")
    button = main.get_by_role("button", name="Call a safeguarding lead now")
    assert bottom(main.get_by_role("link", name="999")) < top(button)
    social_care = main.get_by_role("link", name="0161 496 0711")
    assert social_care.count() == is_out
    if is_out:
        assert bottom(social_care) < top(button)
    assert bottom(button) <= FOLD
    assert top(page.get_by_label("Which child")) > bottom(button)

    page.goto("/log/")
    assert bottom(page.locator("#how-soon")) <= FOLD
    expect(page.get_by_role("radio", name="For the record")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Log a concern")).to_have_count(0)
    expect(page.get_by_role("heading", name="Log a concern")).to_have_count(1)


def calls_after_a_sign_out(page: Page, teacher: User) -> None:
    page.context.clear_cookies()
    page.get_by_role("button", name="Call a safeguarding lead now").click()
    expect(page.get_by_role("heading", name="Your call has been sent")).to_be_visible()
    usable(page)
    page.get_by_role("button", name="Sign in again").click()
    page.get_by_label("User name").fill(teacher.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your call for a safeguarding lead")).to_be_visible()
    usable(page)


def says_that_help_comes_in_one_press(lead: Page, caller: Page) -> None:
    """And the caller sees it."""
    expect(caller.get_by_text("Nobody has opened your call yet")).to_be_visible()
    lead.goto("/today/")
    lead.get_by_role("link", name="Open the call from Jon Beckett").click()
    button = lead.get_by_role("button", name="I am coming")
    assert bottom(button) <= FOLD
    usable(lead)
    button.click()
    expect(lead.get_by_text("You said “I am coming”")).to_be_visible()
    caller.clock.fast_forward(FIVE_SECONDS)
    expect(caller.get_by_role("heading", name="Priya Raman is coming to you")).to_be_visible(timeout=PATIENCE)

    lead.get_by_role("button", name="Ring me").click()
    expect(lead.get_by_text("You said “Ring me”")).to_be_visible()
    caller.clock.fast_forward(FIVE_SECONDS)
    expect(caller.get_by_role("heading", name="Ring Priya Raman now")).to_be_visible(timeout=PATIENCE)
    expect(caller.get_by_role("status").get_by_role("link", name="0161 496 0000").first).to_have_attribute(
        "href", "tel:01614960000"
    )


def is_led_to_the_field_of_each_mistake(page: Page) -> None:
    for address, button in (("/cover/", "Record days away"), ("/school/", "Add term"), ("/school/", "Add day closed")):
        with case(f"{button} on {address}"):
            page.goto(address)
            page.get_by_role("button", name=button).click()
            problem = page.get_by_role("alert").filter(has_text="There is a problem")
            expect(problem).to_be_focused()
            # Links lead to all three; one of them is looked at with its mistakes.
            usable(page, check_rules=address == "/cover/")
            problem.get_by_role("link").first.click()
            assert page.evaluate("document.activeElement.name")


def while_lead_and_deputy_are_away(phone: Page, caller: Page, room: Staffroom) -> None:
    """On a telephone, in three steps, the Headteacher names who acts; a call then reaches that person."""
    today = timezone.localdate()
    for person in (room.lead, room.deputy):
        accounts.record_absence(user=person, starts_on=today, ends_on=today, by=room.headteacher)
    sign_in(phone, room.headteacher.username, at="/today/")
    names_who_acts(phone, "Carla Mendes, Pastoral lead", until=today + timedelta(days=5))
    expect(phone.get_by_text("go to the acting lead from now on")).to_be_visible()
    expect(phone.get_by_role("heading", name="While away")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    sign_in(caller, room.assistant.username, at="/call/")
    caller.get_by_role("button", name="Call a safeguarding lead now").click()
    expect(caller.get_by_text("Carla Mendes").first).to_be_visible()
    sign_in(phone, room.pastoral.username, at="/today/")
    phone.get_by_role("link", name=f"Open the call from {room.assistant.full_name}").click()
    expect(phone.get_by_role("button", name="Save decision").first).to_be_visible()


def names_who_acts(phone: Page, person: str, until: date) -> None:
    """From the first page to the last press."""
    phone.get_by_role("link", name="The safeguarding lead is away").click()
    for away in ("Priya Raman", "Tom Aldous"):
        expect(phone.get_by_role("checkbox", name=away)).to_be_checked()
    phone.get_by_label("Acting safeguarding lead").select_option(label=person)
    for box, value in (("Day", until.day), ("Month", until.month), ("Year", until.year)):
        phone.get_by_label(box, exact=True).fill(str(value))
    phone.get_by_role("button", name="Show what this changes").click()
    expect(phone.get_by_text("decides what is done about a concern")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Name acting lead").click()
