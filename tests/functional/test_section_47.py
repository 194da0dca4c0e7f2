"""From a section 47 decision to closing: what it waits for stands on the concern and on Today all the way."""

from collections.abc import Callable

import time_machine
from playwright.sync_api import Page, expect

from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in

WHY = "Said that he is hit."


def decides_to_refer(page: Page) -> None:
    page.get_by_label("4 Child protection").check()
    page.get_by_label("What you will do").select_option("child_protection")
    page.get_by_role("group", name="Is this a new referral?").get_by_label("Yes").check()
    page.get_by_label("Who is told").fill("Duty team")
    page.get_by_label("Is there consent?").select_option("not_needed")
    page.get_by_label("Legal reason").select_option("s47")
    page.get_by_role("form", name="Decision").get_by_label("Why", exact=True).fill(WHY)
    page.get_by_role("group", name="Have parents been told?").get_by_label("Not yet").check()
    page.get_by_role("button", name="Save decision").click()


def waits_for(page: Page, concern: Concern, words: str) -> None:
    page.goto(f"/concerns/{concern.pk}/")
    life = page.get_by_role("list", name="Life of this concern")
    expect(life.locator("[aria-current=step]")).to_contain_text(words)


def records_the_referral_from_today(page: Page) -> None:
    page.goto("/today/")
    late = page.get_by_role("region", name="Late, or nobody has it")
    late.get_by_role("link", name="Make the referral").click()
    expect(page.get_by_label("Agency")).to_have_value("social_care")
    expect(page.get_by_label("Team or office")).to_have_value("Duty team")
    expect(page.get_by_label("What was told and asked for")).to_have_value(WHY)
    usable(page, check_rules=False)
    page.get_by_label("How it was sent").select_option("telephone")
    page.get_by_role("button", name="Save referral").click()
    expect(page.get_by_text("An answer is expected by")).to_be_visible()


def hears_the_answer(page: Page) -> None:
    page.get_by_text("Record the answer").click()
    form = page.get_by_role("region", name="They have answered")
    form.get_by_label("What they answered").select_option("no_action")
    form.get_by_label("How", exact=True).select_option("telephone")
    form.get_by_label("What was said").fill("Nothing further.")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Answer saved.")).to_be_visible()


def closes_by_pressing_twice(page: Page) -> None:
    page.get_by_label("How it ended").select_option("helped_in_school")
    page.get_by_label("Why it can be closed").fill("They see no need to act.")
    page.get_by_role("button", name="Close this concern").click()
    problems = page.get_by_role("alert", name="There is a problem")
    expect(problems).to_contain_text("things are still open")
    still_open = page.get_by_role("form", name="Close").get_by_role("listitem")
    expect(still_open.filter(has_text="Parents not told yet")).to_be_visible()
    expect(still_open.filter(has_text="Review on")).to_be_visible()
    page.get_by_role("button", name="Close this concern").click()
    expect(page.get_by_text("Concern closed.")).to_be_visible()


def test_a_section_47_decision_waits_for_its_referral_until_it_is_closed(
    server: str, new_person: Callable[..., Page]
) -> None:
    with time_machine.travel(factories.SCHOOL_DAY):
        cast = factories.staffroom(password=factories.PASSWORD)
        child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
        concern = factories.concern(cast, children=[ChildEntry("worried_about", child)])
        page = new_person(java_script_enabled=False)
        sign_in(page, cast.lead.username, at=f"/concerns/{concern.pk}/")
        decides_to_refer(page)
        expect(page.get_by_role("heading", name="Record a referral", level=1)).to_be_visible()
        waits_for(page, concern, "Make the referral")
        records_the_referral_from_today(page)
        waits_for(page, concern, "Waiting for social care")
        page.get_by_role("link", name="Children’s social care").click()
        hears_the_answer(page)
        waits_for(page, concern, "Watching until")
        closes_by_pressing_twice(page)
        page.goto("/today/")
        expect(page.get_by_text("Make the referral")).to_have_count(0)
        assert Concern.objects.get(pk=concern.pk).status == Concern.Status.CLOSED
