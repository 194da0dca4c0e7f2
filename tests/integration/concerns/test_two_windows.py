"""Does a form in two windows, or one that has been sent already, lose what is typed in the other?

Both texts are kept.
"""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from safeguarding.concerns.models import Concern, Draft
from tests import factories
from tests.factories import SCHOOL_DAY, child, staffroom

from .log_page import LOG, opened, signed_in, whole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school_day():
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


@pytest.fixture
def cast():
    return staffroom()


def hidden(client: Client, address: str, action: str = LOG) -> dict[str, str]:
    """The hidden fields of the form on a page, as a new window has them."""
    page = client.get(address, follow=True).content.decode()
    form = page[page.index(f'action="{action}"') :]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[: form.index("</form>")]))
    assert {"key", "knows", "turn"} <= fields.keys()
    return {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}


LONG = "He was quiet. " + "Then he told me why. " * 20


@pytest.fixture
def windows(cast):
    """A form in two windows: the first saved a few words and knows nothing of what the second went on to write."""
    client = signed_in(cast.teacher)
    address, _ = opened(client)
    older = hidden(client, address)
    assert client.post("/log/keep/", {**older, "facts": "He was quiet."}).status_code == 200
    newer = hidden(client, address)
    assert newer["key"] != older["key"]
    for words in (LONG[:100], LONG):
        assert "Draft saved" in client.post("/log/keep/", {**newer, "facts": words}).json()["saved"]
    return client, address, older, newer


def drafts_of(client):
    return sorted(draft.content["facts"][0] for draft in Draft.objects.all())


def test_an_older_window_saves_beside_the_newer_one_and_not_over_it(windows):
    client, _, older, newer = windows
    for words in ("He was quiet!", "He was quiet!!"):
        said = client.post("/log/keep/", {**older, "facts": words}).json()["saved"]
        assert "as a draft of its own" in said
    client.post("/log/keep/", {**newer, "facts": f"{LONG} End."})
    assert drafts_of(client) == ["He was quiet!!", f"{LONG} End."]


@pytest.mark.parametrize("button", ["send", "draft", "add"])
def test_an_older_window_that_is_sent_sends_nothing_and_both_texts_are_shown(windows, cast, button):
    client, address, older, _ = windows
    rowan = child(cast.school)
    sent = {**whole(older, rowan, facts="He was quiet!"), "send": []} | {button: "unborn"}
    answer = client.post(LOG, sent, follow=True)
    assert not Concern.objects.exists()
    assert drafts_of(client) == ["He was quiet!", LONG]
    text = answer.content.decode()
    assert "this form was changed in another window meanwhile" in text
    assert ("Not sent yet." in text) is (button == "send")
    assert answer.context["form"]["facts"].value() == "He was quiet!"
    assert answer.redirect_chain[-1][0].split("#")[0] != address
    assert client.get(address).context["form"]["facts"].value() == LONG
    # The draft of its own is sent as any other, and the other one stays until its author has seen to it.
    own = hidden(client, answer.redirect_chain[-1][0])
    client.post(LOG, whole(own, rowan, facts="He was quiet!"))
    assert Concern.objects.get().account.facts == "He was quiet!"
    assert drafts_of(client) == [LONG]


def test_the_same_words_in_two_windows_are_one_form(windows, cast):
    client, _, older, _ = windows
    assert "Only you can see it" in client.post("/log/keep/", {**older, "facts": LONG}).json()["saved"]
    assert drafts_of(client) == [LONG]


