"""A lead finds a word that somebody wrote, reads the chronology on a telephone, marks what matters, and has two pages
for a meeting: two steps from the child.

With scripts and without: the first entry is near, and what folds can be opened.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from safeguarding.concerns.models import Concern
from tests import factories
from tests.functional.everybody import case, usable, with_and_without
from tests.functional.steps import sign_in
from tests.integration.concerns.chronicled import about
from tests.pdfs import Printed

LONG = "He came in late again and sat by himself. " * 30
COAT = "Came in late and asked for toast before the register. " * 9 + "His coat was wet."


@pytest.mark.usefixtures("real_printer")
def test_a_word_a_chronology_and_two_pages_for_a_meeting(server: str, new_person: Callable[..., Page]) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    now = timezone.now()
    words = {"facts": LONG, "child_words": "There is none at home."}
    about(cast, child, at=now - timedelta(days=3), marks_seen=True, marks={9: "A yellow bruise."}, **words)
    about(cast, child, at=now - timedelta(days=9), facts="He was late.")
    about_coat = factories.concern(cast, facts=COAT, at=now - timedelta(hours=1))
    for scripts, called in with_and_without():
        lead = new_person(java_script_enabled=scripts)
        with case(called):
            sign_in(lead, cast.lead.username)
            finds_what_somebody_wrote(lead, about_coat, scripts)
            lead.set_viewport_size({"width": 390, "height": 844})
            lead.goto(f"/children/{child.pk}/chronology/")
            reads_the_first_entry_on_a_telephone(lead)
            narrows_it(lead, scripts)
    lead.goto(f"/children/{child.pk}/chronology/")
    marks_what_matters(lead)
    goes_to_a_meeting(lead)


def finds_what_somebody_wrote(page: Page, concern: Concern, scripts: bool) -> None:
    """By a word, not by the child: she reads where it stands, and opens that."""
    page.get_by_label("Find a child, a reference or words").fill("rowan coat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Written about concerns")).to_be_visible()
    expect(page.get_by_text("Nothing written that you can see")).to_be_visible()
    page.get_by_label("Find a child, a reference or words").fill("coat")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text("coat")
    expect(page).to_have_title("Search – Harbour")
    usable(page, scripts)
    page.get_by_role("main").get_by_role("link", name=concern.label, exact=True).click()
    expect(page.get_by_text(COAT[-16:])).to_be_visible()


def entry(page: Page) -> Locator:
    return page.get_by_role("listitem").filter(has_text="Concern logged").first


def reads_the_first_entry_on_a_telephone(page: Page) -> None:
    first = entry(page)
    assert box_of(first)["y"] < 900
    expect(first.get_by_text("There is none at home.")).to_be_visible()
    expect(first.get_by_text("A yellow bruise.")).to_be_visible()

    words = first.locator(".hb-clip__text").first
    folded = box_of(words)["height"]
    assert folded <= 6 * 21 + 4, "six lines"
    first.get_by_text("Show all").first.click()
    assert box_of(words)["height"] > 2 * folded
    first.get_by_text("Show less").first.click()
    assert box_of(words)["height"] == folded


def narrows_it(page: Page, scripts: bool) -> None:
    """Kinds with nothing are not offered, and what is folded is not in the way of the keyboard."""
    expect(page.get_by_label("Concerns (2)")).to_be_hidden()
    page.get_by_text("Show the filter").click()
    expect(page.get_by_label("Concerns (2)")).to_be_visible()
    assert page.get_by_label("Meetings").count() == 0
    usable(page, scripts)
    page.get_by_role("button", name="Apply").click()
    expect(entry(page)).to_be_visible()

    tabs = page.get_by_role("navigation", name="Child record")
    expect(tabs.get_by_role("link", name="What has changed")).to_be_hidden()
    tabs.get_by_text("More").click()
    expect(tabs.get_by_role("link", name="What has changed")).to_be_visible()
    page.set_viewport_size({"width": 1366, "height": 768})
    expect(tabs.get_by_text("Fewer")).to_be_hidden()


def box_of(thing: Locator) -> dict[str, float]:
    box = thing.bounding_box()
    assert box is not None
    return {"y": box["y"], "height": box["height"]}


def marks_what_matters(page: Page) -> None:
    """Without scripts, as the rest of it."""
    page.get_by_role("link", name="Mark as significant").first.click()
    page.get_by_role("textbox", name="Why it matters").fill("The third time this month.")
    usable(page, check_rules=False)
    page.get_by_role("button", name="Mark as significant").click()
    expect(page.get_by_text("The third time this month.")).to_be_visible()

    page.get_by_role("button", name="Print").click()
    usable(page, check_rules=False)
    paper = printed(page, page.get_by_role("link", name="Significant events only", exact=True))
    assert "and sat by himself." in paper.text and "He was late." not in paper.text
    page.get_by_role("link", name="Back to the chronology").click()


def goes_to_a_meeting(page: Page) -> None:
    page.get_by_role("button", name="Meeting in an hour").click()
    page.get_by_role("textbox", name="What worries us").fill("He is hungry.")
    usable(page, check_rules=False)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("textbox", name="What worries us")).to_have_value("He is hungry.")
    pages = Printed(page.context.request.get(f"{page.url}paper/").body())
    assert len(pages.pages()) <= 2
    for words in ("He is hungry.", "There is none at home.", "The third time this month."):
        assert words in pages.text


def printed(page: Page, link: Locator) -> Printed:
    """The PDF behind a link, fetched as this person."""
    return Printed(page.context.request.get(page.url.split("/children")[0] + str(link.get_attribute("href"))).body())
