"""A lead decides on copies with the scripts of their page: selects words, draws on a picture, uses keys."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from sharing.requests.models import Redaction
from tests.functional.everybody import usable
from tests.functional.steps import sign_in
from tests.integration.requests.desk import WORDS, Desk, K, desk
from tests.integration.requests.test_workspace_pages import page_of, scanned


@pytest.fixture
def at(server: str) -> Desk:
    return desk()


def because(page: Page) -> None:
    """A whole reason, in the questions that the chosen one asks."""
    form = page.locator("#mark")
    form.get_by_label("Legal reason").select_option("other_people")
    expect(form.get_by_text("Which examination is it")).to_be_hidden()
    form.get_by_label("Who else can be known").fill("A neighbour.")
    form.get_by_role("group", name="Is it about a member of staff").get_by_label("No", exact=True).check()
    form.get_by_label("They were not asked").check()
    form.get_by_label("Why is it not reasonable").fill("She spoke in confidence.")
    form.get_by_label("Why, in this case").fill("She would be recognised.")


def select(page: Page, words: str) -> None:
    """Select words of the text, as with a mouse."""
    page.evaluate(
        """words => {
            const copies = document.querySelector("[data-copies]");
            const piece = [...copies.querySelectorAll("[data-block]")].find(one => one.textContent.includes(words));
            const at = piece.firstChild.data.indexOf(words);
            getSelection().setBaseAndExtent(piece.firstChild, at, piece.firstChild, at + words.length);
            piece.dispatchEvent(new PointerEvent("pointerup", {bubbles: true}));
        }""",
        words,
    )


def test_words_are_selected_pictures_drawn_on_and_keys_used(at: Desk, page: Page) -> None:
    one = at.item(f"🙂 {WORDS}")
    at.person("Mr Hale", one, kind=K.STAFF, label="Staff B")
    at.item("Hail.")
    drawn = scanned(at)
    sign_in(page, at.lead.username, at=page_of(one))
    select(page, "saw him")
    expect(page.locator("[data-selected]")).to_contain_text("“saw him”")
    page.get_by_label("Use keys on these pages").check()
    page.keyboard.press("o")
    expect(page.get_by_label("Take out")).to_be_checked()
    because(page)
    usable(page)
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Decided. Below the text")).to_be_visible()
    row = Redaction._base_manager.get(item=one)
    assert f"🙂 {WORDS}"[row.start : row.end] == "saw him", "counted in letters, not in halves of an emoji"
    page.keyboard.press("n")
    expect(page).to_have_title(re.compile("Item 2,"))

    page.goto(page_of(drawn))
    box = page.locator("[data-draw] svg").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.4)
    page.mouse.up()
    page.get_by_label("Take out").check()
    because(page)
    usable(page)
    page.get_by_role("button", name="Decide", exact=True).click()
    area = Redaction._base_manager.get(item=drawn).area
    assert area and all(abs(edge - meant) < 12 for edge, meant in zip(area, (100, 100, 500, 400), strict=True))


def test_several_items_are_decided_by_the_keyboard_on_a_telephone(at: Desk, page: Page) -> None:
    items = [at.item("Hail."), at.item("Snow."), at.item()]
    at.take_out(items[2], "Denise Pope")
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(page, at.lead.username, at=reverse("request_items", args=[at.case.pk]))
    page.get_by_label("All 3 shown here that can be ticked").press("Space")
    page.locator("#several").get_by_label("In full").press("Space")
    usable(page)
    page.locator("#several").get_by_role("button", name="Decide").press("Enter")
    expect(page.get_by_text("Decided: 2 items.")).to_be_visible()
    expect(page.get_by_text("Something is taken out of it: choose in part.")).to_be_visible()
    expect(page.get_by_label("Decide on item 3")).to_be_checked()
    usable(page)
