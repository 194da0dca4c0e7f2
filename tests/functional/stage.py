"""What does a test ask of one script: a page with the script alone, and a server that answers what the test says?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from playwright.sync_api import Page, Route

from tests.architecture.source import ROOT

ADDRESS = "https://harbour.test"


def browser_token(value: str, address: str = ADDRESS) -> list[Any]:
    """The cookie of the token as Harbour sets it there; over https another host of the school has set one beside it."""
    if not address.startswith("https"):
        return [{"name": "csrftoken", "value": value, "url": address}]
    return [
        {"name": "csrftoken", "value": "of another host", "url": address},
        {"name": "__Host-csrftoken", "value": value, "url": address, "secure": True},
    ]


@dataclass
class Stage:
    """A page with one script, and what it asked its server: `asked` holds path, fields and token of each request."""

    page: Page
    asked: list[tuple[str, dict[str, list[str]], str | None]] = field(default_factory=list)
    answer: Callable[[Route], None] = lambda route: route.fulfill(status=204)
    address: str = ADDRESS

    def show(self, script: str, body: str) -> None:
        self.page.clock.install()
        self.page.context.add_cookies(browser_token("fresh", self.address))
        self.page.route(f"{self.address}/**", self._serve)
        self.html = (
            f'<!doctype html><title>Today</title><script type="module" src="/js/{script}"></script><main>{body}</main>'
        )
        self.page.goto(f"{self.address}/")

    def later(self, seconds: int) -> None:
        self.page.clock.run_for(seconds * 1000)

    def _serve(self, route: Route) -> None:
        request = route.request
        path = request.url.removeprefix(self.address)
        if path.startswith("/js/"):
            route.fulfill(path=ROOT / "static" / path.removeprefix("/"), content_type="text/javascript")
        elif request.is_navigation_request():
            if request.method == "POST":
                self.asked.append((path, parse_qs(request.post_data or ""), None))
            route.fulfill(body=self.html, content_type="text/html")
        else:
            self.asked.append((path, parse_qs(request.post_data or ""), request.headers.get("x-csrftoken")))
            self.answer(route)


# What the scripts have to do, by what they do it for.
CASES: dict[str, list[Callable[[Stage], None]]] = {}


def case(area: str, *answers: Callable[[Route], None]) -> Callable[[Any], Any]:
    """One of them; it is given what the server answers, where an answer is named."""

    def keep(does: Any) -> Any:
        CASES.setdefault(area, []).append(partial(does, answer=answers[0]) if answers else does)
        return does

    return keep
