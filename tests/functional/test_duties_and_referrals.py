"""A teacher reports what the law asks her to report in person; a lead does not refer, with her reasons; then she does,
the agency is silent, and she chases and writes to its manager.

In between the lead lays the marks of an earlier concern under those of the new one.
"""

import re
from datetime import timedelta

import time_machine
from playwright.sync_api import Page, expect

from safeguarding.concerns.models import Category, Concern, Decision, Duty, EscalationLetter, Referral
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.naming import ChildEntry
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in


def concern_with_a_duty(cast: factories.Staffroom) -> Concern:
    """About a child who had marks three weeks ago as well."""
    about = [ChildEntry(role="worried_about", child=factories.child(cast.school, by=cast.office))]
    marked = {"children": about, "marks_seen": True, "by": cast.teacher}
    factories.concern(cast, marks={9: "Oval, yellow"}, at=factories.SCHOOL_DAY - timedelta(days=20), **marked)
    return factories.concern(cast, marks={14: "Graze"}, category=Category.objects.get(pk="HBA"), **marked)


def says_what_she_has_done(page: Page) -> None:
    usable(page, check_rules=False)
    page.get_by_role("region", name="The law asks this of you in person").get_by_role("link").click()
    expect(page.get_by_text("section 5B")).to_be_visible()
    page.get_by_label("I have reported it to the police").check()
    expect(page.get_by_label("What you know and what you suspect")).to_be_hidden()
    page.get_by_role("button", name="Save what I have done").click()
    expect(page.get_by_text("Enter the reference that the police gave you").first).to_be_visible()
    usable(page)
    page.get_by_label("Reference that the police gave you").fill("INC 2411-0093")
    page.get_by_role("button", name="Save what I have done").click()
    expect(page.get_by_text("Reported to the police")).to_be_visible()


def lays_the_earlier_marks_under(page: Page) -> None:
    page.get_by_role("link", name="Show marks of earlier concerns").click()
    marks = page.get_by_role("region", name="Marks seen")
    expect(marks.get_by_text("Oval, yellow")).to_be_visible()
    usable(page)
    marks.get_by_role("link", name="Hide marks of earlier concerns").click()
    expect(marks.get_by_text("Oval, yellow")).to_be_hidden()


def decides_to_watch_at_a_high_level(page: Page) -> None:
    page.get_by_label("3 Child in need").check()
    page.get_by_label("What you will do").select_option("monitor")
    page.get_by_label("Why", exact=True).fill("He is calmer, and his aunt has moved in.")
    page.get_by_role("group", name="Have parents been told?").get_by_label("Yes").check()
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("Say why it is not referred at this level of need.").first).to_be_visible()
    page.get_by_label("Why it is not referred").fill("The duty desk was asked and said not yet.")
    page.get_by_text("Threshold, advice, dissent").click()
    page.get_by_label("Who disagreed, and why").fill("The class teacher would have referred.")
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("The duty desk was asked and said not yet.")).to_be_visible()


def records_a_referral(page: Page) -> None:
    page.get_by_role("button", name="Referral", exact=True).click()
    page.get_by_label("Agency").select_option("social_care")
    page.get_by_label("How it was sent").select_option("telephone")
    page.get_by_label("Who took it").fill("Dana Whitlock, duty social worker")
    page.get_by_label("What was told and asked for").fill("That he has gone without food again.")
    page.get_by_role("button", name="Save referral").click()
    expect(page.get_by_text("An answer is expected by")).to_be_visible()


def chases(page: Page) -> None:
    page.get_by_text("Record that you chased").click()
    form = page.get_by_role("region", name="Ask again")
    form.get_by_label("How", exact=True).select_option("telephone")
    form.get_by_role("textbox", name=re.compile("^Who")).fill("Duty desk")
    form.get_by_label("What was said").fill("Nobody has looked at it yet.")
    form.get_by_role("combobox", name="Answer expected by").select_option(index=1)
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("An answer is now expected by")).to_be_visible()


def writes_to_the_manager(page: Page) -> None:
    page.get_by_role("button", name="Draft a letter").click()
    letter = page.get_by_label("Letter", exact=True)
    letter.fill(f"{letter.input_value()}\n\nHe must not go home hungry again.")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Put it on record as sent").click()
    page.get_by_label("How it was sent").select_option("email")
    page.get_by_role("button", name="It has been sent").click()
    expect(page.get_by_text("The letter is on record as sent.")).to_be_visible()


def test_a_duty_is_done_in_person_and_a_silent_agency_is_chased(page: Page) -> None:
    with time_machine.travel(factories.SCHOOL_DAY) as clock:
        cast = factories.staffroom(password=factories.PASSWORD)
        concern = concern_with_a_duty(cast)
        sign_in(page, cast.teacher.username)
        says_what_she_has_done(page)
        assert Duty.objects.get().police_reference == "INC 2411-0093"

        sign_in(page, cast.lead.username, at=f"/concerns/{concern.pk}/")
        expect(page.get_by_text("INC 2411-0093")).to_be_visible()
        lays_the_earlier_marks_under(page)
        decides_to_watch_at_a_high_level(page)
        usable(page, check_rules=False)
        records_a_referral(page)
        usable(page, check_rules=False)

        # Nobody answers on Wednesday. The session has ended by Thursday.
        clock.shift(timedelta(days=2))
        assert agencies.tell_of_silence() == 1
        page.context.clear_cookies()
        sign_in(page, cast.lead.username, at="/today/")
        waiting = page.get_by_role("region", name="Waiting for an answer")
        waiting.get_by_role("link", name="Children’s social care").click()
        expect(page.get_by_text("The agency is silent beyond its time")).to_be_visible()
        usable(page)
        chases(page)
        writes_to_the_manager(page)

    assert Decision.objects.get().dissent == "The class teacher would have referred."
    assert [step.kind for step in Referral.objects.get().steps.order_by("recorded_at", "pk")] == ["chased", "escalated"]
    assert "He must not go home hungry again." in EscalationLetter.objects.get().body
