"""Do the words of any form stay, whatever breaks; does nobody else send them; and is no password among them?

Each page of the policy is asked so in `tests/matrix/away.py`; here is what needs a second person, or a database that
goes away in the middle.
"""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connections
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.models import Term
from safeguarding.audit.models import Event, Verb
from safeguarding.unsaved import AUTHOR, signed_author
from tests import factories
from tests.matrix.filling import PageForm, forms_of

pytestmark = pytest.mark.django_db
NAME = "Autumn <b>1</b>, & so on"
AWAY = [OperationalError("connection refused"), InterfaceError("connection already closed")]


@pytest.fixture
def room() -> factories.Staffroom:
    return factories.staffroom()


def browser(user: Any = None, *, strict: bool = False) -> Client:
    client = Client(raise_request_exception=False, enforce_csrf_checks=strict)
    if user:
        client.force_login(user)
    return client


def term_form(client: Client) -> PageForm:
    """The form of a term, filled in."""
    page = client.get(reverse("school_settings")).content.decode()
    [form] = [one for one in forms_of(page) if one.action == reverse("add_term")]
    days = {"starts_on": ("2", "9", "2030"), "ends_on": ("18", "10", "2030")}
    boxes = {f"term-{n}_{p}": v for n, vs in days.items() for p, v in zip(("day", "month", "year"), vs, strict=True)}
    form.put({"term-name": NAME} | boxes)
    return form


def send(client: Client, form: PageForm) -> Any:
    return client.post(form.action, form.sent())


def away(monkeypatch: pytest.MonkeyPatch, error: Exception = AWAY[0]) -> None:
    """The database is away: from the beginning of what is asked now."""

    def gone(*asked: Any) -> None:
        raise error

    monkeypatch.setattr(connections["default"], "execute_wrappers", [gone])


