"""How is one cell of the matrix asked, and what must be true of its answer?

Every cell is a request in a transaction that is taken back. Of an answer is checked: its status, that it holds no
canary that the policy does not allow and, where a record is shown, one that it does; that a refusal wrote nothing but
its event, and has one; that what is not there answers in the words of a number that was never issued; and that a page
that is shown asks the database no more often than its line says.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from tests.matrix.bodies import body_of
from tests.matrix.policy import RECORDED, REFUSALS, SIGNED_OUT, Cell, Policy, kinds_of
from tests.matrix.queries import counted, too_many
from tests.matrix.world import World
from tests.pdfs import Printed

NEVER_ISSUED = UUID("01900000-0000-7000-8000-00000000dead")
STATUSES = {
    "shown": {200},
    "onwards": {302, 303},
    "taken": {200, 302, 303, 409, 422},
    "refused": {403, 409},
    "damaged": {422},
    "own": {200, 204, 302, 303, 400, 403, 404, 405, 409, 422},
    "not_there": {404},
    "not_allowed": {403},
    "closed": {405},
    "sign_in": {302, 303},
}
# What keeps a browser from giving an answer to anybody else.
HEADERS = {
    "Cache-Control",
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Robots-Tag",
}
# What every request may write: what happened, the session, and that a notice was opened.
ALWAYS = frozenset({"audit_event", "django_session"})
_MASKED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # keys
    r"|csrfmiddlewaretoken\" value=\"[^\"]*|name=\"key\" value=\"[^\"]*"
)
# Every table; how many rows of each this process has written lately, where what was taken back counts too; and the
# refusals of one person. Asked table by table: the view of these numbers joins the whole catalogue each time.
_TABLES = """
SELECT array_agg(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
_STATE = """
SELECT (SELECT jsonb_object_agg(oid::regclass, written)
        FROM (SELECT oid, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                     + pg_stat_get_xact_tuples_deleted(oid) AS written
              FROM unnest(%s::oid[]) AS oid) AS tables WHERE written > 0),
       (SELECT count(*) FROM audit_event WHERE actor_id = %s AND verb = 'deny')
"""


@dataclass
class Matrix:
    """The world, the policy, and a browser for each person: signed in once, before anything is asked."""

    world: World
    policy: Policy
    browsers: dict[str, Client] = field(default_factory=dict)
    _sessions: dict[str, str] = field(default_factory=dict)
    _words: dict[tuple[str, ...], str] = field(default_factory=dict)
    _tables: list[int] = field(default_factory=list)
    # Whether answers have the frame of every page around them, which is each person's own.
    _framed: bool = True

    def __post_init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            self._tables = cursor.fetchone()[0]
        for person in self.policy.people:
            client = Client(raise_request_exception=False)
            if person == "leaver":
                user = self.world.people[person]
                user.is_active = True
                client.force_login(user)
            elif person != "public":
                client.force_login(self.world.people[person])
            self.browsers[person] = client
            self._sessions[person] = client.cookies[settings.SESSION_COOKIE_NAME].value if client.cookies else ""

    def forget(self) -> None:
        """What was remembered of earlier answers: they were those of another Harbour (`tests/mutants`)."""
        self._words = {}

    def cells(self) -> list[Cell]:
        """Every cell, or those of the pages named in `MATRIX_PAGES`."""
        only = [name for name in os.environ.get("MATRIX_PAGES", "").split(",") if name]
        return [cell for cell in self.policy.cells(self.world.keys) if not only or cell.page in only]

    def wrong(self, cells: Iterable[Cell]) -> str:
        """A line for each cell that is not answered as the policy says."""
        return "\n".join(f"{cell}: {problem}" for cell in cells for problem in self.ask(cell))

    def ask(self, cell: Cell) -> list[str]:
        """Everything that is wrong with the answer to one cell."""
        expected = self.policy.expected(cell)
        with taken_back():
            before = self._state(cell)[0] if self._may_not_write(cell, expected) else {}
            with counted() as asked:
                response, sent = self.send(cell)
            after, denials = self._state(cell)
            found = [
                *self._status(response, expected),
                *self._canaries(cell, response, expected, sent),
                *self._writes(cell, expected, before, after),
            ]
            if expected in RECORDED and cell.person not in SIGNED_OUT and not denials:
                found.append("the refusal left no event")
        if self.policy.is_hidden(cell) and not found:
            found += self._unlike_never_issued(cell, response)
        if expected == "shown" and self._framed:
            found += self._queries(cell, asked)
        if self.policy.is_not_yet(cell):
            return [] if found or expected in REFUSALS else ["answers as it should: take its line out of not_yet"]
        return found

    def wrong_by(self, method: str, cells: Iterable[Cell]) -> str:
        """A line for each GET cell that answers to another method (HEAD, PUT, …) with anything but the same, or 405."""
        found = []
        for cell in cells:
            expected = self.policy.expected(cell)
            with taken_back():
                before = self._state(cell)[0]
                response, sent = self.send(cell, method)
                after = self._state(cell)[0]
                problems = [] if response.status_code == 405 else self._status(response, expected)
                if method != "HEAD" or expected in REFUSALS:
                    problems += self._canaries(
                        cell, response, "onwards" if response.status_code == 405 else expected, sent
                    )
                found += [
                    f"{method} for {cell}: {p}" for p in [*problems, *self._writes(cell, expected, before, after)]
                ]
        return "\n".join(found)

    @contextmanager
    def without_frames(self) -> Iterator[None]:
        """A refusal answers in its own words alone, and nobody counts what a page asks: it is not whole."""
        self._framed = False
        try:
            with refusals_without_frame():
                yield
        finally:
            self._framed = True

    # --- the request

    def _key(self, cell: Cell) -> list[Any]:
        """What fills the address of the page for this record; the words of a search fill none."""
        return [self.world.keys[cell.record][kind] for kind in kinds_of(self.policy.pages[cell.page])]

    def address(self, cell: Cell, keys: list[Any] | None = None) -> str:
        """Of the page of a cell, for its record or for other `keys`."""
        keys = self._key(cell) if keys is None else keys
        return reverse(cell.page, args=[key for key in keys if isinstance(key, UUID)])

    def send(self, cell: Cell, method: str = "", keys: list[Any] | None = None) -> tuple[Any, str]:
        """The answer, and what was sent in its body. `method` is another than that of the cell, `keys` others than
        those of its record.
        """
        address = self.address(cell, keys)
        client, body = self.browser(cell.person), {}
        if cell.method == "POST":
            body = body_of(cell.page, self.world, cell.person, cell.record)
            response = client.post(address, body)
        else:
            response = getattr(client, (method or cell.method).lower())(address)
        return response, str(body)

    def browser(self, person: str) -> Client:
        """As it was after signing in: whatever an answer has set since is forgotten, as what it did is."""
        client = self.browsers[person]
        client.cookies.clear()
        if session := self._sessions[person]:
            client.cookies[settings.SESSION_COOKIE_NAME] = session
        return client

    # --- what must be true of the answer

    def _status(self, response: Any, expected: str) -> list[str]:
        if missing := HEADERS - response.headers.keys():
            return [f"answers without {', '.join(sorted(missing))}"]
        to_sign_in = response.headers.get("Location", "").startswith(_sign_in_page())
        astray = expected != "own" and to_sign_in != (expected == "sign_in")
        if response.status_code not in STATUSES[expected] or astray:
            place = f" to {response.headers['Location']}" if "Location" in response.headers else ""
            return [f"expected {expected}, got {response.status_code}{place}"]
        return []

    def _canaries(self, cell: Cell, response: Any, expected: str, sent: str) -> list[str]:
        planted = self.world.planted
        text = text_of(response)
        found = planted.found_in(text) - planted.found_in(sent)
        strange = sorted(
            {f"{r}.{p}" for w in found if not self.policy.allows(cell, planted.places[w]) for r, p in planted.places[w]}
            if expected not in REFUSALS
            else {f"{r}.{p}" for w in found for r, p in planted.places[w]}
        )
        if strange:
            return [f"shows what it must not: {', '.join(strange)}"]
        needs = self.policy.pages[cell.page].get("needs")
        may_be_empty = self.policy.pages[cell.page].get("may_be_empty", False)
        if expected != "shown" or not cell.record or may_be_empty or needs not in self.policy.shows(cell):
            return []
        own = ((cell.record, part) in planted.places[word] for word in found for part in self.policy.shows(cell))
        return [] if any(own) else [f"shows nothing of the record {cell.record}"]

    def _writes(self, cell: Cell, expected: str, before: dict[str, int], after: dict[str, int]) -> list[str]:
        if not self._may_not_write(cell, expected):
            return []
        allowed = set(ALWAYS)
        if not _refuses(expected):
            allowed |= {"accounts_notice", *self.policy.pages[cell.page].get("writes", ())}
        strange = sorted(
            name for name, number in after.items() if number != before.get(name, 0) and name not in allowed
        )
        return [f"wrote to {', '.join(strange)}"] if strange else []

    def _may_not_write(self, cell: Cell, expected: str) -> bool:
        """Whether the answer says that nothing was done: a refusal, or a page that is read."""
        return _refuses(expected) or (cell.method == "GET" and expected != "own")

    def _unlike_never_issued(self, cell: Cell, response: Any) -> list[str]:
        """The same page must read alike for a number that was never issued.

        Without a frame all people read the same words, so one of them is asked.
        """
        asked = (cell.page, cell.method, cell.person if self._framed else "")
        if asked not in self._words:
            with taken_back():
                never, _ = self.send(cell, keys=[NEVER_ISSUED for _ in self._key(cell)])
                self._words[asked] = f"{never.status_code} {masked(never)}"
        same = f"{response.status_code} {masked(response)}" == self._words[asked]
        return [] if same else ["answers in other words than for a number that was never issued"]

    def _queries(self, cell: Cell, asked: Counter[str]) -> list[str]:
        """A page that asks more than its line is asked again before it is told: what a process reads once and keeps,
        such as Harbour's kinds of concern, is at hand then, whichever page was the first.
        """
        most = self.policy.queries(cell.page)
        if too_many(asked, most):
            with taken_back(), counted() as asked:
                self.send(cell)
        told = too_many(asked, most)
        return [told] if told else []

    def _state(self, cell: Cell) -> tuple[dict[str, int], int]:
        """Rows written so far, by table; and the events of the person's being refused in this cell."""
        person = self.world.people.get(cell.person)
        with connection.cursor() as cursor:
            cursor.execute(_STATE, [self._tables, person and person.pk])
            written, denials = cursor.fetchone()
        return json.loads(written) if isinstance(written, str) else written or {}, int(denials)


@contextmanager
def refusals_without_frame() -> Iterator[None]:
    """A refusal answers in its own words alone: the frame around them is that of every page, and most of its time."""

    def words(request: HttpRequest, template: str, said: dict[str, Any], status: int) -> HttpResponse:
        return HttpResponse(f"{said['title']}. {said['sentence']}", status=status)

    with patch("safeguarding.views.render", words):
        yield


@contextmanager
def same_cookies(client: Client) -> Iterator[Client]:
    """The cookies of `client` are afterwards what they were: an answer that is taken back sets none."""
    kept = {name: cookie.value for name, cookie in client.cookies.items()}
    try:
        yield client
    finally:
        client.cookies.clear()
        for name, value in kept.items():
            client.cookies[name] = value


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside is not there afterwards: a transaction, or a part of the one around it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _refuses(expected: str) -> bool:
    return expected in REFUSALS or expected == "refused"


def _sign_in_page() -> str:
    return reverse(settings.LOGIN_URL)


def text_of(response: Any) -> str:
    """Everything that an answer says: headers, its body, the text of a PDF."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    headers = unquote("\n".join(f"{name}: {value}" for name, value in response.headers.items()))
    is_pdf = response.headers.get("Content-Type", "").startswith("application/pdf")
    return f"{headers}\n{Printed(content).text if is_pdf else content.decode(errors='replace')}"


def masked(response: Any) -> str:
    return _MASKED.sub("…", response.content.decode())


def pairwise(cells: Iterable[Cell]) -> list[Cell]:
    """A few of many cells, the same in every run: every pair of a page and method with a person, of a page and method
    with a record, and of a person with a record is in at least one of them, as far as `cells` have it."""
    chosen, covered, ordered = [], set[tuple[str, ...]](), sorted(cells, key=in_disorder)
    # What brings several pairs comes first: fewer cells are needed.
    for at_least in (3, 2, 1):
        for cell in ordered:
            page = f"{cell.method} {cell.page}"
            pairs = {(page, cell.person), (page, "of", cell.record), (cell.person, "of", cell.record)}
            if len(pairs - covered) >= at_least:
                covered |= pairs
                chosen.append(cell)
    return chosen


def a_few(cells: Iterable[Cell], people: int) -> list[Cell]:
    """Of each page and method one cell of so many people at most, the same in every run."""
    chosen: dict[tuple[str, str], dict[str, Cell]] = {}
    for cell in sorted(cells, key=in_disorder):
        of_page = chosen.setdefault((cell.page, cell.method), {})
        if len(of_page) < people:
            of_page.setdefault(cell.person, cell)
    return [cell for of_page in chosen.values() for cell in of_page.values()]


def in_disorder(cell: Cell) -> bytes:
    """An order in which neighbours are of other pages, people and records; the same in every run."""
    return sha256(str(cell).encode()).digest()
