"""Every page, for every role that can open it: nothing that axe finds, nothing too wide, no child's name in the
title.

Four roles open every page that links lead to, and the browser is shown each page once, as the first of them saw it.
`make soak` has every role, and shows all of their pages (`tests/soak/test_every_page.py`).
"""

from pathlib import Path

from playwright.sync_api import Page, Route

from tests.functional.crawl import Markup, Visited, visit_everything
from tests.functional.steps import give_session
from tests.functional.world import World, busy_school

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Who opens most comes first: the others' pages are often a part of theirs.
EVERY_DAY = ["lead", "office", "chair", "teacher"]
ROLES = [*EVERY_DAY, "headteacher", "pastoral", "deputy", "assistant"]
WIDE, NARROW = 1366, 320


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule, and the first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    # What passes is not described, and style sheets are not fetched once more.
    how = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("how => axe.run(document, how)", how)
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]


def too_wide(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")  # type: ignore[no-any-return]


class Look:
    """A browser that is shown what roles were answered, at one width, and what was wrong with it."""

    def __init__(self, page: Page, width: int, *, once: bool = True) -> None:
        page.set_viewport_size({"width": width, "height": 768})
        self.page, self.width, self.once = page, width, once
        self.troubles, self.shown = list[str](), 0
        self._known = set[str]()

    def by(self, role: str, world: World) -> int:
        """Everything that one role can open. Returns how many pages."""
        client = give_session(self.page, world.chair if role == "chair" else getattr(world.cast, role))
        pages = 0
        for visited in visit_everything(client):
            pages += 1
            markup = Markup(visited.content)
            self.troubles += [f"{visited.name} for {role}: {fault}" for fault in plain_faults(markup, world)]
            if visited.name not in self._known or not self.once:
                self._known.add(visited.name)
                self._show(visited, role)
        return pages

    def _show(self, visited: Visited, role: str) -> None:
        """The answer as it came, at its own address: scripts, styles and what it fetches come from the server."""

        def answer(route: Route) -> None:
            route.fulfill(status=200, headers=visited.headers, body=visited.content)

        address = f"**{visited.path}"
        self.page.route(address, answer, times=1)
        self.page.goto(visited.path)
        self.page.unroute(address)
        self.shown += 1
        found = faults(self.page)
        if (over := too_wide(self.page)) > 0:
            found.append(f"{over} pixels too wide")
        if self.page.locator("[style]").count():
            found.append("a style attribute")
        self.troubles += [f"{visited.name} for {role} at {self.width}: {fault}" for fault in found]


def plain_faults(markup: Markup, world: World) -> list[str]:
    """What can be seen of a page without a browser."""
    found = ["a child's name in the title"] if any(name in markup.title for name in world.names_of_children) else []
    found += ["no title"] if not markup.title.strip() else []
    found += ["a style attribute"] if markup.styled else []
    return [*found, *(f"the id {name} twice" for name in markup.twice)]


def test_every_page_can_be_used_on_a_narrow_screen(page: Page) -> None:
    world = busy_school()
    # Sent once, not again to each page: it is half a megabyte.
    page.add_init_script(AXE)
    look = Look(page, NARROW)
    opened = {role: look.by(role, world) for role in EVERY_DAY}
    assert min(opened.values()) > 4
    # None is left out that is a page of its own.
    assert look.shown >= max(opened.values())
    assert not look.troubles, "\n".join(look.troubles)


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
