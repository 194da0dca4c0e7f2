"""A core group is booked with a colleague: it stands on Today, in the diary and on her first page, and she is told."""

from collections.abc import Callable
from datetime import date, datetime

import time_machine
from playwright.sync_api import Page, expect

from children.models import Child
from children.services import access as child_access
from safeguarding.accounts.services import set_roles_beyond_notice
from safeguarding.dates import LONDON
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.episodes import begin_episode
from safeguarding.plans.services.reminders import tell_of_dates
from safeguarding.plans.services.rules import load_rules
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in
from tests.functional.test_plans import fill_day

PLACE = "Family centre, room 2"


def plan_of(cast: factories.Staffroom, child: Child) -> Episode:
    return begin_episode(
        child=child,
        token=uuid7(),
        kind="child_protection",
        starts_on=date(2026, 11, 20),
        authority="356",
        columns={"category": "NEG", "latest_category": "NEG"},
        by=cast.lead,
    )


def books_the_core_group(page: Page, colleague: str) -> None:
    page.get_by_text("Book a day for it").click()
    form = page.get_by_role("region", name="This date")
    fill_day(page, "Booked for", date(2026, 11, 26))
    form.get_by_label("At (optional)", exact=True).fill("2pm")
    form.get_by_label("Where").fill(PLACE)
    form.get_by_label("Who of the school sees to it").select_option(label=colleague)
    form.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("Booked.")).to_be_visible()


def finds_it_this_week(page: Page, when: str) -> None:
    this_week = page.get_by_role("region", name="This week")
    line = this_week.get_by_role("listitem").filter(has_text="Core group")
    for words in (when, "Rowan Ashdown", PLACE):
        expect(line.get_by_text(words)).to_be_visible()
    expect(this_week.get_by_text("Nothing")).to_have_count(0)


def finds_it_in_the_diary(page: Page, colleague: str) -> None:
    page.get_by_role("region", name="This week").get_by_role("link", name="Diary").click()
    row = page.get_by_role("row").filter(has_text="Core group")
    for words in ("Thursday 26 November", "2pm", "Rowan Ashdown", PLACE, colleague):
        expect(row.get_by_text(words)).to_be_visible()
    usable(page, check_rules=False)


def test_a_core_group_with_a_colleague_stands_wherever_somebody_looks(
    server: str, new_person: Callable[..., Page]
) -> None:
    with time_machine.travel(factories.SCHOOL_DAY) as clock:
        load_rules()
        cast = factories.staffroom(password=factories.PASSWORD)
        child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
        colleague = factories.member(cast.school, "designated_teacher", "Dee", "Moss", password=factories.PASSWORD)
        set_roles_beyond_notice(school=cast.school, role_keys=["designated_teacher"], by=cast.headteacher)
        child_access.grant_child(
            child=child, user=colleague, reason="Goes to core groups", last_day=date(2026, 12, 18), by=cast.lead
        )
        step = Step.objects.get(episode=plan_of(cast, child), kind="core_group")

        page = new_person(java_script_enabled=False)
        sign_in(page, cast.lead.username, at=f"/plans/dates/{step.pk}/")
        books_the_core_group(page, "Dee Moss")
        page.goto("/today/")
        finds_it_this_week(page, "Thursday, 2pm")
        finds_it_in_the_diary(page, "Dee Moss")

        clock.move_to(datetime(2026, 11, 25, 9, tzinfo=LONDON))
        assert tell_of_dates() > 0
        hers = new_person(java_script_enabled=False)
        sign_in(hers, colleague.username)
        finds_it_this_week(hers, "Tomorrow, 2pm")
        finds_it_in_the_diary(hers, "Dee Moss")
        hers.goto("/inbox/")
        hers.get_by_role("link", name="A date in a plan is coming up").first.click()
        expect(hers.get_by_role("heading", name="Core group", level=1)).to_be_visible()
