"""Every page, for every role that can open it: nothing that axe finds, nothing too wide, no child's name in the
title.

Four roles of a busy week open every page that links lead to, and the browser is shown each page once, as the first of
them saw it. Then four of the practice school open what that week has not: the record of each state that has a page, and
what links lead to from there. `make soak` has every role, and shows all of their pages
(`tests/soak/test_every_page.py`).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

from django.db import connections
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.records import records
from safeguarding.sealing import ring
from tests.browser import Prepared
from tests.functional.crawl import Markup, Visited, send_empty, visit_everything
from tests.functional.steps import give_session
from tests.functional.world import World, busy_school
from tests.postgres import Databases
from tests.practice_school import practice_school

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Who opens most comes first: the others' pages are often a part of theirs.
EVERY_DAY = ["lead", "office", "chair", "teacher"]
ROLES = [*EVERY_DAY, "headteacher", "pastoral", "deputy", "assistant"]
PRACTICE = ["lead", "headteacher", "office", "deputy_lead"]
WIDE, NARROW = 1366, 320

# Scripts that hide what is not asked for.
HIDING = ("reveal", "guidance", "narrow")
# Buttons that are pressed where nobody has typed anything, by the page that they stand on: it says what is missing.
EMPTY = {
    "cover": ("Record days away",),
    "school_settings": ("Add term", "Add day closed"),
    "hold_child": ("Set the hold",),
    "concern": ("Save decision", "Save note"),
    "log_concern": ("Send to safeguarding leads",),
    "imports": ("Read this file",),
    "training_file": ("Read this file",),
    "record_referral": ("Save referral",),
    "take_police_notice": ("Send to safeguarding leads",),
    "request_hand_in": ("Hand it in",),
}


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule, and the first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    # What passes is not described nor sent, no element gets a selector, and style sheets are not fetched once more.
    how = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False, "selectors": False}
    found = page.evaluate("async how => (await axe.run(document, how)).violations", how)
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]


def too_wide(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")  # type: ignore[no-any-return]


class Look:
    """A browser that is shown what roles were answered, at one width, and what was wrong with it."""

    def __init__(self, page: Page, prepared: Prepared, width: int, *, once: bool = True) -> None:
        page.set_viewport_size({"width": width, "height": 768})
        self.page, self.prepared, self.width, self.once = page, prepared, width, once
        self.troubles, self.shown = list[str](), 0
        self._known = set[str]()
        self._paths = set[str]()
        self.left = {(kind, button) for kind, buttons in EMPTY.items() for button in buttons}

    def by(self, role: str, world: World) -> int:
        """Everything that one role of the busy week can open. Returns how many pages."""
        client = give_session(self.page, world.chair if role == "chair" else getattr(world.cast, role))
        return self._everything(role, client, visit_everything(client), world.names_of_children)

    def of_practice(self, role: str, school: School, seen: set[str]) -> int:
        """What one role of the practice school can open and nobody before: those kinds are in `seen`."""
        user = User.objects.filter(assignments__school=school, assignments__role_key=role).order_by("pk")[0]
        names = [f"{child.forename} {child.surname}" for child in Child.objects.filter(school=school)]
        client = give_session(self.page, user)
        pages = self._everything(role, client, visit_everything(client, seen=seen), names)
        for called, address in _states(seen):
            if address not in self._paths and client.get(address).status_code == 200:
                seen.add(called)
                visits = visit_everything(client, address, seen)
                first = replace(next(visits), name=called)
                pages += self._everything(role, client, chain([first], visits), names)
        return pages

    def _everything(self, role: str, client: Client, visits: Iterable[Visited], names: list[str]) -> int:
        pages = 0
        for visited in visits:
            pages += 1
            markup = Markup(visited.content)
            self.troubles += [f"{visited.name} for {role}: {fault}" for fault in plain_faults(markup, names)]
            self._show(visited, role)
            for kind, button in sorted(self.left):
                if kind == visited.name and any(button in form.buttons for form in markup.forms):
                    self.left.remove((kind, button))
                    told = send_empty(client, visited, button)
                    self._show(told, role)
                    if "data-error-summary" not in told.content:
                        self.troubles.append(f"{told.name} for {role} says nothing of what is missing")
        return pages

    def _show(self, visited: Visited, role: str) -> None:
        """The answer as it came, at its own address: scripts, styles and what it fetches come from the server. Where a
        script hides a part, without that script as well.
        """
        if self.once and visited.name in self._known:
            return
        self._known.add(visited.name)
        self._paths.add(visited.path)
        self._open(visited)
        self.shown += 1
        self._ask(f"{visited.name} for {role} at {self.width}")
        if any(f"/js/{script}." in visited.content for script in HIDING):
            for script in HIDING:
                self.page.route(f"**/js/{script}.*", lambda route: route.abort())
            self._open(visited)
            self._ask(f"{visited.name} for {role} at {self.width} without scripts")
            for script in HIDING:
                self.page.unroute(f"**/js/{script}.*")

    def _open(self, visited: Visited) -> None:
        self.prepared[visited.path] = visited.headers, visited.content.encode()
        self.page.goto(visited.path)

    def _ask(self, about: str) -> None:
        found = faults(self.page)
        if (over := too_wide(self.page)) > 0:
            found.append(f"{over} pixels too wide")
        if self.page.locator("[style]").count():
            found.append("a style attribute")
        self.troubles += [f"{about}: {fault}" for fault in found]


def _states(seen: set[str]) -> list[tuple[str, str]]:
    """A record of every kind that has a page, of each of its states where it has some: its name, and where it is."""
    found = {}
    for record in (one for one in records() if one.page):
        has_states = any(field.name == "status" for field in record.model._meta.concrete_fields)
        rows = record.model._base_manager.order_by("pk").values_list("pk", "status" if has_states else "pk")
        for key, state in rows:
            called = f"{record.page}, {state}" if has_states else record.page
            found.setdefault(called, reverse(record.page, args=[key]))
    return [(called, address) for called, address in found.items() if called not in seen]


@contextmanager
def only_practice(databases: Databases) -> Iterator[School]:
    """The practice school, in place of what the test laid before."""
    connections.close_all()
    databases.reset()
    ring.forget()
    with practice_school(databases) as school:
        yield school


def plain_faults(markup: Markup, names: list[str]) -> list[str]:
    """What can be seen of a page without a browser."""
    found = ["a child's name in the title"] if any(name in markup.title for name in names) else []
    found += ["no title"] if not markup.title.strip() else []
    found += ["a style attribute"] if markup.styled else []
    return [*found, *(f"the id {name} twice" for name in markup.twice)]


def test_every_page_can_be_used_on_a_narrow_screen(page: Page, prepared: Prepared, databases: Databases) -> None:
    world = busy_school()
    # Sent once, not again to each page: it is half a megabyte.
    page.add_init_script(AXE)
    look = Look(page, prepared, NARROW)
    opened = {role: look.by(role, world) for role in EVERY_DAY}
    assert min(opened.values()) > 4
    # None is left out that is a page of its own.
    assert look.shown >= max(opened.values())
    with only_practice(databases) as school:
        seen = set[str]()
        assert all(look.of_practice(role, school, seen) for role in PRACTICE)
    assert not look.troubles, "\n".join(look.troubles)
    assert not look.left, "no page has this button"


def test_the_page_before_signing_in_too_and_axe_finds_a_fault_that_is_there(page: Page) -> None:
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 768})
        page.goto("/")
        assert faults(page) == []
        assert too_wide(page) <= 0
    page.evaluate("document.querySelector('label').remove()")
    assert any(fault.startswith("label") for fault in faults(page))
