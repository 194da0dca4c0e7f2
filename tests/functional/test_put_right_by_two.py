"""What two people put right: a concern logged by mistake is taken out of the record, where nobody finds it but in its
own list, and put back; a child who is on the list twice becomes one, and two again.
"""

from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories, sheets
from tests.functional.everybody import usable
from tests.functional.steps import sign_in, sign_out

WORDS = "Typed in to try the form: wheelbarrow."


def panel(page: Page, key: str) -> Locator:
    """The panel whose heading has this id."""
    return page.locator(".hb-panel", has=page.locator(f"#{key}"))


@pytest.fixture
def cast(server: str) -> factories.Staffroom:
    return factories.staffroom(password=factories.PASSWORD)


def test_a_mistaken_concern_and_a_child_listed_twice_are_put_right(page: Page, cast: factories.Staffroom) -> None:
    born = date(2017, 3, 14)
    rowan, again = (
        factories.child(
            cast.school, *name, by=cast.office, details={"upn": sheets.number(serial), "date_of_birth": born}
        )
        for serial, name in enumerate((("Rowan", "Ashdown"), ("Rowan-Lee", "Pike")), start=1)
    )
    concern = factories.concern(cast, facts=WORDS, children=[ChildEntry("worried_about", rowan)])
    proposes_that_it_was_logged_by_mistake(page, cast, concern)
    confirms_it(page, cast, rowan, concern)
    puts_it_back(page, cast, rowan, concern)

    moved = factories.concern(cast, facts="Quiet at register.", children=[ChildEntry("worried_about", again)])
    asks_for_one_record(page, cast, rowan)
    makes_them_one_record(page, cast, rowan, again)
    undoes_the_merge(page, rowan, again, moved)


def proposes_that_it_was_logged_by_mistake(page: Page, cast: factories.Staffroom, concern: Concern) -> None:
    """The lead reads it, and sees that somebody tried the form."""
    sign_in(page, cast.lead.username, at=f"/concerns/{concern.pk}/")
    page.get_by_role("link", name="This was logged by mistake").click()
    page.get_by_role("button", name="Propose to a second person").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Choose what the mistake was")
    page.get_by_label("What the mistake was").select_option(label="A test, or practice")
    page.get_by_label("Why", exact=True).fill("The class teacher tried the form.")
    page.get_by_role("button", name="Propose to a second person").click()
    expect(panel(page, "waiting")).to_contain_text(cast.deputy.full_name)
    expect(page.get_by_role("button", name="Save your answer")).to_have_count(0)
    usable(page)
    sign_out(page)


def confirms_it(page: Page, cast: factories.Staffroom, rowan: Child, concern: Concern) -> None:
    """The deputy finds it on her first page, confirms it, and then finds it in its own list alone."""
    say_what_is_thought(page, cast.deputy, f"{concern.reference}: entered in error?", "Yes, she told me.")
    expect_it_is_gone(page, rowan, concern)
    page.goto("/concerns/?status=in_error")
    page.get_by_role("main").get_by_role("link", name=concern.reference).first.click()
    expect(page.get_by_text("It stands in no child’s file, list or count")).to_be_visible()
    expect(page.get_by_text(WORDS)).to_be_visible()
    usable(page, check_rules=False)


def puts_it_back(page: Page, cast: factories.Staffroom, rowan: Child, concern: Concern) -> None:
    """It was no test after all: one of the two says so, and the other one agrees."""
    page.get_by_role("link", name="Why, and put it back").click()
    expect(panel(page, "before")).to_contain_text("Yes, she told me.")
    page.get_by_label("Why it is to be put back").fill("The teacher says that he did see it.")
    page.get_by_role("button", name="Propose to put it back").click()
    expect(page.get_by_role("button", name="Propose to put it back")).to_have_count(0)
    sign_out(page)
    say_what_is_thought(page, cast.lead, f"{concern.reference}: to be put back", "I have asked him too.")
    expect_it_is_found(page, rowan, concern)
    page.goto("/concerns/?status=in_error")
    expect(page.get_by_text(concern.reference)).to_have_count(0)
    sign_out(page)

    # The teacher who logged it has had the report all the time.
    sign_in(page, cast.teacher.username, at=f"/my-reports/{concern.pk}/")
    expect(page.get_by_text(WORDS)).to_be_visible()
    sign_out(page)


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


def asks_for_one_record(page: Page, cast: factories.Staffroom, rowan: Child) -> None:
    """The office finds the same child twice, looks at both and asks. It sees no concern, and is told of none."""
    sign_in(page, cast.office.username, at=f"/children/{rowan.pk}/people/")
    panel(page, "one-record").get_by_role("button", name="This is the same child as").click()
    page.get_by_label("Name, class, UPN or record number").fill("Rowan Lee Pyke")
    page.get_by_role("button", name="Find", exact=True).last.click()
    page.get_by_role("button", name="Rowan-Lee Pike").click()
    expect(panel(page, "side-by-side")).to_contain_text("kept as an earlier UPN")
    expect(panel(page, "moves")).not_to_contain_text("concern")
    page.get_by_label("How do you know that it is the same child?").fill("One birth certificate, seen at the desk.")
    page.get_by_label("I have looked at what differs").check()
    page.get_by_role("button", name="Ask a safeguarding lead").click()
    expect(page.get_by_text("The safeguarding leads have been asked")).to_be_visible()
    sign_out(page)


def makes_them_one_record(page: Page, cast: factories.Staffroom, rowan: Child, again: Child) -> None:
    """The lead finds it on the first page, reads what would move and who would see it, and decides."""
    sign_in(page, cast.lead.username)
    page.get_by_role("link", name="Two records that may be of the same child").click()
    page.get_by_role("link", name="Rowan Ashdown").click()
    page.get_by_role("button", name="Look at both records").click()
    expect(panel(page, "moves")).to_contain_text("1 concern")
    expect(panel(page, "sight")).to_contain_text("The same people as now.")
    expect(page.get_by_label("How do you know that it is the same child?")).to_have_value(
        "One birth certificate, seen at the desk."
    )
    usable(page)
    page.get_by_label("I have looked at what differs").check()
    page.get_by_role("button", name="Make them one record").click()
    expect(page.get_by_text(f"Record {again.number} is part of record {rowan.number} now.")).to_be_visible()


def undoes_the_merge(page: Page, rowan: Child, again: Child, moved: Concern) -> None:
    """The old address leads to the record that stays, with everything on it; then it is taken apart again."""
    page.goto(f"/children/{again.pk}/people/")
    expect(page).to_have_url(f"{page.url.split('/children/')[0]}/children/{rowan.pk}/people/")
    expect(page.get_by_text("Rowan-Lee Pike")).to_be_visible()
    expect(page.get_by_text(sheets.number(2))).to_be_visible()
    page.get_by_role("link", name="Concerns", exact=True).last.click()
    expect(page.get_by_role("main")).to_contain_text(moved.reference)

    # They were cousins after all: it is taken apart again.
    page.goto(f"/children/{rowan.pk}/people/")
    panel(page, "one-record").get_by_role("link", name="What came over").click()
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_label("Why are these two children after all?").fill("Cousins: two birth certificates.")
    usable(page, check_rules=False)
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text(f"Record {again.number} stands by itself again")).to_be_visible()
    page.goto(f"/children/{again.pk}/people/")
    expect(page.get_by_text("Rowan-Lee Pike").first).to_be_visible()
