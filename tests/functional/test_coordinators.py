"""The designated teacher and the SENCO begin a record from their first page by clicking, and are told of its date."""

import re
from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from playwright.sync_api import Page, expect

from safeguarding.accounts.services import set_roles_beyond_notice
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.reminders import tell_of_dates
from safeguarding.plans.services.rules import load_rules
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in
from tests.functional.test_plans import fill_day

# The day after that on which the test happens.
TOMORROW = date(2026, 11, 25)


def begins(page: Page, title: str, label: str, on: date, called: str) -> None:
    """From the first page: find the child, choose what it is, save."""
    page.get_by_role("region", name="Your children").get_by_role("link", name="Find a child").click()
    page.get_by_label("Name, class or UPN").fill("Ashdown")
    page.get_by_role("button", name="Find", exact=True).click()
    main = page.get_by_role("main")
    main.get_by_role("link", name=re.compile("^Record a change.*Rowan Ashdown")).click()
    main.get_by_role("link", name=title, exact=True).click()
    usable(page, check_rules=False)
    fill_day(page, label, on)
    page.get_by_label("Local authority", exact=True).select_option("356")
    page.get_by_label("Nothing yet").check()
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_role("heading", name=called, level=1)).to_be_visible()


def is_told_of(page: Page, step: Step) -> None:
    """On her first page the date stands with the child; in the inbox the notice of it leads there."""
    page.goto("/staff/")
    row = page.get_by_role("region", name="Your children").get_by_role("row").filter(has_text="Rowan Ashdown")
    expect(row.get_by_role("link", name="Rowan Ashdown")).to_be_visible()
    page.goto("/inbox/")
    row = page.get_by_role("row").filter(has_text="A date in a plan is coming up")
    # Of two on one day each is a link of its own.
    row.get_by_role("link", name=re.compile(f"{step.title}|A date in a plan")).click()
    expect(page).to_have_url(re.compile(f"/plans/dates/{step.pk}/$"))
    expect(page.get_by_role("heading", name=step.title, level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("role", "kind", "label", "on", "called", "waits"),
    [
        ("designated_teacher", "looked_after", "First day", date(2026, 10, 28), "Looked after", "care_review"),
        # Nothing is decided yet.
        ("senco", "ehcp", "Day of the request", date(2026, 10, 14), "EHC assessment asked for", "assess_decision"),
    ],
)
def test_a_coordinator_begins_a_record_by_clicking_and_is_told_of_its_date(
    server: str, new_person: Callable[..., Page], role: str, kind: str, label: str, on: date, called: str, waits: str
) -> None:
    with time_machine.travel(factories.SCHOOL_DAY):
        load_rules()
        cast = factories.staffroom(password=factories.PASSWORD)
        factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
        person = factories.member(cast.school, role, "Dee", "Moss", password=factories.PASSWORD)
        set_roles_beyond_notice(school=cast.school, role_keys=[role], by=cast.headteacher)
        page = new_person(java_script_enabled=False)
        sign_in(page, person.username)
        begins(page, EPISODES[kind].title, label, on, called)
        plan = Episode.objects.get()
        assert (plan.kind, plan.author) == (kind, person)
        step = Step.objects.get(episode=plan, kind=waits)
        assert step.due_on == TOMORROW
        assert tell_of_dates() > 0
        is_told_of(page, step)
