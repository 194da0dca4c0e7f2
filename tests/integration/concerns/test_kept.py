"""Is what a lead typed on a concern's page kept when the session has ended meanwhile, for its author and nobody
else?
"""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from safeguarding.concerns import tokens
from safeguarding.concerns.models import Action, Concern, ConcernNote, Decision, KeptText
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.matrix.asking import taken_back

pytestmark = pytest.mark.django_db
DECISION = {"level": "2", "kind": "in_school", "rationale": "It fits what we know.", "parents_told": "yes"}
CLOSING = {"outcome": "helped_in_school", "reason": "Settled for good.", "receipt": "in_school"}


@pytest.fixture(autouse=True)
def in_school():
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


@pytest.fixture
def concern(room):
    children = [
        ChildEntry("worried_about", factories.child(room.school, by=room.office)),
        ChildEntry("witness", kind="unnamed", description="Boy, Year 3, red coat"),
    ]
    return factories.concern(room, at=SCHOOL_DAY - timedelta(hours=1), children=children)


@pytest.fixture
def browser():
    """One that checks its token, as a real one has to."""
    return Client(enforce_csrf_checks=True)


def page_of(client, concern):
    return client.get(reverse("concern", args=[concern.pk]))


def sent(page, form, typed):
    """What the browser sends: the page's key and token, the hidden fields of the form, and what was typed."""
    fields = page.context[form]
    hidden = {name: fields[name].value() for name in fields.fields if name in ("token", "revision")}
    of_page = {"key": page.context["key"], "csrfmiddlewaretoken": str(page.context["csrf_token"])}
    kept = {"kept": str(fields.kept)} if fields.kept else {}
    return of_page | hidden | kept | typed


def session_ends(client):
    """As it does in the middle of typing: the browser's token stays."""
    del client.cookies[settings.SESSION_COOKIE_NAME]


def sign_in_page(page):
    return f"{reverse('account_login')}?next={reverse('concern', args=[page.pk])}%3Fkept%3D1"


def test_a_decision_sent_after_the_session_ended_stands_in_its_form_after_signing_in(browser, room, concern):
    browser.force_login(room.lead)
    mine = sent(page_of(browser, concern), "decision_form", DECISION)
    session_ends(browser)
    answer = browser.post(reverse("decide", args=[concern.pk]), mine)
    assert (answer.status_code, answer["Location"]) == (303, sign_in_page(concern))
    assert not Decision.objects.exists()

    browser.force_login(room.lead)
    page = browser.get(reverse("concern", args=[concern.pk]), {"kept": "1"})
    assert "your decision has not been saved" in page.content.decode()
    assert "It fits what we know.</textarea>" in page.content.decode()
    assert page.context["decision_form"].errors == {}

    again = sent(page, "decision_form", DECISION)
    assert again["token"] == str(mine["token"])
    assert browser.post(reverse("decide", args=[concern.pk]), again).status_code == 302
    assert Decision.objects.get().rationale == "It fits what we know."
    assert not KeptText.objects.exists()
    assert "What you typed is here" not in page_of(browser, concern).content.decode()


def prepared(client, room, concern, name):
    """The concern in the state in which its page offers this form, and what is typed into it."""
    if name != "decide" and not Decision.objects.exists():
        client.post(reverse("decide", args=[concern.pk]), sent(page_of(client, concern), "decision_form", DECISION))
    named = concern.children.get(kind="unnamed")
    if name == "unlink_child":
        rowan = factories.child(room.school, "Rowan", "Reed", by=room.office)
        deciding.link_child(named=named, child=rowan, by=room.lead)
    if name == "reopen_concern":
        client.post(reverse("close_concern", args=[concern.pk]), sent(page_of(client, concern), "close_form", CLOSING))
    return {
        "decide": ("decision_form", DECISION, "It fits what we know."),
        "add_note": ("note_form", {"text": "Rang the carer."}, "Rang the carer."),
        "add_action": (
            "action_form",
            {"text": "Ring the nurse", "owner": str(room.pastoral.pk), "due_on": "2026-11-25"},
            "Ring the nurse",
        ),
        "close_concern": ("close_form", CLOSING, "Settled for good."),
        "reopen_concern": ("reopen_form", {"reason": "It is worse again."}, "It is worse again."),
        "rename_concern": ("title_form", {"title": "Late and hungry"}, "Late and hungry"),
        "unlink_child": ("unlink_form", {"named": str(named.pk), "reason": "His cousin."}, "His cousin."),
    }[name]


