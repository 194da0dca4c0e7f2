"""What somebody writes on a page of a child while their session ends, or while nothing can be saved, is not lost and
nobody else's.
"""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from safeguarding.concerns.models import Brief, ChronologyEntry, PastoralNote, SupportPlan
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db
WORDS = "Chatty at breakfast club."


@pytest.fixture(autouse=True)
def _day(clock):
    return clock


def day(name, on=SCHOOL_DAY):
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}


# The page, what is written on it, and what it makes.
PAGES = [
    ("child_pastoral", {"kind": "check_in", **day("happened_on"), "text": WORDS}, PastoralNote),
    (
        "begin_plan",
        {"aims": WORDS, **day("starts_on"), **day("review_on", SCHOOL_DAY + timedelta(days=30))},
        SupportPlan,
    ),
    ("add_entry", {"what": "call", "text": WORDS, **day("on")}, ChronologyEntry),
    ("brief_page", {"worries": WORDS, "works": "", "asks": "", "do": "save"}, Brief),
]


@pytest.mark.parametrize(("name", "written", "model"), PAGES, ids=[name for name, _, _ in PAGES])
def test_it_waits_for_its_author_unseen_and_is_sent_by_nobody_else(client, room, rowan, name, written, model):
    address = reverse(name, args=[rowan.pk])
    client.force_login(room.lead)
    sent = hidden(client.get(address)) | written
    client.logout()
    assert client.post(address, written | {"author": "forged"}).status_code == 302, "to the sign-in page"
    waiting = client.post(address, sent)
    assert waiting.status_code == 403
    assert hidden(waiting).items() >= written.items(), "every word, in the form"
    assert waiting.content.decode().count(WORDS) == 1, "and in the form alone"
    client.force_login(room.deputy)
    assert client.post(address, hidden(waiting)).status_code == 403
    assert not model.objects.exists()
    client.force_login(room.lead)
    assert client.post(address, hidden(waiting)).status_code in (302, 303)
    assert model.objects.get()


def test_where_nothing_can_be_saved_the_page_shows_every_word(client, room, rowan, monkeypatch):
    address = reverse("child_pastoral", args=[rowan.pk])
    client.force_login(room.lead)
    sent = hidden(client.get(address)) | PAGES[0][1]
    client.raise_request_exception = False
    monkeypatch.setattr("safeguarding.concerns.services.pastoral.write_note", lambda **given: 1 / 0)
    page = client.post(address, sent)
    assert page.status_code == 503
    text = page.content.decode()
    assert f"<p>{WORDS}</p>" in text
    assert "Check-in" in text, "a choice by its label"
    assert hidden(page).items() >= PAGES[0][1].items()


def hidden(page):
    """What a page's forms would send again, but for the browser's own token; the lock that lies over it apart."""
    text = page.content.decode().partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: unescape(text) for name, text in found if name != "csrfmiddlewaretoken"}
