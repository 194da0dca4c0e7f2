"""A call whose page is old, of another session or pressed again: it calls all the same, and its words are kept."""

from datetime import timedelta

import pytest
from django.test import Client

from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.calls import NOT_RECORDED
from safeguarding.concerns.models import Concern, Draft
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding, raising
from safeguarding.concerns.verbs import ConcernVerb
from tests import factories

from .call_page import made, opened_now, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_page_whose_session_has_ended_still_calls(room, clock):
    """With the browser's own check of tokens on, as in a school."""
    opened_now(clock, room.teacher, room.school)
    rowan = factories.child(room.school, by=room.office)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(room.teacher)
    key = browser.get("/call/").context["form"]["key"].value()
    browser.logout()

    answer = browser.post("/call/", {"key": key, "line": "Come to the hall", "child": str(rowan.pk)})

    concern = Concern.objects.get()
    assert [named.child for named in concern.children.all()] == [rowan]
    assert (concern.logged_by, concern.account.facts) == (room.teacher, "Come to the hall")
    text = answer.content.decode()
    assert "Your call has been sent" in text
    assert f"/account/sign-in/?next=/call/{concern.pk}/" in text
    for name in ("Rowan", "Beckett", "Raman", "C-2026", "hall"):
        assert name not in text
    event = Event.objects.get(verb=ConcernVerb.CALL, object_id=concern.pk)
    assert (event.actor_id, event.purpose, event.source_address) == (room.teacher.pk, "session ended", "127.0.0.1")
    # Pressed again, before and after signing in: one call.
    browser.post("/call/", {"key": key})
    browser.force_login(room.teacher)
    assert browser.post("/call/", {"key": key}).url == f"/call/{concern.pk}/"
    assert Concern.objects.count() == 1


@pytest.mark.parametrize("button", ["find", "add", "remove"])
def test_signed_out_only_the_button_of_the_call_calls_and_the_others_keep_the_words(client, room, clock, button):
    key = opened_now(clock, room.teacher, room.school)
    rowan = factories.child(room.school, by=room.office)
    sent = {"key": key, "q": "Rowan", "line": "Come to the hall", button: str(rowan.pk)}
    answers = [client.post("/call/", sent) for _ in range(2)]
    assert not Concern.objects.exists()
    draft = Draft.objects.get(author=room.teacher)
    for answer in answers:
        assert answer.status_code == 303
        assert answer.url.startswith(f"/account/sign-in/?next=/log/{draft.pk}/")
    client.force_login(room.teacher)
    form = client.get(f"/log/{draft.pk}/?kept=1").context["form"]
    assert (form["facts"].value(), form["how_soon"].value()) == ("Come to the hall", "4")
    [row] = form.children
    assert row.child == rowan if button == "add" else row["description"].value() == "Rowan"


