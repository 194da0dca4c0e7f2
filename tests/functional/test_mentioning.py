"""Mention another child while a concern is written: by keyboard, in a moment, and whoever names one in words is asked
once.
"""

import pytest
from playwright.sync_api import Page, expect

from safeguarding.concerns.models import Account
from tests import factories
from tests.factories import PASSWORD, Staffroom
from tests.functional.steps import sign_in


@pytest.fixture
def room(server: str) -> Staffroom:
    return factories.staffroom(password=PASSWORD)


def test_an_assistant_mentions_another_child_by_keyboard_and_is_asked_whom_words_mean(
    page: Page, room: Staffroom
) -> None:
    factories.child(room.school, by=room.office)
    hazel = factories.child(room.school, "Hazel", "O’Reed", by=room.office, year_group=4, class_name="4A")
    sign_in(page, room.assistant.username, at="/log/")
    page.get_by_label("For the record").check()
    page.get_by_label("Add a child").fill("Rowan")
    page.get_by_role("button", name="Rowan Ashdown").click()
    expect(page.get_by_label("Role of Rowan Ashdown")).to_be_visible()
    facts = page.get_by_label("What you saw or heard")
    facts.press_sequentially("At lunch @haz")
    listed = page.get_by_role("listbox", name="Children to mention")
    expect(listed.get_by_role("option", name="Hazel O’Reed")).to_have_attribute("aria-selected", "true")
    # Escape leaves what was typed; one more letter lists again.
    facts.press("Escape")
    expect(listed).to_be_hidden()
    facts.press_sequentially("e")
    expect(listed.get_by_role("option")).to_have_count(1)
    facts.press("Enter")
    label = f"@[Hazel O’Reed {hazel.pseudonym}]"
    expect(facts).to_have_value(f"At lunch {label} ")
    expect(page.get_by_role("status").filter(has_text="Hazel O’Reed mentioned.")).to_be_attached()
    facts.press_sequentially("hit him. Hazel O’Reed ran.")

    page.get_by_label("Where", exact=True).select_option("classroom")
    page.get_by_label("How you came to know").select_option("saw_or_heard")
    page.get_by_label("Nearest category").select_option(index=1)
    page.get_by_label("No", exact=True).check()
    page.get_by_label("I have not told anyone yet").check()
    page.get_by_role("button", name="Send to safeguarding leads").click()
    expect(page.get_by_role("alert")).to_contain_text("say who you mean by “Hazel O’Reed”")
    page.get_by_role("button", name="Mention Hazel O’Reed (4A, Year 4)").click()
    expect(page.get_by_label("What you saw or heard")).to_have_value(f"At lunch {label} hit him. {label} ran.")
    page.get_by_role("button", name="Send to safeguarding leads").click()
    expect(page.get_by_text("Hazel O’Reed hit him. Hazel O’Reed ran.")).to_be_visible()
    assert hazel.full_name not in Account.objects.get().facts