def test_a_page_that_is_loaded_again_and_a_form_that_lacks_something_go_on_as_the_same_form(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    address, _ = opened(client)
    for words in ("He", "He was", "He was quiet."):
        client.post("/log/keep/", {**hidden(client, address), "facts": words})
    form = hidden(client, address)
    missing = client.post(LOG, whole(form, rowan, facts=""))
    assert "There is a problem" in missing.content.decode()
    again = {**form, "key": missing.context["key"], "knows": str(missing.context["draft"].revision)}
    assert client.post(LOG, whole(again, rowan)).status_code == 303
    assert Concern.objects.get().account.facts == "He was quiet at register."
    assert not Draft.objects.exists()


def test_what_was_sent_says_nothing_new_when_it_comes_late(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    client.post(LOG, whole(form, rowan, facts="He was quiet.\r\nThen he cried.", others_present="Sam Oyelaran"))
    for late in ("He was qui", "He was quiet.\nThen he cried."):
        said = client.post("/log/keep/", {**form, "facts": late, "others_present": "Sam"}).json()["saved"]
        assert said == "This has been sent. You find it among your reports."
    assert not Draft.objects.exists()


@pytest.mark.parametrize("way", ["autosave", "draft", "send", "signed out", "somebody else"])
def test_other_words_typed_after_sending_are_kept_as_something_to_add(cast, way):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    report = client.post(LOG, whole(form, rowan))["Location"]
    client.get(report)
    more = {**whole(form, rowan, facts="Then he told me who hit him."), "send": []}
    match way:
        case "autosave":
            for words in ("Then he", "Then he told me who hit him."):
                said = client.post("/log/keep/", {**more, "facts": words}).json()["saved"]
                assert "kept as something to add" in said
        case "draft" | "send":
            answer = client.post(LOG, {**more, way: ""}, follow=True)
            assert "This had been sent already" in answer.content.decode()
            assert "Draft saved. It is not sent yet." not in answer.content.decode()
            assert "Then he told me who hit him." in answer.content.decode()
        case "signed out":
            answer = Client().post(LOG, {**more, "send": ""})
            assert "kept%3D1" in answer["Location"]
        case "somebody else":
            signed_in(cast.assistant).post(LOG, {**more, "send": ""})
    assert Concern.objects.count() == 1
    draft = Draft.objects.get()
    assert draft.adds_to.concern == Concern.objects.get()
    page = client.get(f"/log/{draft.pk}/", follow=True)
    assert page.redirect_chain[-1][0].startswith(report)
    assert page.context["form"]["text"].value() == "Then he told me who hit him."
    adding = hidden(client, f"/log/{draft.pk}/", reverse("report_add", args=[Concern.objects.get().pk]))
    client.post(
        reverse("report_add", args=[Concern.objects.get().pk]),
        {**adding, "text": "Then he told me who hit him.", "reason": "more", "send": ""},
    )
    assert not Draft.objects.exists()
    client.post("/log/keep/", {**more, "facts": "Then he told me"})
    assert not Draft.objects.exists(), "a late save brings it back as little as the form itself"


def test_words_of_every_field_are_kept_with_their_labels(cast):
    client, rowan = signed_in(cast.teacher), child(cast.school)
    _, form = opened(client)
    client.post(LOG, whole(form, rowan))
    more = {
        "who": ["unnamed-1"],
        "unnamed-1-description": "Boy, red coat",
        "child_words": "“Stop.”",
        "region": ["9"],
        "region-9-note": "Round",
    }
    client.post("/log/keep/", {**form, "facts": "He was quiet at register.", **more})
    assert Draft.objects.get().content["text"] == [
        "The child’s own words: “Stop.”\n\nA child you described: Boy, red coat\n\nMark: Left forearm: Round"
    ]


# --- something to add


def test_an_addition_in_two_windows_is_kept_twice_and_each_is_shown(cast):
    it, client = factories.concern(cast), signed_in(cast.teacher)
    page, add = reverse("report", args=[it.pk]), reverse("report_add", args=[it.pk])
    begun = hidden(client, page, add)
    client.post(add, {**begun, "text": "He ate", "draft": ""})
    older, newer = hidden(client, page, add), hidden(client, page, add)
    client.post("/log/keep/", {**newer, "text": "He ate nothing."})
    answer = client.post(add, {**older, "text": "He hid his food.", "reason": "more", "send": ""}, follow=True)
    assert "Not sent yet." in answer.content.decode()
    assert answer.context["form"]["text"].value() == "He hid his food."
    assert not it.account.amendments.exists()
    shown = [client.get(f"/log/{d.pk}/", follow=True).context["form"]["text"].value() for d in Draft.objects.all()]
    assert sorted(shown) == ["He ate nothing.", "He hid his food."]


@pytest.mark.parametrize("way", ["autosave", "draft", "signed out"])
def test_other_words_typed_after_an_addition_was_sent_are_another_addition(cast, way):
    it, client = factories.concern(cast), signed_in(cast.teacher)
    page, add = reverse("report", args=[it.pk]), reverse("report_add", args=[it.pk])
    form = hidden(client, page, add)
    client.post(add, {**form, "text": "He ate nothing.", "reason": "more", "send": ""})
    client.post("/log/keep/", {**form, "text": "He ate"})
    assert not Draft.objects.exists()
    more = {**form, "text": "He ate nothing. He hid it.", "reason": "more"}
    match way:
        case "autosave":
            assert "kept as something to add" in client.post("/log/keep/", more).json()["saved"]
        case "draft":
            assert "This had been sent already" in client.post(add, {**more, "draft": ""}, follow=True).content.decode()
        case "signed out":
            Client().post(add, {**more, "send": ""})
    shown = client.get(f"{page}?kept=1")
    assert shown.context["form"]["text"].value() == "He ate nothing. He hid it."