def test_every_form_of_the_page_is_kept_and_saved_afterwards_as_if_nothing_had_happened(browser, room, concern):
    browser.force_login(room.lead)
    with taken_back():
        _is_kept_and_saved(browser, room, concern, "decide")
    browser.force_login(room.lead)
    prepared(browser, room, concern, "add_note")
    for name in ("add_note", "add_action", "close_concern", "reopen_concern", "rename_concern", "unlink_child"):
        with taken_back():
            browser.force_login(room.lead)
            _is_kept_and_saved(browser, room, concern, name)


def _is_kept_and_saved(browser, room, concern, name):
    form, typed, words = prepared(browser, room, concern, name)
    mine = sent(page_of(browser, concern), form, typed)
    before = Concern.objects.get(pk=concern.pk).revision
    session_ends(browser)
    assert browser.post(reverse(name, args=[concern.pk]), mine).status_code == 303, name
    assert Concern.objects.get(pk=concern.pk).revision == before, name

    browser.force_login(room.deputy)
    assert words not in page_of(browser, concern).content.decode(), name
    browser.force_login(room.lead)
    page = page_of(browser, concern)
    assert words in page.content.decode(), name
    assert browser.post(reverse(name, args=[concern.pk]), sent(page, form, typed)).status_code == 302, name
    assert Concern.objects.get(pk=concern.pk).revision > before, name
    assert not KeptText.objects.exists(), name


def test_what_came_of_an_action_is_kept_for_who_had_to_do_it(browser, room, concern):
    browser.force_login(room.lead)
    form, typed, _ = prepared(browser, room, concern, "add_action")
    browser.post(reverse("add_action", args=[concern.pk]), sent(page_of(browser, concern), form, typed))
    action = Action.objects.get()
    address = reverse("action", args=[action.pk])
    browser.force_login(room.pastoral)
    mine = sent(browser.get(address), "form", {"result": "Rang at noon.", "do": "complete"})
    session_ends(browser)
    assert browser.post(address, mine)["Location"].endswith(f"?next={address}%3Fkept%3D1")
    browser.force_login(room.lead)
    assert "Rang at noon." not in browser.get(address).content.decode()
    assert "Rang at noon." not in page_of(browser, concern).content.decode()
    browser.force_login(room.pastoral)
    page = browser.get(address)
    assert "Rang at noon.</textarea>" in page.content.decode()
    answer = browser.post(address, sent(page, "form", {"result": "Rang at noon.", "do": "complete"}))
    assert answer.status_code == 302
    assert Action.objects.get().result == "Rang at noon."
    assert not KeptText.objects.exists()


# --- at a computer that others use too


def test_somebody_else_who_has_signed_in_meanwhile_saves_nothing_and_sees_nothing(browser, room, concern):
    browser.force_login(room.lead)
    mine = sent(page_of(browser, concern), "note_form", {"text": "Rang the carer."})
    browser.force_login(room.deputy)
    page_of(browser, concern)
    answer = browser.post(reverse("add_note", args=[concern.pk]), mine)
    assert "This page was not yours" in answer.content.decode()
    assert "Rang the carer." not in answer.content.decode()
    assert "Rang the carer." not in page_of(browser, concern).content.decode()
    assert not ConcernNote.objects.exists()
    browser.force_login(room.lead)
    assert "Rang the carer.</textarea>" in page_of(browser, concern).content.decode()


def test_a_page_of_somebody_else_is_never_saved_as_ones_own(client, room, concern):
    """This browser's token fits whoever is signed in: the key alone says whose page it is."""
    client.force_login(room.lead)
    mine = sent(page_of(client, concern), "note_form", {"text": "Rang the carer."})
    client.force_login(room.deputy)
    answer = client.post(reverse("add_note", args=[concern.pk]), mine)
    assert "This page was not yours" in answer.content.decode()
    assert not ConcernNote.objects.exists()
    assert KeptText.objects.get().author == room.lead


def test_a_page_from_before_signing_in_again_in_another_window_is_kept_too(browser, room, concern):
    browser.force_login(room.lead)
    mine = sent(page_of(browser, concern), "note_form", {"text": "Rang the carer."})
    browser.force_login(room.lead)
    page_of(browser, concern)
    browser.cookies.pop("csrftoken", None)
    answer = browser.post(reverse("add_note", args=[concern.pk]), mine)
    assert (answer.status_code, answer["Location"]) == (303, reverse("concern", args=[concern.pk]))
    assert not ConcernNote.objects.exists()
    assert "Rang the carer.</textarea>" in page_of(browser, concern).content.decode()


