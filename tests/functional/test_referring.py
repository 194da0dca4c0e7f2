"""A lead does not refer, with her reasons; then she does, the agency is silent, and she chases and writes to its
manager.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import time_machine
from playwright.sync_api import Page, expect

from safeguarding.concerns.models import Decision, EscalationLetter, Referral
from safeguarding.concerns.services import agencies
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_every_page import faults, too_wide


def looked_at(page: Page) -> None:
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 768})
        assert too_wide(page) <= 0
        assert faults(page) == []


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


def test_not_referred_then_referred_silent_chased_and_escalated(server: str, new_person: Callable[..., Page]) -> None:
    with time_machine.travel(factories.SCHOOL_DAY) as clock:
        cast = factories.staffroom(password=factories.PASSWORD)
        concern = factories.concern(cast)
        page = new_person()
        sign_in(page, cast.lead.username, at=f"/concerns/{concern.pk}/")
        decides_to_watch_at_a_high_level(page)
        looked_at(page)
        records_a_referral(page)
        looked_at(page)

        # Nobody answers on Wednesday. The session has ended by Thursday.
        clock.shift(timedelta(days=2))
        assert agencies.tell_of_silence() == 1
        page.context.clear_cookies()
        sign_in(page, cast.lead.username, at="/today/")
        page.get_by_role("region", name="Waiting for an answer").get_by_role(
            "link", name="Children’s social care"
        ).click()
        expect(page.get_by_text("The agency is silent beyond its time")).to_be_visible()
        looked_at(page)
        chases(page)
        writes_to_the_manager(page)

    assert Decision.objects.get().dissent == "The class teacher would have referred."
    assert [step.kind for step in Referral.objects.get().steps.order_by("recorded_at", "pk")] == ["chased", "escalated"]
    assert "He must not go home hungry again." in EscalationLetter.objects.get().body
