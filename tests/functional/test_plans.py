"""A strategy discussion, a conference that decides on a plan, the plan, a late core group chased, a review, the end."""

from collections.abc import Callable
from datetime import date, datetime

import time_machine
from playwright.sync_api import Page, expect

from safeguarding.dates import LONDON
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.rules import load_rules
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide


def looked_at(page: Page) -> None:
    for width in (320, 1366):
        page.set_viewport_size({"width": width, "height": 768})
        assert too_wide(page) <= 0
        assert faults(page) == []


def fill_day(page: Page, label: str, on: date) -> None:
    group = page.get_by_role("main").get_by_role("group", name=label).first
    for box, number in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        group.get_by_label(box).fill(str(number))


def records_that_a_child_is_in_need(page: Page) -> None:
    page.get_by_role("button", name="Record a change").click()
    looked_at(page)
    page.get_by_role("link", name="Child in need", exact=True).click()
    looked_at(page)
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_role("alert").get_by_text("Enter the first day")).to_be_visible()
    fill_day(page, "First day", date(2026, 11, 23))
    page.get_by_label("Local authority", exact=True).select_option("356")
    page.get_by_label("Nothing yet").check()
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text("Its dates stand below.")).to_be_visible()
    looked_at(page)


def records_the_strategy_discussion_and_the_conference(page: Page) -> None:
    page.get_by_role("link", name="Strategy discussion", exact=True).click()
    fill_day(page, "Held on", date(2026, 11, 24))
    page.get_by_label("Outcome").select_option("section_47")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", name="Strategy discussion", level=1)).to_be_visible()
    page.get_by_role("region", name="What follows from it").get_by_role("link").click()
    expect(page.get_by_text("Tuesday 15 December 2026")).to_be_visible()
    looked_at(page)


def records_what_the_conference_decided(page: Page) -> None:
    fill_day(page, "Held on", date(2026, 12, 10))
    page.get_by_label("Outcome").select_option("plan")
    page.get_by_label("What was said and decided").fill("Neglect. A plan begins.")
    page.get_by_role("button", name="Save what came of it").click()
    page.get_by_role("link", name="Record the child protection plan").click()
    page.get_by_label("First category of abuse").select_option("NEG")
    page.get_by_label("Category of abuse now").select_option("NEG")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_role("heading", name="Child protection plan", level=1)).to_be_visible()


def chases_the_core_group(page: Page) -> None:
    expect(page.get_by_text("late: chase").first).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="Core group", exact=True).first.click()
    page.get_by_text("Record that you chased it").click()
    page.get_by_label("Who you asked, and what was said").fill("Duty desk: no room was free.")
    page.get_by_role("region", name="This date").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Duty desk: no room was free.")).to_be_visible()
    looked_at(page)


def records_the_review_and_ends_the_plan(page: Page) -> None:
    page.get_by_role("link", name="Child protection plan", exact=True).click()
    page.get_by_role("link", name="Review conference", exact=True).first.click()
    fill_day(page, "Held on", date(2027, 1, 7))
    page.get_by_label("Outcome").select_option("ends")
    page.get_by_role("button", name="Save what came of it").click()
    page.get_by_role("link", name="Child protection plan", exact=True).click()
    page.get_by_text("It has ended").click()
    fill_day(page, "Last day", date(2027, 1, 7))
    page.get_by_label("Why it ended").select_option(index=1)
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("What still waited has been set aside.")).to_be_visible()
    page.get_by_role("link", name="Plans and status").first.click()
    expect(page.get_by_role("region", name="Ended").get_by_role("link", name="Child protection plan")).to_be_visible()
    looked_at(page)


def test_from_a_strategy_discussion_to_the_end_of_a_plan(server: str, new_person: Callable[..., Page]) -> None:
    with time_machine.travel(factories.SCHOOL_DAY) as clock:
        load_rules()
        cast = factories.staffroom(password=factories.PASSWORD)
        child = factories.child(cast.school, by=cast.office, details={"date_of_birth": date(2016, 4, 11)})
        page = new_person()
        tab = f"/children/{child.pk}/plans/"
        sign_in(page, cast.lead.username, at=tab)
        expect(page.get_by_text("No plan or status is open")).to_be_visible()
        records_that_a_child_is_in_need(page)
        records_the_strategy_discussion_and_the_conference(page)
        conference = page.url

        clock.move_to(datetime(2026, 12, 11, 10, tzinfo=LONDON))
        page.context.clear_cookies()
        sign_in(page, cast.lead.username, at=conference)
        records_what_the_conference_decided(page)
        plan = page.url

        clock.move_to(datetime(2027, 1, 8, 10, tzinfo=LONDON))
        page.context.clear_cookies()
        sign_in(page, cast.lead.username, at=plan)
        chases_the_core_group(page)
        records_the_review_and_ends_the_plan(page)

    assert Episode.objects.get(kind="child_protection").status == "ended"
    core_group = Step.objects.get(kind="core_group")
    assert (core_group.status, core_group.due_on) == ("set_aside", date(2026, 12, 24))
    assert core_group.notes.get().text == "Duty desk: no room was free."
