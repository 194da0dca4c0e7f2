"""The log form when a session has ended, a key is wrong, something breaks, or somebody types what nobody thought of:
nothing is lost.
"""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.services import end_role
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Concern, Draft
from tests.factories import SCHOOL_DAY, child, staffroom
from tests.matrix.asking import taken_back

from .log_page import LOG, opened, signed_in, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def cast():
    return staffroom()


# --- sessions, keys, other people


def test_text_that_arrives_after_the_session_ended_is_kept_and_shown_after_signing_in(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    address, form = opened(client)
    client.logout()
    answer = client.post(LOG, whole(form, rowan, facts="He was quiet all day."))
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{reverse('account_login')}?next={address}")
    assert "kept" in answer["Location"]
    assert Draft.objects.get().author == cast.teacher
    assert not Concern.objects.exists(), "nobody who is not signed in sends"
    told = client.get(answer["Location"]).content.decode()
    assert "What you typed is kept" in told, "who pressed Send learns that nothing was sent"
    assert "What you typed is kept" not in client.get(reverse("account_login")).content.decode()
    client.force_login(cast.teacher)
    page = client.get(f"{address}?kept=1").content.decode()
    assert "He was quiet all day." in page
    assert "Everything you typed is here" in page


def test_autosave_keeps_text_of_somebody_whose_session_ended(cast):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    assert "Only you can see it" in client.post("/log/keep/", {**form, "facts": "He"}).json()["saved"]
    client.logout()
    said = client.post("/log/keep/", {**form, "facts": "He was quiet"}).json()["saved"]
    assert "sign in again" in said
    assert Draft.objects.get().content["facts"] == ["He was quiet"]


def test_the_browsers_own_token_is_not_needed_because_it_changes_with_a_new_sign_in(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.teacher)
    _, form = opened(client)
    rowan = child(cast.school)
    assert client.post(LOG, whole(form, rowan, csrfmiddlewaretoken="stale")).status_code == 303
    assert Concern.objects.count() == 1


def test_on_a_shared_laptop_the_text_is_kept_for_its_author_and_the_other_sees_none_of_it(cast):
    author, other = signed_in(cast.teacher), signed_in(cast.assistant)
    address, form = opened(author)
    answer = other.post(LOG, whole(form, child(cast.school), facts="Only for its author."))
    page = answer.content.decode()
    assert "kept" in page
    assert "Only for its author." not in page
    assert "Jon Beckett" not in page
    assert "Rowan" not in page
    assert Draft.objects.get().author == cast.teacher
    assert not Concern.objects.exists()
    assert other.get(address).status_code == 404
    assert "Only for its author." in author.get(address).content.decode()


@pytest.mark.parametrize("key", ["", "junk", "a.b.c:sig"])
def test_a_damaged_key_keeps_the_text_as_a_draft_of_who_is_signed_in_and_sends_nothing(cast, key):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    answer = client.post(LOG, whole({"key": key}, rowan))
    assert answer.status_code == 303
    assert not Concern.objects.exists()
    assert "He was quiet at register." in client.get(answer["Location"]).content.decode()


def test_a_damaged_key_of_nobody_is_refused_with_a_sentence(cast):
    answer = Client().post(LOG, whole({"key": "junk"}))
    assert answer.status_code == 422
    assert "copy your text" in answer.content.decode()
    assert Client().post("/log/keep/", {"key": "junk"}).status_code == 422


def test_a_key_made_up_for_somebody_else_does_not_hold(cast):
    key = tokens.issue(cast.teacher, uuid4(), school_id=cast.school.pk)
    forged = key.replace(str(cast.teacher.pk), str(cast.assistant.pk))
    Client().post("/log/keep/", {"key": forged, "facts": "x"})
    assert not Draft.objects.exists()


def test_without_a_sign_in_the_form_is_not_shown(cast):
    for address in (LOG, f"/log/{uuid4()}/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"] == f"{reverse('account_login')}?next={address}"


def test_who_left_the_school_meanwhile_is_told_and_loses_nothing(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    with time_machine.travel(SCHOOL_DAY + timedelta(days=2), tick=False):
        end_role(assignment=cast.teacher.assignments.get(), last_day=SCHOOL_DAY.date())
        client.force_login(cast.teacher)
        answer = client.post(LOG, whole(form, rowan, facts="Seen at noon."))
    assert "What you have written is kept" in answer.content.decode()
    assert Draft.objects.get().content["facts"] == ["Seen at noon."]
    assert not Concern.objects.exists()


def test_when_sending_breaks_the_text_is_a_draft(cast, monkeypatch):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    client.raise_request_exception = False
    address, form = opened(client)

    def broken(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("safeguarding.concerns.views.reporting.raise_concern", broken)
    answer = client.post(LOG, whole(form, rowan, facts="He was quiet all day."))
    assert answer.status_code == 500
    assert "What you typed is kept as a draft".lower() in answer.content.decode().lower()
    assert not Concern.objects.exists()
    assert "He was quiet all day." in client.get(address).content.decode()


def test_when_the_database_is_away_too_nothing_is_promised(cast, monkeypatch):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    client.raise_request_exception = False
    _, form = opened(client)

    def broken(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("safeguarding.concerns.views.reporting.raise_concern", broken)
    monkeypatch.setattr("safeguarding.concerns.views.reporting.keep_typed", broken)
    answer = client.post(LOG, whole(form, rowan))
    assert answer.status_code == 503
    assert "is kept" not in answer.content.decode() and "Not saved" in answer.content.decode()


# --- whatever people type


# What no form is made for.
ODD = (
    "a\x00b",
    "😟 " * 50,
    "قال إنه لا يريد العودة إلى المنزل",
    "zero\u200bwidth \u202eright-to-left\u202c",
    "O’Brien-Şahin said \"no\" & <script>alert('x')</script>",
    "x" * 20_000,
    "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
)


def test_whatever_is_typed_is_kept_and_shown_as_it_is(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    for text in ODD:
        with taken_back():
            _, form = opened(client)
            answer = client.post(LOG, whole(form, rowan, facts=text))
            assert answer.status_code == 303, text[:20]
            assert Concern.objects.get().account.facts == text.replace("\x00", "").strip()
            assert "<script>alert" not in client.get(answer["Location"]).content.decode()


def test_what_is_too_long_is_said_and_kept_whole(cast):
    client = signed_in(cast.teacher)
    address, form = opened(client)
    added = client.post(LOG, {**form, "add": "unnamed"}, follow=True).context["form"].children[0]
    long = {"facts": "y" * 20_001, f"{added.key}-description": "z" * 10_000, "region-3-note": "w" * 501}
    page = client.post(LOG, {**whole(form), "who": added.key, "marks_seen": "yes", **long}).content.decode()
    assert "What you saw or heard must be 20,000 characters or fewer" in page.replace("20000", "20,000")
    assert "What you saw at chest must be 500 characters or fewer" in page
    assert "Who it is, as far as you know must be 300 characters or fewer" in page
    again = client.get(address).content.decode()
    for text in long.values():
        assert text in again


def test_a_body_of_six_megabytes_is_kept_and_gets_a_sentence(cast):
    client = signed_in(cast.teacher)
    address, form = opened(client)
    body = urlencode({**whole(form), "facts": "ü" * 1_000_000}, doseq=True)
    assert len(body) > 5 * 1024 * 1024
    answer = client.post(LOG, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert "characters or fewer" in answer.content.decode()
    assert Draft.objects.get().content["facts"] == ["ü" * 1_000_000]
    assert address


def test_a_body_beyond_all_measure_is_refused_with_a_sentence(cast):
    client = signed_in(cast.teacher)
    body = "facts=" + "x" * (33 * 1024 * 1024)
    answer = client.post(LOG, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "shorten it" in answer.content.decode()
