"""Two children in one incident, each with a role and a file of its own: asked, added to, and a wrong link undone at
once.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.functional.everybody import usable
from tests.functional.steps import sign_in, sign_out


def panel(page: Page, key: str) -> Locator:
    """The panel whose heading has this id."""
    return page.locator(".hb-panel", has=page.locator(f"#{key}"))


@pytest.fixture
def cast() -> factories.Staffroom:
    return factories.staffroom(password=factories.PASSWORD)


def test_two_children_in_one_incident_are_told_apart(page: Page, cast: factories.Staffroom) -> None:
    rowan = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    theo = factories.child(cast.school, "Theo", "Lindqvist", by=cast.office, year_group=4, class_name="4A")
    concern = factories.concern(
        cast,
        facts="Theo was pushed by the gate. Rowan saw it.",
        children=[ChildEntry("worried_about", theo), ChildEntry("witness", rowan)],
    )

    # The lead decides what the file of the witness says, and is told where the story names the other child.
    sign_in(page, cast.lead.username, at=f"/concerns/{concern.pk}/")
    panel(page, "people").get_by_role("link", name="Decide what the file of Rowan Ashdown says").click()
    expect(panel(page, "preview")).to_contain_text("Named as witness in a concern")
    page.get_by_label("A story of its own").check()
    page.get_by_label("Its own story").fill("He saw that Theo was pushed and told an adult.")
    page.get_by_role("button", name="Show what the file will say").click()
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("This names another child: “Theo”")
    page.get_by_role("button", name="Swap the names").click()
    expect(panel(page, "preview")).to_contain_text("He saw that another child (Year 4) was pushed and told an adult.")
    usable(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(panel(page, "people")).to_contain_text("The file says: a story of its own")

    # She asks the reporter, who answers beside an account that stays as it was.
    page.locator("summary", has_text="Ask the reporter").click()
    page.get_by_label("What you ask").fill("Which hand did he push with?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(panel(page, "asked")).to_contain_text("Not answered yet")
    sign_out(page)
    sign_in(page, cast.teacher.username, at=f"/my-reports/{concern.pk}/")
    expect(panel(page, "asked")).to_contain_text("Which hand did he push with?")
    page.get_by_label("What you add").fill("The left one.")
    page.get_by_role("button", name="Add to this report").click()
    expect(panel(page, "added")).to_contain_text("The left one.")
    expect(panel(page, "wrote")).to_contain_text("Theo was pushed by the gate. Rowan saw it.")
    sign_out(page)

    # It was another child who saw it: taken out, and whoever read it meanwhile is listed.
    sign_in(page, cast.deputy.username, at=f"/concerns/{concern.pk}/")
    expect(panel(page, "added")).to_contain_text("Asked by Priya Raman: Which hand did he push with?")
    page.get_by_text("This is the wrong child").click()
    page.get_by_label("Child", exact=True).select_option(label="Rowan Ashdown, 5B")
    page.get_by_label("Why it is another child").fill("Rowan was away that day.")
    page.get_by_role("button", name="Take the child out of this concern").click()
    expect(panel(page, "opened-since")).to_contain_text("Priya Raman")
    usable(page)
    page.get_by_role("link", name="Back to the concern").click()
    expect(panel(page, "people")).to_contain_text("A child not named yet")
    expect(panel(page, "people")).not_to_contain_text("Rowan Ashdown")
    page.goto(f"/children/{rowan.pk}/chronology/")
    expect(page.get_by_text("Nothing on record")).to_be_visible()