@pytest.mark.parametrize("key", ["", "junk", "no school", "another school"])
def test_without_the_key_of_such_a_page_nothing_is_kept(browser, room, concern, key):
    keys = {
        "no school": tokens.issue(room.lead),
        "another school": tokens.issue(room.lead, school_id=factories.school("Gorse Hill Academy").pk),
    }
    browser.force_login(room.lead)
    mine = sent(page_of(browser, concern), "note_form", {"text": "Rang the carer."}) | {"key": keys.get(key, key)}
    session_ends(browser)
    address = reverse("add_note", args=[concern.pk])
    assert browser.post(address, mine)["Location"] == f"{reverse('account_login')}?next=/"
    browser.force_login(room.lead)
    browser.cookies.pop("csrftoken", None)
    assert browser.post(address, mine).status_code == 403
    assert not KeptText.objects.exists()


def test_a_key_keeps_nothing_about_a_concern_that_is_none(browser, room):
    mine = {"key": tokens.issue(room.lead, school_id=room.school.pk), "text": "Rang the carer."}
    browser.post(reverse("add_note", args=[uuid4()]), mine)
    assert not KeptText.objects.exists()


# --- more than once, too late, not wanted


def test_what_is_kept_twice_is_the_later_and_is_ended_by_one_saving(browser, room, concern):
    browser.force_login(room.lead)
    page = page_of(browser, concern)
    for words in ("First.", "Second."):
        session_ends(browser)
        browser.post(reverse("add_note", args=[concern.pk]), sent(page, "note_form", {"text": words}))
        browser.force_login(room.lead)
        page = page_of(browser, concern)
        assert f"{words}</textarea>" in page.content.decode()
    assert KeptText.objects.count() == 1
    browser.post(reverse("add_note", args=[concern.pk]), sent(page, "note_form", {"text": "Second."}))
    assert not KeptText.objects.exists()


def test_what_lacks_something_stays_kept_until_it_is_whole(browser, room, concern):
    browser.force_login(room.lead)
    typed = DECISION | {"level": ""}
    mine = sent(page_of(browser, concern), "decision_form", typed)
    session_ends(browser)
    browser.post(reverse("decide", args=[concern.pk]), mine)
    browser.force_login(room.lead)
    page = page_of(browser, concern)
    assert "Choose the level of need" in page.content.decode()
    page = browser.post(reverse("decide", args=[concern.pk]), sent(page, "decision_form", typed))
    assert (page.status_code, KeptText.objects.count()) == (422, 1)
    assert browser.post(reverse("decide", args=[concern.pk]), sent(page, "decision_form", DECISION)).status_code == 302
    assert not KeptText.objects.exists()


def test_what_can_no_longer_be_saved_is_there_to_be_copied_and_thrown_away(browser, room, concern):
    browser.force_login(room.lead)
    form, typed, _ = prepared(browser, room, concern, "add_action")
    mine = sent(page_of(browser, concern), form, typed)
    session_ends(browser)
    browser.post(reverse("add_action", args=[concern.pk]), mine)
    browser.force_login(room.deputy)
    browser.post(reverse("close_concern", args=[concern.pk]), sent(page_of(browser, concern), "close_form", CLOSING))
    browser.force_login(room.lead)
    page = page_of(browser, concern)
    content = page.content.decode()
    assert "What you typed has not been saved" in content
    assert "Ring the nurse" in content
    discard = reverse("kept_discard", args=[KeptText.objects.get().pk])
    assert discard in content
    token = {"csrfmiddlewaretoken": str(page.context["csrf_token"])}
    assert browser.post(discard, token)["Location"] == reverse("concern", args=[concern.pk])
    assert "Ring the nurse" not in page_of(browser, concern).content.decode()
    assert browser.post(discard, token).status_code == 303


def test_nobody_throws_away_what_is_anothers(client, room, concern):
    client.force_login(room.lead)
    mine = sent(page_of(client, concern), "note_form", {"text": "Rang the carer."})
    session_ends(client)
    client.post(reverse("add_note", args=[concern.pk]), mine)
    kept = KeptText.objects.get()
    client.force_login(room.deputy)
    client.post(reverse("kept_discard", args=[kept.pk]))
    own = sent(page_of(client, concern), "note_form", {"text": "Mine."}) | {"kept": str(kept.pk)}
    assert client.post(reverse("add_note", args=[concern.pk]), own).status_code == 302
    assert KeptText.objects.get() == kept
