"""Which pages can a person open? Those that links lead to, one for each kind of address, beginning at home; and what a
form says that is sent without a word in it.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
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


@dataclass
class Form:
    """A form that is posted: where to, what it sends unseen, its buttons by their words, and what each sends."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)


class Markup(HTMLParser):
    """What is asked of a page as it was sent: its title, where its links lead, what its forms send."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.title, self.links, self.styled, self._in_title = "", list[str](), False, False
        self.forms = list[Form]()
        self._form: Form | None = None
        self._button: tuple[str, dict[str, str]] | None = None
        self._ids = Counter[str]()
        self.feed(content)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self._in_title = tag == "title"
        self.styled |= "style" in given
        self._ids.update([given["id"] or ""] if "id" in given and given.get("type") != "hidden" else [])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag == "form":
            self._form = Form(given.get("action") or "") if given.get("method") == "post" else None
            self.forms += [self._form] if self._form else []
        if self._form and tag == "input" and given.get("type") == "hidden":
            self._form.fields[given.get("name") or ""] = given.get("value") or ""
        if self._form and tag == "button":
            self._button = "", {given["name"] or "": given.get("value") or ""} if "name" in given else {}

    @property
    def twice(self) -> list[str]:
        """Which names of elements stand there more than once."""
        return [name for name, times in self._ids.items() if times > 1]

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if self._form and self._button and tag == "button":
            self._form.buttons[" ".join(self._button[0].split())] = self._button[1]
            self._button = None
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        if self._button:
            self._button = self._button[0] + data, self._button[1]


def visit_everything(client: Client, start: str = "/", seen: set[str] | None = None) -> Iterator[Visited]:
    """Open each kind of page that this person's links lead to, `start` first, but for the kinds in `seen`. What is
    opened is put there.
    """
    waiting, seen = deque([start]), set[str]() if seen is None else seen
    seen.discard(_kind(start) or "")
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


def send_empty(client: Client, visited: Visited, button: str) -> Visited:
    """Press a button of a page on which nobody has typed anything."""
    form = next(one for one in Markup(visited.content).forms if button in one.buttons)
    path = urljoin(visited.path, form.action)
    answer = client.post(path, form.fields | form.buttons[button], HTTP_HOST="localhost")
    return Visited(f"{visited.name}, {button}", path, answer.content.decode(), dict(answer.headers))


def _kind(path: str) -> str | None:
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return None if name in NOT_FOLLOWED or not name else name
