"""A referral that is answered, a strategy discussion, a conference that decides on a plan, the plan, a late core group
chased, a review, the end; and what the chronology, Today, the two pages of a meeting and paper say of it.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import time_machine
from playwright.sync_api import Page, expect

from children.models import Child
from safeguarding.concerns.models import Referral
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.dates import LONDON
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.episodes import begin_episode
from safeguarding.plans.services.rules import load_rules
from tests import factories
from tests.functional.everybody import case, usable
from tests.functional.steps import sign_in
from tests.pdfs import Printed


def fill_day(page: Page, label: str, on: date) -> None:
    group = page.get_by_role("main").get_by_role("group", name=label).first
    for box, number in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        group.get_by_label(box).fill(str(number))


def boxes_of(page: Page, label: str) -> list[str]:
    group = page.get_by_role("main").get_by_role("group", name=label).first
    return [group.get_by_label(box).input_value() for box in ("Day", "Month", "Year")]


def referred(cast: factories.Staffroom, child: Child) -> Referral:
    """The lead rang social care on Monday morning."""
    monday = factories.SCHOOL_DAY - timedelta(days=1)
    concern = factories.concern(cast, at=monday, children=[ChildEntry("worried_about", child)])
    sent = agencies.Sent("social_care", "telephone", "Hungry again.", monday, their_reference="MASH-2241")
    return agencies.refer(concern=concern, token=uuid7(), sent=sent, by=cast.lead)


def records_the_answer_to_the_referral(page: Page) -> None:
    page.get_by_text("Record the answer").click()
    form = page.get_by_role("region", name="They have answered")
    form.get_by_label("What they answered").select_option("strategy")
    form.get_by_label("How", exact=True).select_option("telephone")
    form.get_by_label("What was said").fill("They hold a strategy discussion this morning.")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This answer begins a child in need episode")).to_be_visible()


def records_that_a_child_is_in_need(page: Page) -> None:
    page.get_by_role("link", name="Record the child in need episode of Rowan Ashdown").click()
    expect(page.get_by_text("Filled in from the referral")).to_be_visible()
    assert boxes_of(page, "Day of the referral") == ["23", "11", "2026"]
    expect(page.get_by_label("The authority’s reference")).to_have_value("MASH-2241")
    usable(page)
    page.get_by_label("Local authority", exact=True).select_option("356")
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text("Its dates stand below.")).to_be_visible()
    # The answer is the acknowledgement: its day is not asked for again.
    page.get_by_text("What was done").click()
    acknowledged = page.get_by_role("row").filter(has_text="Authority acknowledges the referral")
    expect(acknowledged.get_by_text("On time")).to_be_visible()
    usable(page)


def records_the_strategy_discussion_and_the_conference(page: Page) -> None:
    page.get_by_role("link", name="Strategy discussion", exact=True).click()
    fill_day(page, "Held on", date(2026, 11, 24))
    page.get_by_label("Outcome").select_option("section_47")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", name="Strategy discussion", level=1)).to_be_visible()
    page.get_by_role("region", name="Dates counted from it").get_by_role("link").click()
    expect(page.get_by_text("Tuesday 15 December 2026")).to_be_visible()
    usable(page)


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
    page.get_by_role("link", name="Core group", exact=True).first.click()
    page.get_by_text("Record that you chased it").click()
    page.get_by_label("Who you asked, and what was said").fill("Duty desk: no room was free.")
    page.get_by_role("region", name="This date").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Duty desk: no room was free.")).to_be_visible()


def finds_that_it_was_chased(page: Page, child: Child) -> None:
    """For five school days nobody is asked to chase it again."""
    page.goto("/today/")
    expect(page.get_by_role("region", name="Waiting for an answer").get_by_text("Core group")).to_have_count(0)
    paper = printed(page, f"/children/{child.pk}/plans/paper/?area=protection&chosen=yes")
    for words in ("Duty desk: no room was free.", "Chased 8 January", "15 days late"):
        assert words in paper, words


def printed(page: Page, address: str) -> str:
    """The text of a PDF, fetched as this person."""
    return Printed(page.context.request.get(address).body()).text


def finds_the_core_group_late_wherever_it_is_told(page: Page, child: Child) -> None:
    late = "15 days late"
    page.goto("/today/")
    line = (
        page.get_by_role("region", name="Waiting for an answer").get_by_role("listitem").filter(has_text="Core group")
    )
    expect(line.get_by_text(late)).to_be_visible()
    expect(line.get_by_text("due 24 December")).to_be_visible()
    brief = printed(page, f"/children/{child.pk}/meeting/paper/")
    assert f"Core group: due 24 December 2026, {late}: chase" in brief
    page.goto(f"/children/{child.pk}/plans/")
    page.get_by_role("button", name="Print").click()
    usable(page, check_rules=False)
    expect(page.get_by_label("Child protection and social care", exact=True)).to_be_checked()
    expect(page.get_by_label("Adoption (nothing on record)")).not_to_be_checked()
    paper = printed(page, f"/children/{child.pk}/plans/paper/?area=protection&chosen=yes")
    for words in ("24 December 2026", f"{late}: chase", "Neglect. A plan begins."):
        assert words in paper, words
    titles = chronicled(page, child)
    assert titles[0] == "Child protection plan: began" and "Core group" not in titles


def chronicled(page: Page, child: Child) -> list[str]:
    """The titles of what plans have in the chronology, newest first."""
    page.goto(f"/children/{child.pk}/chronology/?type=authority_plans")
    page.wait_for_load_state()
    found = page.get_by_role("main").get_by_role("listitem").filter(has_text=re.compile("recorded by"))
    return [text.strip() for text in found.get_by_role("heading").all_inner_texts()]


def finds_that_it_is_over(page: Page, child: Child) -> None:
    assert "Child protection plan: ended" in chronicled(page, child)
    brief = printed(page, f"/children/{child.pk}/meeting/paper/")
    assert "Child protection plan: ended" in brief and "Child protection plan: since" not in brief
    paper = printed(page, f"/children/{child.pk}/plans/paper/?area=protection&chosen=yes")
    assert "until 7 January 2027" in paper and "Review conference, held 7 January 2027" in paper
    page.goto("/today/")
    expect(page.get_by_role("region", name="Waiting for an answer").get_by_text("Core group")).to_have_count(0)


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
    usable(page, check_rules=False)


def test_from_a_referral_to_the_end_of_a_plan(server: str, new_person: Callable[..., Page]) -> None:
    with time_machine.travel(factories.SCHOOL_DAY) as clock:
        load_rules()
        cast = factories.staffroom(password=factories.PASSWORD)
        child = factories.child(
            cast.school, "Rowan", "Ashdown", by=cast.office, details={"date_of_birth": date(2016, 4, 11)}
        )
        referral = referred(cast, child)
        page = new_person()
        sign_in(page, cast.lead.username, at=f"/referrals/{referral.pk}/")
        records_the_answer_to_the_referral(page)
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
        finds_the_core_group_late_wherever_it_is_told(page, child)
        page.goto(plan)
        chases_the_core_group(page)
        chased = page.url
        finds_that_it_was_chased(page, child)
        page.goto(chased)
        records_the_review_and_ends_the_plan(page)
        finds_that_it_is_over(page, child)
    has_ended(referral)

    with time_machine.travel(factories.SCHOOL_DAY), case("without scripts"):
        elsewhere = factories.staffroom("Weir Road Primary School", password=factories.PASSWORD)
        child, page = late_plan(elsewhere), new_person(java_script_enabled=False)
        sign_in(page, elsewhere.lead.username, at=f"/children/{child.pk}/plans/")
        a_date_is_chased_held_and_put_on_paper(page, child)


def has_ended(referral: Referral) -> None:
    """What is kept of the plan."""
    assert Episode.objects.get(kind="child_protection").status == "ended"
    core_group = Step.objects.get(kind="core_group")
    assert (core_group.status, core_group.due_on) == ("set_aside", date(2026, 12, 24))
    assert core_group.notes.get().text == "Duty desk: no room was free."
    acknowledged = Step.objects.get(kind="acknowledgement")
    assert (acknowledged.held_on, acknowledged.due_on) == (date(2026, 11, 24), date(2026, 11, 24))
    assert {one.referral for one in Episode.objects.all()} == {referral}


def late_plan(cast: factories.Staffroom) -> Child:
    """A child with a child protection plan whose core group is late."""
    child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    begin_episode(
        child=child,
        token=uuid7(),
        kind="child_protection",
        starts_on=date(2026, 10, 5),
        authority="356",
        columns={"category": "NEG", "latest_category": "NEG"},
        by=cast.lead,
    )
    return child


def a_date_is_chased_held_and_put_on_paper(page: Page, child: Child) -> None:
    """From the list of plans, whose page it is."""
    usable(page, check_rules=False)
    page.get_by_role("link", name="Core group", exact=True).first.click()
    page.get_by_text("Record that you chased it").click()
    page.get_by_label("Who you asked, and what was said").fill("Duty desk: no room was free.")
    page.get_by_role("region", name="This date").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Duty desk: no room was free.")).to_be_visible()
    page.get_by_role("button", name="Save what came of it").click()
    expect(page.get_by_role("alert").get_by_text("Enter the day it was held")).to_be_visible()
    fill_day(page, "Held on", date(2026, 11, 20))
    page.get_by_label("What was said and decided").fill("All came.")
    page.get_by_role("button", name="Save what came of it").click()
    expect(page.get_by_text("32 days late").first).to_be_visible()

    page.get_by_role("link", name="Plans and status").first.click()
    page.get_by_role("button", name="Print").click()
    page.get_by_label("Child protection and social care").uncheck()
    page.get_by_role("button", name="Print what is ticked").click()
    expect(page.get_by_role("alert").get_by_text("Tick one box at least")).to_be_visible()
    usable(page, check_rules=False)
    paper = printed(page, f"/children/{child.pk}/plans/paper/?area=protection&chosen=yes")
    assert "Core group, held 20 November 2026" in paper and "All came." in paper
