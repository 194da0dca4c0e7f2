"""A visitor leaves a concern, and a form that was filled in while the power was out is typed in late and compared."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from safeguarding.concerns.models import Category, HowSoon, OutsideLink
from safeguarding.concerns.services.outside import links
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.papers import make_forms
from safeguarding.concerns.services.reference import load_reference
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import PASSWORD, Staffroom
from tests.functional.everybody import usable
from tests.functional.steps import sign_in

WORDS = "She asked twice who was at the gate."


@pytest.fixture
def room(server: str) -> Staffroom:
    load_reference()
    found = factories.staffroom(password=PASSWORD)
    factories.child(found.school, by=found.office)
    return found


def test_a_visitors_concern_a_paper_form_and_a_note_about_family(
    new_person: Callable[..., Page], room: Staffroom
) -> None:
    link = links.make_link(school=room.school, by=room.lead)
    page = new_person()
    plain = new_person(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    a_visitor_leaves_a_concern_and_an_outage_form_is_entered_late(room, link, plain, page)
    a_lead_finds_her_own_family_in_a_note_and_a_colleague_reads_it(room, link, page, plain)


def a_visitor_leaves_a_concern_and_an_outage_form_is_entered_late(
    room: Staffroom, link: OutsideLink, visitor: Page, page: Page
) -> None:
    make_forms(school=room.school, batch=uuid7(), count=2, place="Office", by=room.lead)

    sign_in(page, room.lead.username, at="/today/")

    visitor.goto(f"/outside/{link.secret}/")
    reference = leave_a_concern(visitor)

    page.reload()
    page.get_by_role("link", name=reference).click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.get_by_role("button", name="Make a concern of it").click()
    expect(page.get_by_role("textbox", name="What you saw or heard")).to_have_value(re.compile(WORDS))
    page.get_by_role("button", name="Remove").first.click()
    finish_the_log_form(page)
    expect(page.get_by_text("Sent to the safeguarding leads.")).to_be_visible()

    page.goto("/paper-forms/enter/")
    page.get_by_role("textbox", name="Number of the form").fill("P-2")
    type_in(page, room)
    expect(page.get_by_role("heading", name="Not checked yet")).to_be_visible()

    sign_in(page, room.deputy.username, at="/paper-forms/")
    page.get_by_role("link", name=re.compile("P-.*-0002")).first.click()
    expect(page.get_by_text("He was cold all day.")).to_be_visible()
    page.get_by_role("radio", name="Yes, I compared every line with the paper").check()
    page.get_by_role("button", name="I compared it with the paper").click()
    expect(page.get_by_text("Keep the paper with the record.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def a_lead_finds_her_own_family_in_a_note_and_a_colleague_reads_it(
    room: Staffroom, link: OutsideLink, lead: Page, deputy: Page
) -> None:
    left = Left(
        how_soon=HowSoon.TODAY,
        name="Sam Hill",
        agency="Supply teacher",
        contact="07700 900123",
        about_child="A girl in Year 5",
        facts=WORDS,
    )
    reference = leave_note(link=link, token=uuid7(), left=left, at=timezone.now()).reference

    # She reads it, knows the girl, and says so before she reads on.
    sign_in(lead, room.lead.username, at="/today/")
    lead.get_by_role("link", name=reference).click()
    lead.get_by_text("It is about a colleague, or somebody close to one").click()
    usable(lead, check_rules=False)
    lead.get_by_role("combobox", name="Person").select_option(str(room.lead.pk))
    lead.get_by_role("button", name="Show what this changes").click()
    expect(lead.get_by_text("You see nothing of it from then on")).to_be_visible()
    expect(lead.get_by_role("heading", name="Would no longer see it")).to_be_visible()
    usable(lead)
    lead.get_by_role("button", name="Hide it from this person").click()
    expect(lead.get_by_text("That person sees nothing of this note from now on.")).to_be_visible()
    for place in ("/today/", "/from-outside/"):
        lead.goto(place)
        expect(lead.get_by_role("main").get_by_text(reference)).to_have_count(0)

    # For the deputy it is new again, and says for whom it is not. She has no scripts.
    sign_in(deputy, room.deputy.username, at="/from-outside/")
    expect(deputy.get_by_text("Unread")).to_be_visible()
    deputy.get_by_role("link", name=reference).click()
    expect(deputy.get_by_text(WORDS)).to_be_visible()
    expect(deputy.get_by_text(f"Said by {room.lead.full_name}")).to_be_visible()
    expect(deputy.get_by_role("button", name="Make a concern of it")).to_be_visible()


def leave_a_concern(visitor: Page) -> str:
    """Fill in the page for people without an account, on a telephone and without scripts.

    Returns the number on the slip.
    """
    visitor.get_by_role("button", name="Send to the safeguarding leads").click()
    expect(visitor.get_by_role("alert").get_by_text("Say which child")).to_be_visible()
    visitor.get_by_role("radio", name="Today").check()
    visitor.get_by_role("textbox", name="Which child").fill("A girl in Year 5")
    on_yesterday(visitor)
    visitor.get_by_role("textbox", name="What you saw or heard").fill(WORDS)
    visitor.get_by_role("textbox", name="Your full name").fill("Sam Hill")
    visitor.get_by_role("textbox", name="Your role, and where you come from").fill("Supply teacher, Beacon Staff")
    visitor.get_by_role("textbox", name="How the school can contact you").fill("07700 900123")
    assert visitor.evaluate("document.documentElement.scrollWidth") <= 390
    visitor.get_by_role("button", name="Send to the safeguarding leads").click()
    expect(visitor.get_by_text("Take this to reception now.")).to_be_visible()
    assert WORDS not in visitor.content()
    return visitor.locator(".hb-ref").inner_text()


def type_in(lead: Page, room: Staffroom) -> None:
    """The sheet of a teacher, by a lead."""
    lead.get_by_role("combobox", name="Who wrote it").select_option(label=room.teacher.full_name)
    on_yesterday(lead)
    lead.get_by_role("button", name="Go on to the log form").click()
    lead.get_by_role("textbox", name="What you saw or heard").fill("He was cold all day.")
    lead.get_by_role("radio", name="This week").check()
    lead.get_by_role("combobox", name="How you came to know").select_option("saw_or_heard")
    on_yesterday(lead)
    finish_the_log_form(lead)


def finish_the_log_form(lead: Page) -> None:
    """Choose the child and what every report needs, and send it."""
    lead.get_by_role("textbox", name=re.compile("^Add a")).fill("Rowan")
    lead.get_by_role("button", name="Find", exact=True).click()
    lead.get_by_role("button", name=re.compile("Rowan Ashdown")).click()
    lead.get_by_role("combobox", name="Where", exact=True).select_option("classroom")
    lead.get_by_role("combobox", name="Nearest category").select_option(str(Category.objects.order_by("order")[0].pk))
    lead.get_by_role("group", name="Did you see a mark or injury?").get_by_role("radio", name="No").check()
    lead.get_by_role("radio", name="I have not told anyone yet").check()
    lead.get_by_role("button", name="Send to safeguarding leads").click()


def on_yesterday(page: Page) -> None:
    day = timezone.localdate() - timedelta(days=1)
    for name, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_role("textbox", name=name, exact=True).first.fill(str(number))
