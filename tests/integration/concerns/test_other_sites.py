"""Can a page of another site write as the person who is signed in here, through the forms that need no token of the
browser?
"""

import re

import pytest
from django.test import Client

from safeguarding.audit.models import Event
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Concern, Draft
from safeguarding.keys import uuid7
from tests import factories

pytestmark = pytest.mark.django_db
OURS, SISTER = "http://testserver", "https://news.testserver"
WORDS = "Ro would not go home."


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def browser(room):
    """The teacher's browser, which checks tokens as a real server does."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(room.teacher)
    return client


def posted(browser, address="/log/", origin=None, **form):
    headers = {"origin": origin} if origin else {}
    return browser.post(address, {"facts": WORDS, **form}, headers=headers)


def key_of(user, room):
    return tokens.issue(user, uuid7(), school_id=room.school.pk)


@pytest.mark.parametrize("origin", [SISTER, "null"])
@pytest.mark.parametrize("key", ["", "made up"])
def test_another_site_writes_no_draft_in_the_name_of_who_is_signed_in(browser, room, origin, key):
    for address in ("/log/", f"/my-reports/{factories.concern(room).pk}/add/"):
        answer = posted(browser, address, origin, key=key)
        assert answer.status_code == 422
    assert not Draft.objects.exists()
    # Beside it: a damaged page of ours keeps what was typed.
    assert posted(browser, origin=OURS, key=key).status_code == 303
    assert Draft.objects.get(author=room.teacher).content["facts"] == [WORDS]


def test_without_the_browsers_token_and_without_a_word_of_the_browser_nothing_is_written_and_nothing_is_lost(
    browser, room
):
    page = posted(browser)
    assert page.status_code == 403
    text = page.content.decode()
    assert "Only part of the page arrived" in text and WORDS in text
    assert not Draft.objects.exists()
    # One press more, and it is a draft.
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[1]
    assert posted(browser, csrfmiddlewaretoken=token).status_code == 303
    assert Draft.objects.get(author=room.teacher).content["facts"] == [WORDS]


def test_another_site_sends_nothing_with_a_key_of_the_person_who_is_signed_in(browser, room):
    form = {"key": key_of(room.teacher, room), "send": "yes", "how_soon": "today", "child_kind": "unnamed"}
    before = Event.objects.filter(actor_id=room.teacher.pk).count()
    answer = posted(browser, origin=SISTER, **form)
    assert "/account/sign-in/" in answer.url
    assert not Concern.objects.exists()
    assert Draft.objects.get().author == room.teacher, "as for somebody signed out: her words wait for her"
    assert Event.objects.filter(actor_id=room.teacher.pk).count() == before
    # Beside it: our own page, in a browser that has lost the cookie of the token, goes on to the form.
    answer = posted(browser, origin=OURS, **form)
    assert "There is a problem" in answer.content.decode()


def test_a_colleagues_key_in_somebody_elses_browser_writes_as_the_colleague_alone(browser, room):
    answer = posted(browser, origin=SISTER, key=key_of(room.assistant, room), send="yes")
    assert "/account/sign-in/" in answer.url
    assert [draft.author for draft in Draft.objects.all()] == [room.assistant]
    assert not Event.objects.filter(actor_id=room.teacher.pk, object_type="concerns.draft").exists()


def test_another_site_reads_and_calls_nothing_in_the_name_of_who_is_signed_in(browser, room):
    answer = posted(browser, "/call/", SISTER, find="yes", q="Ro")
    assert room.teacher.full_name not in answer.content.decode()
    assert not Concern.objects.exists()