def read(answer: Any) -> str:
    """What somebody reads there who looks at it."""
    return unescape(re.sub(r"<input[^>]*>|<style.*?</style>", "", answer.content.decode()))


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_words_stay_and_are_saved_once(room: factories.Staffroom, monkeypatch: pytest.MonkeyPatch, error: Exception):
    client, before = browser(room.headteacher), Term.objects.count()
    form = term_form(client)
    with monkeypatch.context() as broken:
        away(broken, error)
        answer = send(client, form)
        page = client.get(reverse("school_settings"))
    assert (answer.status_code, page.status_code, answer.headers["Cache-Control"]) == (503, 503, "no-store")
    for said in ("Not saved", "Name of the term", NAME, "2 9 2030", "18 10 2030", "Do not wait for Harbour"):
        assert said in read(answer), said
    assert NAME not in answer.content.decode()
    [again] = forms_of(answer.content.decode())
    assert send(client, again).status_code == 302
    assert Term.objects.count() == before + 1 and Term.objects.filter(name=NAME).exists()


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_what_goes_away_in_the_middle_is_on_record_when_it_is_back(
    room: factories.Staffroom, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    client = browser(room.headteacher)

    def gone(**facts: Any) -> None:
        raise error

    monkeypatch.setattr("safeguarding.accounts.views.school.services.add_term", gone)
    answer = send(client, term_form(client))
    assert answer.status_code == 503 and NAME in read(answer)
    told = Event.objects.get(verb=Verb.ERROR)
    assert (told.purpose, told.object_type, told.actor_id) == ("503", "add_term", room.headteacher.pk)


def test_nobody_else_sends_it(room: factories.Staffroom, client: Client):
    form, before = term_form(browser(room.headteacher)), Term.objects.count()
    other = browser(room.lead)
    answer = send(other, form)
    assert answer.status_code == 403 and "waits on this page, out of sight" in read(answer)
    assert NAME not in read(answer) and Term.objects.count() == before
    # Neither from the page on which it waits, which has a token of this browser.
    [again] = forms_of(answer.content.decode())
    assert send(other, again).status_code == 403 and Term.objects.count() == before
    assert send(browser(room.headteacher), again).status_code == 302
    assert Term.objects.get(name=NAME).school_id == room.school.pk


def test_words_wait_for_whoever_was_signed_out(room: factories.Staffroom):
    form = term_form(browser(room.headteacher))
    answer = send(browser(), form)
    assert answer.status_code == 403 and NAME not in read(answer)
    [again] = forms_of(answer.content.decode())
    assert send(browser(room.headteacher), again).status_code == 302 and Term.objects.filter(name=NAME).exists()
    # Where nothing was typed there is nothing to keep.
    assert send(browser(), PageForm(form.action, "post")).status_code == 302


def test_the_token_of_the_browser_is_asked_for_as_before(room: factories.Staffroom):
    strict, before = browser(room.headteacher, strict=True), Term.objects.count()
    form = term_form(strict)
    token = form.controls.pop("csrfmiddlewaretoken")
    answer = send(strict, form)
    assert answer.status_code == 403 and NAME not in read(answer) and Term.objects.count() == before
    form.controls["csrfmiddlewaretoken"] = token
    assert send(strict, form).status_code == 302


def signed(room: factories.Staffroom, *, has_secret: bool = False) -> dict[str, str]:
    return {AUTHOR: signed_author(room.headteacher.pk, has_secret=has_secret)}


@pytest.mark.parametrize(
    "author",
    [
        lambda room: signed(room, has_secret=True),
        lambda room: {AUTHOR: [*signed(room).values(), signed_author(room.lead.pk)]},
        lambda room: {AUTHOR: f"{signed(room)[AUTHOR]}x"},
        lambda room: {AUTHOR: signed_author(None)},
        lambda room: {},
    ],
    ids=["secret", "two people", "made up", "nobody's", "none"],
)
def test_nothing_is_shown_of_a_secret_or_of_what_no_page_of_ours_sent(
    room: factories.Staffroom, monkeypatch: pytest.MonkeyPatch, author: Callable[[Any], dict[str, Any]]
):
    client, typed = browser(room.headteacher), {"term-name": NAME, "password": "Three Dull Words"}
    away(monkeypatch)
    answer = client.post(reverse("add_term"), typed | author(room))
    page = unescape(answer.content.decode())
    assert answer.status_code == 503 and NAME not in page and "Three Dull Words" not in page
    ours, theirs = ({"Origin": origin} for origin in ("http://testserver", "https://elsewhere.example"))
    assert NAME in read(client.post(reverse("add_term"), {"term-name": NAME} | signed(room), headers=ours))
    answer = client.post(reverse("add_term"), {"term-name": NAME} | signed(room), headers=theirs)
    assert answer.status_code == 503 and NAME not in unescape(answer.content.decode())


def test_what_was_typed_before_the_factor_was_asked_for_stays_and_the_factor_does_not(
    room: factories.Staffroom, monkeypatch: pytest.MonkeyPatch
):
    posted = {"term-name": NAME, AUTHOR: [*signed(room).values(), *signed(room, has_secret=True).values()]}
    posted |= {"factor_code": "AB 31", "factor_password": "Three Dull Words", "factor_credential": "{Key}"}
    client, waits = browser(room.headteacher), browser().post(reverse("add_term"), posted)
    away(monkeypatch)
    shown = client.post(reverse("add_term"), posted)
    assert (waits.status_code, shown.status_code) == (403, 503)
    assert NAME not in read(waits) and NAME in read(shown)
    for answer in (waits, shown):
        [again] = forms_of(answer.content.decode())
        assert again.values("term-name") == [NAME]
        page = unescape(answer.content.decode())
        assert not [said for said in ("AB 31", "Three Dull Words", "{Key}") if said in page]


def test_files_are_named(room: factories.Staffroom, monkeypatch: pytest.MonkeyPatch):
    client = browser(room.headteacher)
    file = SimpleUploadedFile("Letter of <b>May.txt", b"Zq in the file.")
    away(monkeypatch)
    answer = client.post(reverse("add_term"), {"term-name": NAME, "file": file} | signed(room))
    assert answer.status_code == 503 and NAME in read(answer)
    assert "These files were not taken" in read(answer) and "Letter of <b>May.txt" in read(answer)
    assert "<b>May" not in answer.content.decode() and "Zq in" not in answer.content.decode()


def test_much_text_stays(room: factories.Staffroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    client, much = browser(room.headteacher), "Cold hands. " * 90_000
    away(monkeypatch)
    answer = client.post(reverse("add_term"), {"term-name": much} | signed(room))
    [again] = forms_of(answer.content.decode())
    assert again.values("term-name") == [much] and much.strip() in read(answer)
    assert "Service Unavailable" in caplog.text and "Cold hands" not in caplog.text


def session_ended() -> None:
    """Another window of the same person has ended the session, or given it a new id."""
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM django_session")


def session_locked() -> None:
    raise AWAY[0]


@pytest.mark.parametrize(
    ("while_", "what", "then"),
    [('INSERT INTO "accounts_term"', session_ended, 302), ('UPDATE "django_session"', session_locked, 200)],
    ids=["ended", "locked"],
)
def test_saved_form_is_answered_though_session_cannot_be_written(
    room: factories.Staffroom, while_: str, what: Callable[[], None], then: int
):
    """What was saved is never answered as if it had not been."""
    client = browser(room.headteacher)
    form, cookie = term_form(client), client.cookies["sessionid"].value

    def meanwhile(execute: Callable[..., Any], sql: Any, *asked: Any) -> Any:
        if str(sql).startswith(while_):
            what()
        return execute(sql, *asked)

    with connections["default"].execute_wrapper(meanwhile):
        answer = send(client, form)
    assert (answer.status_code, answer.url) == (302, reverse("school_settings"))
    assert Term.objects.filter(name=NAME).count() == 1
    assert client.cookies["sessionid"].value == cookie, "another window may have a new one by now"
    assert client.get(answer.url).status_code == then
