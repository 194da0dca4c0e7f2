"""What does the page say of a form that is sent while the database is away?

Every word that was typed, and a button that sends all of it again; nothing of a form that takes a password or a code.
Each form is asked once, with words in whatever can be typed into.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from html import unescape
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

from django.db import OperationalError, connections
from django.test import Client
from django.urls import resolve

from safeguarding.concerns import tokens
from safeguarding.keys import uuid7
from safeguarding.sealing.models import KEYS
from safeguarding.unsaved import AUTHOR, signed_author
from tests.matrix.asking import Matrix
from tests.matrix.filling import Control, PageForm, Sent, forms_of
from tests.matrix.world import World

WORDS = "Cold <b>hands</b> at the gate & 'home' again"
TYPED = ("text", "search", "email", "tel", "time", "number", "textarea", "password")
# Into these a password or a code goes, or a passkey.
SECRETS = {
    "code": {"mfa_authenticate", "mfa_activate_totp"},
    "first": {"take_reset"},
    "second": {"take_reset"},
    "credential": {"mfa_authenticate", "mfa_add_webauthn"},
    "words": {"received_files"},
}
# It says so in a sentence to the script that asked, and the page of the form stays as it is.
TO_A_SCRIPT = "log_autosave"
# What is typed into a form that no page of this world shows, and whose words wait by the key of their page.
BOXES = {
    "close_concern": "reason",
    "duty": "reason",
    "duty_aside": "why",
    "in_error_answer": "reason",
    "meeting_into_plans": "",
    "name_adult": "",
    TO_A_SCRIPT: "facts",
}


@dataclass
class Away:
    """Which pages were sent a form, and what is wrong with what they said."""

    pages: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    _asked: set[tuple[str, ...]] = field(default_factory=set)

    def look(self, client: Client, forms: list[PageForm], here: str) -> None:
        """Send each of these forms that was not sent yet."""
        for form in forms:
            name = _page_of(form, here)
            if (kind := (name, *sorted(form.controls))) not in self._asked:
                self._asked.add(kind)
                self.ask(client, name, form, here)

    def look_at_the_rest(self, matrix: Matrix) -> None:
        """Send a form with a text, and whose it is, to every page that takes one and was sent none."""
        for cell in matrix.policy.cells(matrix.world.keys):
            is_closed = matrix.policy.pages[cell.page]["POST"] == "closed"
            if (cell.method, cell.person) == ("POST", "lead") and not is_closed and cell.page not in self.pages:
                form = PageForm(matrix.address(cell), "post", _text_of(matrix.world, cell.page))
                self.ask(matrix.browser("lead"), cell.page, form, "/")

    def ask(self, client: Client, name: str, form: PageForm, here: str) -> None:
        self.pages.add(name)
        words = _typed_into(form := deepcopy(form))
        answer = _sent(client, form, here)
        self.wrong += [f"{name}: {problem}" for problem in _problems(name, answer, words, form)]


def is_secret(name: str, form: PageForm) -> bool:
    """Whether it takes a password or a code."""
    controls = form.controls.items()
    return any(
        one.kind == "password" or key.startswith("factor_") or name in SECRETS.get(key, ()) for key, one in controls
    )


def kept(client: Client, form: PageForm, here: str) -> PageForm:
    """The form on the page that says that nothing was saved; files are chosen again."""
    answer = _sent(client, form, here)
    [again] = forms_of(answer.content.decode())
    again.controls |= {name: one for name, one in form.controls.items() if one.kind == "file"}
    return again


@contextmanager
def database_away() -> Iterator[None]:
    """Nothing that is asked of either database is answered."""

    def gone(*asked: Any) -> NoReturn:
        raise OperationalError("connection refused")

    # Each would be logged with its places.
    logging.disable(logging.CRITICAL)
    try:
        with connections["default"].execute_wrapper(gone), connections[KEYS].execute_wrapper(gone):
            yield
    finally:
        logging.disable(logging.NOTSET)


def _sent(client: Client, form: PageForm, here: str) -> Any:
    with database_away():
        return client.post(urljoin(here, form.action), form.sent())


def _problems(name: str, answer: Any, words: list[str], form: PageForm) -> Iterator[str]:
    page = answer.content.decode()
    if answer.status_code != 503 or answer.headers["Cache-Control"] != "no-store":
        yield f"answers {answer.status_code}, {answer.headers['Cache-Control']}"
    if name == TO_A_SCRIPT:
        yield from () if "Keep this page open" in page else ["does not say that the page has to stay open"]
        return
    if is_secret(name, form):
        yield from (f"shows {word}" for word in words if word in unescape(page))
        return
    read = unescape(re.sub(r"<input[^>]*>", "", page))
    yield from (f"does not show {word}" for word in words if word not in read)
    if WORDS in page:
        yield "shows words as they came"
    [again] = forms_of(page) or [PageForm("", "")]
    lost = {name for name, value in _said(form).items() if value != _said(again).get(name)}
    if lost:
        yield f"would not send again {', '.join(sorted(lost))}"


def _said(form: PageForm) -> Sent:
    """What a form sends, less the browser's token, files and buttons."""
    form = deepcopy(form)
    form.buttons = []
    files = {name for name, one in form.controls.items() if one.kind == "file"}
    return {name: said for name, said in form.sent().items() if name not in files and "csrf" not in name}


def _text_of(world: World, page: str) -> dict[str, Control]:
    """A form with one text, whose it is, and the key of its page."""
    lead = world.people["lead"]
    controls = {
        AUTHOR: Control("hidden", [signed_author(lead.pk)]),
        "key": Control("hidden", [tokens.issue(lead, uuid7(), school_id=world.here.pk)]),
    }
    return controls | ({box: Control("textarea")} if (box := BOXES.get(page, "text")) else {})


def _typed_into(form: PageForm) -> list[str]:
    """Put words into everything into which somebody can type; return them."""
    boxes = {name: one for name, one in form.controls.items() if one.kind in TYPED}
    for number, control in enumerate(boxes.values()):
        control.values = [f"{WORDS} {number}"]
    return [str(one.values[0]) for one in boxes.values()]


def _page_of(form: PageForm, here: str) -> str:
    return resolve(urlsplit(urljoin(here, form.action)).path).view_name
