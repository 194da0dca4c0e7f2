"""Does the log form lose anything when the network goes, or the disk is full, while somebody writes?

On the real form and the real server.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from safeguarding.concerns.models import Concern, Draft
from safeguarding.concerns.services.reference import load_reference
from tests import factories

from . import steps

NOTHING_SENT = "Not sent: no connection."


def test_a_form_is_saved_while_it_is_written_and_survives_a_cut_in_the_middle_of_sending(
    page: Page, server: str
) -> None:
    load_reference()
    cast = factories.staffroom(password=factories.PASSWORD)
    steps.sign_in(page, cast.teacher.username)
    page.goto("/log/")
    facts, note = page.get_by_label("What you saw or heard"), page.locator("[data-autosave-note]")
    expect(note).to_have_text("What you type is saved as a draft that only you can see.")
    with page.expect_response("**/log/keep/"):
        facts.fill("He was quiet.")
        facts.blur()
    expect(note).to_contain_text("Draft saved")
    assert Draft.objects.get(author=cast.teacher).content["facts"] == ["He was quiet."]

    page.context.set_offline(True)
    facts.fill("He was quiet. Then he told me why.")
    page.get_by_role("button", name="Send to safeguarding leads").click()
    expect(note).to_contain_text(NOTHING_SENT)
    expect(facts).to_have_value("He was quiet. Then he told me why.")

    page.context.set_offline(False)
    page.get_by_role("button", name="Send to safeguarding leads").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(facts).to_have_value("He was quiet. Then he told me why.")
    assert Draft.objects.get(author=cast.teacher).content["facts"] == ["He was quiet. Then he told me why."]
    assert not Concern.objects.exists()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_with_a_full_disk_every_word_is_on_a_page_that_can_be_printed_and_sent_again(
    new_person: Callable[..., Page], server: str, full: Callable[..., None], scripts: bool
) -> None:
    load_reference()
    cast = factories.staffroom(password=factories.PASSWORD)
    page = new_person(java_script_enabled=scripts)
    page.set_viewport_size({"width": 390, "height": 800})
    steps.sign_in(page, cast.teacher.username)
    page.goto("/log/")
    full("concerns_draft", "concerns_concern")
    page.get_by_label("What you saw or heard").fill("He was quiet.\nHe held his arm.")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_role("heading", name="Not saved")).to_be_visible()
    words = page.get_by_text("He held his arm.")
    expect(words).to_be_visible()
    expect(page.get_by_text("Priya Raman, extension 214")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    again = page.get_by_role("button", name="Try to save it again")
    page.emulate_media(media="print")
    expect(words).to_be_visible()
    expect(page.get_by_text("Priya Raman, extension 214")).to_be_visible()
    expect(again).to_be_hidden()
    page.emulate_media(media="screen")

    full.mend("concerns_draft", "concerns_concern")  # type: ignore[attr-defined]
    again.click()
    expect(page.get_by_label("What you saw or heard")).to_have_value("He was quiet.\nHe held his arm.")
    assert Draft.objects.get(author=cast.teacher).content["facts"] == ["He was quiet.\r\nHe held his arm."]
