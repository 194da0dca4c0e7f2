"""One strategy discussion about two children: called from a concern, held, with an outcome for each in their plans."""

from collections.abc import Callable
from datetime import date, datetime, time

import time_machine
from playwright.sync_api import Page, expect

from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.dates import LONDON
from safeguarding.keys import uuid7
from safeguarding.plans.models import Step
from safeguarding.plans.services.episodes import begin_episode
from safeguarding.plans.services.rules import load_rules
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in
from tests.functional.test_plans import fill_day

DAY = date(2026, 11, 25)


def calls_the_strategy_discussion(page: Page) -> None:
    page.get_by_label("What kind of meeting").select_option("strategy")
    fill_day(page, "Date", DAY)
    page.get_by_label("Time", exact=True).fill("9am")
    children = page.get_by_role("group", name="A date in the plans of")
    for name in ("Rowan Ashdown", "Skye Ashdown"):
        expect(children.get_by_label(name)).to_be_checked()
    usable(page, check_rules=False)
    page.get_by_role("button", name="Save, and go on to the minutes").click()
    in_plans = page.get_by_role("region", name="In the plans")
    expect(in_plans.get_by_text("Booked for")).to_have_count(2)
    expect(page.get_by_text("To come", exact=True)).to_be_visible()
    expect(page.get_by_text("Minutes being written")).to_have_count(0)
    expect(page.get_by_role("button", name="Yes, it was held")).to_have_count(0)


def says_that_it_was_held(page: Page) -> None:
    asked = page.get_by_role("region", name="Was it held?")
    asked.get_by_label("What came of it for Rowan Ashdown").select_option("section_47")
    asked.get_by_label("What came of it for Skye Ashdown").select_option("none")
    asked.get_by_role("button", name="Yes, it was held").click()
    expect(page.get_by_text("Saved that it was held.")).to_be_visible()
    in_plans = page.get_by_role("region", name="In the plans")
    expect(in_plans.get_by_text("A section 47 enquiry")).to_be_visible()
    expect(in_plans.get_by_text("No further action")).to_be_visible()
    expect(page.get_by_text("Minutes being written")).to_be_visible()


def test_one_strategy_discussion_about_two_children(server: str, new_person: Callable[..., Page]) -> None:
    with time_machine.travel(factories.SCHOOL_DAY) as clock:
        load_rules()
        cast = factories.staffroom(password=factories.PASSWORD)
        children = [factories.child(cast.school, name, "Ashdown", by=cast.office) for name in ("Rowan", "Skye")]
        concern = factories.concern(cast, children=[ChildEntry("worried_about", child) for child in children])
        for child in children:
            facts = {"kind": "child_in_need", "starts_on": date(2026, 11, 20), "authority": "356"}
            begin_episode(child=child, token=uuid7(), by=cast.lead, **facts)
        page = new_person(java_script_enabled=False)
        sign_in(page, cast.lead.username, at=f"/concerns/{concern.pk}/meeting/")
        calls_the_strategy_discussion(page)
        clock.move_to(datetime.combine(DAY, time(12), LONDON))
        # Her session has ended since.
        page.context.clear_cookies()
        sign_in(page, cast.lead.username, at=page.url)
        says_that_it_was_held(page)
        waits = Step.objects.get(kind="initial_conference", status="waiting")
        assert (waits.child, waits.counted_from) == (children[0], DAY)
        page.get_by_role("region", name="In the plans").get_by_role("link", name="Strategy discussion").first.click()
        expect(page.get_by_text("A meeting about a concern")).to_be_visible()
        expect(page.locator("dl").get_by_text("A section 47 enquiry")).to_be_visible()
        expect(page.get_by_role("region", name="What follows")).to_contain_text("A section 47 enquiry")