def test_signed_out_only_a_page_of_today_and_of_somebody_with_a_role_calls(client, room, clock):
    key = opened_now(clock, room.teacher, room.school)
    gone = tokens.issue(room.assistant, school_id=room.school.pk)
    accounts.deactivate_person(user=room.assistant)
    assert client.post("/call/", {"key": gone}).status_code == 403
    for damaged in ("made-up", ""):
        answer = client.post("/call/", {"key": damaged, "line": "Come now"})
        assert answer.status_code == 422
        assert "Nobody has been called" in answer.content.decode()
        assert "is kept as a draft" not in answer.content.decode()
    clock.shift(timedelta(days=1, minutes=1))
    answer = client.post("/call/", {"key": key, "line": "Come to the hall", "q": "boy, Year 3"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "This page is older than a day" in text
    assert "is kept as a draft" in text
    draft = Draft.objects.get(author=room.teacher)
    assert draft.content["facts"] == ["Come to the hall"]
    assert draft.content["unnamed-1-description"] == ["boy, Year 3"]
    assert client.get("/call/").url.startswith("/account/sign-in/")
    assert not Concern.objects.exists()


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    ("typed", "facts", "described"),
    [
        ({"line": "Come now. " * 100}, ("Come now. " * 100).strip(), []),
        ({"line": "Come\x00 now"}, "Come now", []),
        ({"line": "Come now", "child": "half-a-key"}, "Come now", [NOT_RECORDED]),
        (
            {"line": "Come now", "q": "boy, red coat, " * 20},
            f"Come now\n\nWhich child, as typed with the call: {('boy, red coat, ' * 20).strip()}",
            [f"{('boy, red coat, ' * 20)[:199]}…"],
        ),
        (
            {"q": "boy, red coat", "child": "half-a-key"},
            "Which child, as typed with the call: boy, red coat",
            ["boy, red coat"],
        ),
        ({"line": "x" * 3_000_000}, "x" * 3_000_000, []),
    ],
    ids=["long line", "null", "odd child", "long name", "name and odd child", "megabytes"],
)
def test_a_call_is_made_whatever_is_typed_and_holds_every_word(client, room, clock, signed_in, typed, facts, described):
    key = opened_now(clock, room.teacher, room.school)
    if signed_in:
        client.force_login(room.teacher)
    answer = client.post("/call/", {"key": key} | typed)
    assert answer.status_code == (302 if signed_in else 200)
    concern = Concern.objects.get()
    assert concern.account.facts == facts
    assert [row.description for row in concern.children.all()] == described
    client.force_login(room.teacher)
    assert client.get(f"/log/{concern.token}/").context["form"]["facts"].value() == facts


def test_other_words_on_a_page_gone_back_to_are_another_call_and_the_same_are_not(client, room):
    key = tokens.issue(room.teacher, school_id=room.school.pk)
    client.force_login(room.teacher)
    for line in ("Come to the hall", "Come to the hall", "Now the gate", "Now the gate"):
        client.post("/call/", {"key": key, "line": line})
    assert [c.account.facts for c in Concern.objects.order_by("number")] == ["Come to the hall", "Now the gate"]


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_same_page_pressed_hours_later_calls_again_where_a_lead_has_opened_the_first(room, clock, signed_in):
    key, client = opened_now(clock, room.teacher, room.school), Client()
    if signed_in:
        client.force_login(room.teacher)

    def press():
        client.post("/call/", {"key": key, "line": "Come now"})
        return Concern.objects.order_by("number").last()

    first = press()
    assert press() == first
    deciding.open_concern(concern=first, by=room.lead)
    clock.shift(timedelta(hours=3))
    second = press()
    assert second != first
    assert press() == second
    assert Notice.objects.filter(object_id=second.pk, kind=ConcernNotice.CALL).exists()
    deciding.open_concern(concern=second, by=room.lead)
    assert press() not in (first, second)


def test_signed_out_other_words_on_a_page_that_has_called_are_added_to_the_one_call(client, room, clock):
    key = opened_now(clock, room.teacher, room.school)
    rowan = factories.child(room.school, by=room.office)
    for typed in ({"line": "Come now"}, {"line": "To the gate"}, {"child": str(rowan.pk)}, {"q": "boy, red coat"}) * 2:
        answer = client.post("/call/", {"key": key} | typed)
        assert "Your call has been sent" in answer.content.decode()
    again = "Which child, as said when the call was made again: "
    assert Concern.objects.get().account.facts.split("\n\n") == [
        "Come now",
        "To the gate",
        f"{again}Rowan Ashdown",
        f"{again}boy, red coat",
    ]
    assert Notice.objects.filter(user=room.lead, kind=ConcernNotice.ADDED).exists()
    # When a lead has opened it, the next call begins.
    deciding.open_concern(concern=Concern.objects.get(), by=room.lead)
    for line in ("Now the hall", "Now the field"):
        client.post("/call/", {"key": key, "line": line})
    assert [c.account.facts for c in Concern.objects.order_by("number")][1:] == ["Now the hall\n\nNow the field"]


def test_when_the_call_breaks_its_words_are_a_draft(client, room, monkeypatch):
    def broken(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(raising, "call_lead", broken)
    client.raise_request_exception = False
    answer = send(client, room, line="Come to the hall")
    assert answer.status_code == 500
    assert "is kept as a draft" in answer.content.decode()
    assert Draft.objects.get(author=room.teacher).content["facts"] == ["Come to the hall"]


def test_the_call_goes_to_the_school_for_which_its_page_was_opened(client, room):
    """Somebody of two schools has a page of each open, and works in the role of the other by now."""
    there = factories.staffroom("Weir Road Primary School")
    factories.give_role(user=room.teacher, school=there.school, role_key="teacher", starts_on=factories.LONG_AGO)
    here_child = factories.child(room.school, "Rowan", by=room.office)
    there_child = factories.child(there.school, "Skye", by=there.office)
    client.force_login(room.teacher)
    keys = {}
    for cast in (room, there):
        client.post("/act-as/", {"acting": f"{cast.school.pk}:teacher"})
        keys[cast.school.pk] = client.get("/call/").context["form"]["key"].value()
    # The role is that of the second school now.
    key = keys[room.school.pk]
    for found in (
        client.post("/call/", {"key": key, "q": "Ashdown", "find": "find"}),
        client.post("/log/find/", {"key": key, "q": "Ashdown"}),
    ):
        assert "Rowan" in found.content.decode()
        assert "Skye" not in found.content.decode()
    assert "Skye" in client.post("/log/find/", {"key": keys[there.school.pk], "q": "Ashdown"}).content.decode()
    chosen = client.post("/call/", {"key": key, "q": "Ashdown", "add": str(here_child.pk)})
    assert "Rowan Ashdown" in chosen.content.decode()
    assert "Priya Raman" in chosen.content.decode()
    assert chosen.context["form"]["key"].value() == key

    client.post("/call/", {"key": key, "child": str(here_child.pk)})
    client.post("/call/", {"key": keys[there.school.pk], "child": str(there_child.pk)})
    for cast, child in ((room, here_child), (there, there_child)):
        assert [row.child for row in Concern.objects.get(school=cast.school).children.all()] == [child]
    # And so does the account, from a page that is opened in the role of the other school.
    called = Concern.objects.get(school=room.school)
    form = client.get(f"/log/{called.token}/")
    assert tokens.whose(form.context["key"]).school_id == room.school.pk
    assert [row.name for row in form.context["form"].children] == ["Rowan Ashdown"]


def test_a_child_of_ones_other_school_is_not_named_by_a_call(client, room):
    there = factories.staffroom("Weir Road Primary School")
    factories.give_role(user=room.teacher, school=there.school, role_key="teacher", starts_on=factories.LONG_AGO)
    skye = factories.child(there.school, "Skye", by=there.office)
    send(client, room, child=str(skye.pk))
    assert Concern.objects.get().children.get().child is None


def test_a_page_without_its_key_calls_nobody_says_so_and_leaves_an_event(client, room):
    client.force_login(room.teacher)
    for sent in ({}, {"key": "half a k"}, {"key": tokens.issue(room.lead)}):
        again = client.post("/call/", sent | {"line": "Come now"})
        assert "Nobody has been called yet" in again.content.decode()
        assert 'value="Come now"' in again.content.decode()
    refused = Event.objects.filter(verb=Verb.DENY, object_type="call_lead", actor_id=room.teacher.pk)
    assert refused.count() == 3
    assert not Concern.objects.exists()
    client.post("/call/", {"key": again.context["form"]["key"].value()})
    assert Concern.objects.get().logged_by == room.teacher
    assert refused.count() == 3


def test_a_colleagues_page_at_a_shared_computer_asks_once_more_and_keeps_the_words(client, room):
    client.force_login(room.assistant)
    theirs = tokens.issue(room.teacher, school_id=room.school.pk)
    again = client.post("/call/", {"key": theirs, "line": "Come now"})
    assert not Concern.objects.exists()
    text = again.content.decode()
    assert "Press the button once more" in text
    assert 'value="Come now"' in text

    client.post("/call/", {"key": again.context["form"]["key"].value(), "line": "Come now"})
    assert Concern.objects.get().logged_by == room.assistant


def test_what_is_written_before_it_is_finished_is_the_account_itself(client, room, clock):
    concern = made(room, line="He will not go home", described="boy, Year 3")
    deciding.open_concern(concern=concern, by=room.lead)
    client.force_login(room.teacher)
    page = client.get(f"/call/{concern.pk}/").content.decode()
    assert f'href="/log/{concern.token}/"' in page
    form = client.get(f"/log/{concern.token}/").content.decode()
    assert "He will not go home" in form
    assert "boy, Year 3" in form

    entry = raising.ChildEntry(role="worried_about", kind="unnamed", description="boy, Year 3")
    account = raising.AccountFacts(facts="He will not go home. He said why.")
    report = raising.Report(how_soon=4, children=[entry], account=account)
    raising.raise_concern(token=concern.token, school=room.school, report=report, by=room.teacher)

    concern.refresh_from_db()
    assert concern.account.facts == "He will not go home. He said why."
    assert not concern.account.amendments.exists()
    assert concern.news_at is not None
    assert "See your report" in client.get(f"/call/{concern.pk}/").content.decode()
