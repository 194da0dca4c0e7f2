"""Every page, for every role that can open it: nothing that axe finds, nothing too wide, no child's name in the
title.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.functional.crawl import visit_everything
from tests.functional.steps import sign_in
from tests.functional.world import busy_school

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ROLES = ["teacher", "assistant", "pastoral", "office", "lead", "deputy", "headteacher", "chair"]
WIDE, NARROW = 1366, 320
# Whoever else is here opens no page that none of these opens: what axe finds on a narrow screen, it finds for them.
NARROW_TOO = {"teacher", "pastoral", "office", "lead", "chair"}


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule, and the first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", RULES)
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]


def too_wide(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")  # type: ignore[no-any-return]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_can_be_used_by_everybody(page: Page, role: str) -> None:
    world = busy_school()
    page.set_viewport_size({"width": WIDE, "height": 768})
    sign_in(page, (world.chair if role == "chair" else getattr(world.cast, role)).username)
    troubles, pages = [], 0
    for visited in visit_everything(page):
        pages += 1
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": 768})
            if width == WIDE or role in NARROW_TOO:
                troubles += [f"{visited.name} at {width}: {fault}" for fault in faults(page)]
            if (over := too_wide(page)) > 0:
                troubles.append(f"{visited.name} at {width}: {over} pixels too wide")
        if any(name in page.title() for name in world.names_of_children):
            troubles.append(f"{visited.name}: a child's name in the title")
        if page.locator("[style]").count():
            troubles.append(f"{visited.name}: a style attribute")
    assert pages > 4
    assert not troubles, "\n".join(troubles)


def test_the_sign_in_page_too(page: Page) -> None:
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 768})
        page.goto("/")
        assert faults(page) == []
        assert too_wide(page) <= 0


def test_axe_finds_a_fault_that_is_there(page: Page) -> None:
    page.goto("/")
    page.evaluate("document.querySelector('label').remove()")
    assert any(fault.startswith("label") for fault in faults(page))
