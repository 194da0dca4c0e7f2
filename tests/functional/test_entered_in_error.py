"""A concern logged by mistake: two people take it out of the record, nobody finds it but in its own list, and two put
it back.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.functional.steps import sign_in, sign_out
from tests.functional.test_every_page import faults, too_wide

WORDS = "Typed in to try the form: wheelbarrow."


def panel(page: Page, key: str) -> Locator:
    """The panel whose heading has this id."""
    return page.locator(".hb-panel", has=page.locator(f"#{key}"))


@pytest.fixture
def cast(server: str) -> factories.Staffroom:
    return factories.staffroom(password=factories.PASSWORD)


def test_a_concern_entered_in_error_is_taken_out_by_two_and_put_back_by_two(
    page: Page, cast: factories.Staffroom
) -> None:
    rowan = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    concern = factories.concern(cast, facts=WORDS, children=[ChildEntry("worried_about", rowan)])

    # The lead reads it, sees that somebody tried the form, and proposes it. Nothing changes by that.
    sign_in(page, cast.lead.username, at=f"/concerns/{concern.pk}/")
    page.get_by_role("link", name="This was logged by mistake").click()
    page.get_by_role("button", name="Propose to a second person").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Choose what the mistake was")
    page.get_by_label("What the mistake was").select_option(label="A test, or practice")
    page.get_by_label("Why", exact=True).fill("The class teacher tried the form.")
    page.get_by_role("button", name="Propose to a second person").click()
    expect(panel(page, "waiting")).to_contain_text(cast.deputy.full_name)
    expect(page.get_by_role("button", name="Save your answer")).to_have_count(0)
    assert faults(page) == []
    expect_it_is_found(page, rowan, concern)
    sign_out(page)

    # The deputy finds it on her first page, looks at it, and confirms it.
    say_what_is_thought(page, cast.deputy, f"{concern.reference}: entered in error?", "Yes, she told me.")
    expect_it_is_gone(page, rowan, concern)
    page.goto("/concerns/?status=in_error")
    page.get_by_role("main").get_by_role("link", name=concern.reference).first.click()
    expect(page.get_by_text("It stands in no child’s file, list or count")).to_be_visible()
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert too_wide(page) == 0

    # It was no test after all: one of the two says so, and the other one agrees.
    page.get_by_role("link", name="Why, and put it back").click()
    expect(panel(page, "before")).to_contain_text("Yes, she told me.")
    page.get_by_label("Why it is to be put back").fill("The teacher says that he did see it.")
    page.get_by_role("button", name="Propose to put it back").click()
    expect_it_is_gone(page, rowan, concern)
    sign_out(page)
    say_what_is_thought(page, cast.lead, f"{concern.reference}: to be put back", "I have asked him too.")
    expect_it_is_found(page, rowan, concern)
    page.goto("/concerns/?status=in_error")
    expect(page.get_by_text(concern.reference)).to_have_count(0)
    sign_out(page)

    # Whoever logged it has had their report all the time.
    sign_in(page, cast.teacher.username, at=f"/my-reports/{concern.pk}/")
    expect(page.get_by_text(WORDS)).to_be_visible()


def say_what_is_thought(page: Page, person: User, link: str, why: str) -> None:
    """The second of two, who comes from Today."""
    sign_in(page, person.username, at="/today/")
    panel(page, "second").get_by_role("link", name=link).click()
    page.get_by_label("Confirm", exact=True).check()
    page.get_by_label("Why", exact=True).fill(why)
    page.get_by_role("button", name="Save your answer").click()
    expect(page.get_by_role("button", name="Save your answer")).to_have_count(0)


def expect_it_is_found(page: Page, child: Child, concern: Concern) -> None:
    """In the child's chronology, in the list of concerns, and by a word that was written."""
    page.goto(f"/children/{child.pk}/chronology/")
    expect(page.get_by_role("main").get_by_text(concern.reference).first).to_be_visible()
    page.goto("/concerns/")
    expect(page.get_by_role("main").get_by_text(concern.reference).first).to_be_visible()
    search(page)
    expect(page.locator("mark")).to_have_text("wheelbarrow")


def expect_it_is_gone(page: Page, child: Child, concern: Concern) -> None:
    """From the child's chronology, from the list of concerns, and for whoever searches for a word of it."""
    page.goto(f"/children/{child.pk}/chronology/")
    expect(page.get_by_text("Nothing on record")).to_be_visible()
    page.goto("/concerns/")
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("main").get_by_text(concern.reference)).to_have_count(0)
    search(page)
    expect(page.get_by_text("Nothing written that you can see")).to_be_visible()


def search(page: Page) -> None:
    page.get_by_label("Find a child, a reference or words").fill("wheelbarrow")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Written about concerns")).to_be_visible()
