"""A teacher logs what the law asks her to report; it waits for her until she has done it, and her lead sees that it is
done.

The lead then lays the marks of an earlier concern under those of the new one.
"""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from playwright.sync_api import Page, expect

from safeguarding.concerns.models import Category, Duty
from safeguarding.concerns.services.naming import ChildEntry
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide


def looked_at(page: Page) -> None:
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 768})
        assert too_wide(page) <= 0
        assert faults(page) == []


def says_what_she_has_done(page: Page) -> None:
    page.get_by_role("region", name="The law asks this of you in person").get_by_role("link").click()
    expect(page.get_by_text("section 5B")).to_be_visible()
    page.get_by_label("I have reported it to the police").check()
    expect(page.get_by_label("What you know and what you suspect")).to_be_hidden()
    page.get_by_role("button", name="Save what I have done").click()
    expect(page.get_by_text("Enter the reference that the police gave you").first).to_be_visible()
    looked_at(page)
    page.get_by_label("Reference that the police gave you").fill("INC 2411-0093")
    page.get_by_role("button", name="Save what I have done").click()
    expect(page.get_by_text("Reported to the police")).to_be_visible()


def lays_the_earlier_marks_under(page: Page) -> None:
    page.get_by_role("link", name="Show marks of earlier concerns").click()
    marks = page.get_by_role("region", name="Marks seen")
    expect(marks.get_by_text("Oval, yellow")).to_be_visible()
    looked_at(page)
    marks.get_by_role("link", name="Hide marks of earlier concerns").click()
    expect(marks.get_by_text("Oval, yellow")).to_be_hidden()


def test_a_duty_is_done_in_person_and_earlier_marks_are_looked_at(server: str, new_person: Callable[..., Page]) -> None:
    with time_machine.travel(factories.SCHOOL_DAY):
        cast = factories.staffroom(password=factories.PASSWORD)
        about = [ChildEntry(role="worried_about", child=factories.child(cast.school, by=cast.office))]
        marked = {"children": about, "marks_seen": True, "by": cast.teacher}
        factories.concern(cast, marks={9: "Oval, yellow"}, at=factories.SCHOOL_DAY - timedelta(days=20), **marked)
        kind = Category.objects.get(pk="HBA")
        concern = factories.concern(cast, marks={14: "Graze"}, category=kind, **marked)
        teacher = new_person()
        sign_in(teacher, cast.teacher.username)
        looked_at(teacher)
        says_what_she_has_done(teacher)
        assert Duty.objects.get().police_reference == "INC 2411-0093"
        lead = new_person()
        sign_in(lead, cast.lead.username, at=f"/concerns/{concern.pk}/")
        expect(lead.get_by_text("INC 2411-0093")).to_be_visible()
        lays_the_earlier_marks_under(lead)
