"""Which pages can a person open? Those that links lead to, one for each kind of address, beginning at home."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

# Following these would end the visit, or is no page.
NOT_FOLLOWED = frozenset({"health", "account_logout"})


@dataclass(frozen=True)
class Visited:
    """One page of a visit: the name of its view, its address, its links' addresses."""

    name: str
    path: str


def visit_everything(page: Page, start: str = "/") -> Iterator[Visited]:
    """Open each kind of page that this person's links lead to. The page is open while its `Visited` is in hand."""
    waiting, seen = deque([start]), set[str]()
    while waiting:
        path = waiting.popleft()
        name = _kind(path)
        if name is None or name in seen:
            continue
        seen.add(name)
        answer = page.goto(path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield Visited(name, path)
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        waiting.extend(urlsplit(link).path for link in links if urlsplit(link).netloc == urlsplit(page.url).netloc)


def _kind(path: str) -> str | None:
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return None if name in NOT_FOLLOWED or not name else name
