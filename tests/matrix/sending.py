"""What happens when a form of a page is filled in, and sent twice? Asked of the world of the matrix, and taken back.

A form is filled in as a person does it: first what it asks for, then what its errors name. What cannot be known from a
form is a line of `forms.py`. Of the second press is checked that it answers as the first did, and that no row and no
event is there or changed which the first had not made; that somebody has looked may be written again. Between the two
presses the database is away, and the second is that of the page that says so (`away.py`).
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urljoin, urlsplit

import time_machine
from django import forms
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import get_resolver, resolve

from tests.matrix.asking import ALWAYS, Matrix, taken_back
from tests.matrix.away import Away, is_secret, kept
from tests.matrix.filling import DAY, Control, PageForm, forms_of
from tests.matrix.forms import AS_WELL, OTHERWISE, Way, line_of
from tests.matrix.ground import NOW, TODAY
from tests.matrix.policy import REFUSALS, Cell

# What is in several forms of one page, and says which of them was sent.
DEEDS = ("deed", "do", "form", "move")
# That somebody has looked at a record, or Harbour at the machine; and until when somebody was seen.
LOOKED = {"event view", "event list", "event verify", "self_check_checkresult", "usersessions_usersession"}
_WRITTEN = """
SELECT relid::regclass::text, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE schemaname = 'public' AND n_tup_ins + n_tup_upd + n_tup_del > 0
"""
_BOX = re.compile(rf"_({'|'.join(DAY)})$")


@dataclass
class Sent:
    """What was sent: the forms by their names, the classes of which one was taken, and what is wrong."""

    names: set[str] = field(default_factory=set)
    classes: set[type[forms.BaseForm]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    away: Away = field(default_factory=Away)


def ways(matrix: Matrix) -> Iterator[Way]:
    """Each page that is shown, as somebody sees it who may also send its forms; and the ways of the table."""
    policy, shown = matrix.policy, dict[str, list[Cell]]()
    for cell in policy.cells(matrix.world.keys):
        if cell.method == "GET" and policy.expected(cell) == "shown":
            shown.setdefault(cell.page, []).append(cell)

    def rank(cell: Cell) -> tuple[bool, bool]:
        sent = policy.expected(Cell(cell.page, "POST", cell.person, cell.record))
        return sent in REFUSALS - {"closed"}, cell.person != "lead"

    for page, cells in shown.items():
        first = min(cells, key=rank)
        yield Way(page, first.person, first.record)
    yield from AS_WELL


def send_all(matrix: Matrix, asked: Iterable[Way]) -> Sent:
    """Each form with a token that these ways lead to, sent twice."""
    sent = Sent()
    for way in asked:
        with taken_back():
            page = _open(matrix, way)
            sent.away.look(matrix.browser(way.person), page.forms, page.here)
            for form in filter(token_of, page.forms):
                if way.button:
                    form.put(dict([way.button]))
                if not way.form or name_of(form, page.here) == way.form:
                    _send(matrix, page, form, sent)
    return sent


@dataclass
class Page:
    """A page as somebody has it before them: the forms that stand there, and those with a token it was made with."""

    way: Way
    here: str
    forms: list[PageForm]
    made: list[forms.BaseForm]


def _open(matrix: Matrix, way: Way) -> Page:
    key = way.before and way.before(matrix.world)
    for name in way.after:
        page = _look(matrix, way, key)
        [form] = [one for one in page.forms if name_of(one, page.here) == name]
        first = _until_taken(matrix, page, form)
        assert first.is_taken, f"{name} before {way.form}: {first}"
    return _look(matrix, way, key)


def _look(matrix: Matrix, way: Way, key: Any) -> Page:
    with forms_made() as made:
        keys = list(key) if isinstance(key, tuple) else [key] if key else None
        page, _ = matrix.send(Cell(way.page, "GET", way.person, way.record), keys=keys)
        here = page.request["PATH_INFO"] + way.query
        if way.query or way.sent:
            made.clear()
            form = PageForm("", "post")
            if way.sent:
                form.controls = {name: Control("file", [value]) for name, value in way.sent().items()}
            client = matrix.browser(way.person)
            page = client.post(here, form.sent()) if way.sent else client.get(here)
    is_page = page.headers.get("Content-Type", "").startswith("text/html")
    shown = forms_of(page.content.decode()) if is_page else []
    return Page(way, here, shown, made)


def _send(matrix: Matrix, page: Page, form: PageForm, sent: Sent) -> None:
    name = name_of(form, page.here)
    sent.names.add(name)
    with taken_back():
        first = _until_taken(matrix, page, form)
        if first.is_taken:
            sent.classes |= {type(one) for one in first.bound}
            wrong = list(_again(matrix.browser(page.way.person), form, page.here, first))
        else:
            wrong = [f"was not taken, its line in tests/matrix/forms.py is missing: {first}"]
    sent.wrong += [f"{name} ({page.way}): {problem}" for problem in wrong]


def _until_taken(matrix: Matrix, page: Page, form: PageForm) -> "Press":
    """The press that was taken, or the last one: what the errors of one name, is filled in before the next."""
    form.put(line_of(matrix.world, page.way, name_of(form, page.here)))
    form.fill_in(asked_for(form, page.made), TODAY)
    while True:
        first = _press(matrix.browser(page.way.person), form, page.here)
        if first.is_taken or not form.fill_in(first.errors, TODAY):
            return first


@dataclass
class Press:
    """What one press of the button did."""

    status: int
    place: str
    bound: list[forms.BaseForm]
    written: dict[str, int]
    before: dict[str, int]

    @property
    def errors(self) -> dict[str, list[str]]:
        """By the name of the field on the page."""
        told = ((one.add_prefix(name), said) for one in self.bound for name, said in one.errors.items())
        return {name: [str(each) for each in said] for name, said in told}

    @property
    def is_taken(self) -> bool:
        done = {name for name, number in self.written.items() if number != self.before.get(name, 0)} - ALWAYS
        return bool(done) and (self.status in (302, 303) or (self.status == 200 and not self.errors))

    def __str__(self) -> str:
        return f"{self.status} {self.place} {self.errors or ''}"


def _press(client: Client, form: PageForm, here: str) -> Press:
    before = _written()
    with forms_made() as made:
        answer: Any = client.post(urljoin(here, form.action), form.sent())
    bound = [one for one in made if one.is_bound]
    return Press(answer.status_code, answer.headers.get("Location", ""), bound, _written(), before)


def _again(client: Client, form: PageForm, here: str, first: Press) -> Iterator[str]:
    """What is wrong with a second press, a minute later, of what the page kept while the database was away. Nothing is
    kept of a form that takes a secret: that one is sent again as it was.
    """
    there, name = _rows(first.written), name_of(form, here)
    form = form if is_secret(name, form) else kept(client, form, here)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        second = _press(client, form, here)
    now = _rows(first.written)
    more = sorted(name for name in there.keys() | now.keys() if there.get(name) != now.get(name))
    more += sorted(second.written.keys() - first.written.keys() - ALWAYS)
    if more := [name for name in more if name not in LOOKED]:
        yield f"the second press wrote {', '.join(more)}"
    if (second.status, second.place) != (first.status, first.place) and name not in OTHERWISE:
        yield f"the second press answers {second}, the first {first}"


def asked_for(form: PageForm, made: list[forms.BaseForm]) -> Iterator[str]:
    """The fields that must be filled in, of the form or the forms that are printed here."""
    printed = {_BOX.sub("", name) for name in form.controls}
    for one in made:
        names = {one.add_prefix(name): a_field for name, a_field in one.fields.items()}
        if names.keys() <= printed:
            yield from (name for name, a_field in names.items() if a_field.required)


def token_of(form: PageForm) -> str:
    """The name of its token; empty where it has none."""
    return next((name for name in form.controls if name == "token" or name.endswith("-token")), "")


def name_of(form: PageForm, here: str) -> str:
    """Where it is sent, and which of the forms there it is."""
    page = resolve(urlsplit(urljoin(here, form.action)).path).view_name
    deeds = (value for name in DEEDS for value in form.values(name)[-1:])
    return " ".join([page, *deeds])


def classes_with_token() -> set[type[forms.BaseForm]]:
    """Every class of forms of Harbour that has a token."""
    get_resolver().url_patterns  # noqa: B018  (it imports every page, and with it every form)
    found, waiting = set[type[forms.BaseForm]](), [forms.BaseForm]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        found |= {one for one in below if "token" in getattr(one, "base_fields", ())}
    # What was typed is read back with a form that is made for it (`safeguarding/unsaved.py`).
    return {one for one in found if not one.__module__.startswith(("django.", "tests."))}


@contextmanager
def forms_made() -> Iterator[list[forms.BaseForm]]:
    """The forms with a token that are made inside, in their order."""
    made: list[forms.BaseForm] = []
    begin = forms.BaseForm.__init__

    def noted(self: forms.BaseForm, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        if "token" in self.fields:
            made.append(self)

    with patch.object(forms.BaseForm, "__init__", noted):
        yield made


def _written() -> dict[str, int]:
    """Rows written so far in this transaction, by table; what was taken back counts too."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return dict(cursor.fetchall())


def _rows(tables: Iterable[str]) -> dict[str, Any]:
    """What stands in these tables: how many rows and what they hold; of events, how many of each verb; and how many
    files are in the store.
    """
    found: dict[str, Any] = {"files": len([*default_storage.names()])}  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        for table in {*tables} - ALWAYS:
            cursor.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} AS t")  # noqa: S608
            found[table] = cursor.fetchone()
        cursor.execute("SELECT 'event ' || verb, count(*) FROM audit_event GROUP BY verb")
        return found | dict(cursor.fetchall())
