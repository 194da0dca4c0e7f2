"""Which pages can a person open? Those that links lead to, one for each kind of address, beginning at home."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

# Following these would end the visit, or is no page.
NOT_FOLLOWED = frozenset({"health", "account_logout"})


@dataclass(frozen=True)
class Visited:
    """One page of a visit: the name of its view, its address, and the answer."""

    name: str
    path: str
    content: str
    headers: dict[str, str]


class Markup(HTMLParser):
    """What is asked of a page as it was sent: its title, where its links lead."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.title, self.links, self.styled, self._in_title = "", list[str](), False, False
        self._ids = Counter[str]()
        self.feed(content)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self._in_title = tag == "title"
        self.styled |= "style" in given
        self._ids.update([given["id"] or ""] if "id" in given and given.get("type") != "hidden" else [])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")

    @property
    def twice(self) -> list[str]:
        """Which names of elements stand there more than once."""
        return [name for name, times in self._ids.items() if times > 1]

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


def visit_everything(client: Client, start: str = "/") -> Iterator[Visited]:
    """Open each kind of page that this person's links lead to."""
    waiting, seen = deque([start]), set[str]()
    while waiting:
        path = waiting.popleft()
        name = _kind(path)
        if name is None or name in seen:
            continue
        seen.add(name)
        answer = client.get(path, HTTP_HOST="localhost", follow=True)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        at = answer.request["PATH_INFO"]
        assert answer.status_code < 500, path
        visited = Visited(name, at, answer.content.decode(), dict(answer.headers))
        yield visited
        links = (urlsplit(urljoin(f"//localhost{at}", link)) for link in Markup(visited.content).links)
        waiting.extend(link.path for link in links if link.netloc == "localhost" and link.scheme in ("", "http"))


def _kind(path: str) -> str | None:
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return None if name in NOT_FOLLOWED or not name else name
