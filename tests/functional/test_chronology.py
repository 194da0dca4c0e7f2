"""A chronology on a telephone and without scripts: the first entry is near, and what folds can be opened."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_attaching import looked_at

LONG = "He came in late again and sat by himself. " * 30


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_what_was_seen_said_and_decided_is_near_on_a_telephone(
    server: str, new_person: Callable[..., Page], scripts: bool
) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    child = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    factories.concern(
        cast,
        at=timezone.now() - timedelta(days=3),
        children=[ChildEntry("worried_about", child)],
        facts=LONG,
        child_words="There is none at home.",
        marks_seen=True,
        marks={9: "A yellow bruise."},
    )
    lead = new_person(java_script_enabled=scripts)
    lead.set_viewport_size({"width": 390, "height": 844})
    sign_in(lead, cast.lead.username, at=f"/children/{child.pk}/chronology/")
    looked_at(lead, scripts)
    first = lead.get_by_role("listitem").filter(has_text="Concern logged")
    assert top_of(first) < 900
    expect(first.get_by_text("There is none at home.")).to_be_visible()
    expect(first.get_by_text("A yellow bruise.")).to_be_visible()

    words = first.locator(".hb-clip__text").first
    folded = height_of(words)
    assert folded <= 6 * 21 + 4, "six lines"
    first.get_by_text("Show all").first.click()
    assert height_of(words) > 2 * folded
    first.get_by_text("Show less").first.click()
    assert height_of(words) == folded

    # Kinds with nothing are not offered, and what is folded is not in the way of the keyboard.
    expect(lead.get_by_label("Concerns (1)")).to_be_hidden()
    lead.get_by_text("Show the filter").click()
    expect(lead.get_by_label("Concerns (1)")).to_be_visible()
    assert lead.get_by_label("Meetings").count() == 0
    looked_at(lead, scripts)
    lead.get_by_role("button", name="Apply").click()
    expect(first).to_be_visible()

    tabs = lead.get_by_role("navigation", name="Child record")
    expect(tabs.get_by_role("link", name="What has changed")).to_be_hidden()
    tabs.get_by_text("More").click()
    expect(tabs.get_by_role("link", name="What has changed")).to_be_visible()
    lead.set_viewport_size({"width": 1366, "height": 768})
    expect(tabs.get_by_text("Fewer")).to_be_hidden()


def top_of(thing: object) -> float:
    return thing.bounding_box()["y"]  # type: ignore[attr-defined]


def height_of(thing: object) -> float:
    return thing.bounding_box()["height"]  # type: ignore[attr-defined]
