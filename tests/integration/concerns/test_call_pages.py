"""Calling a lead, following one's call, and what the open pages of leads show."""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client

from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.calls import NOT_RECORDED
from safeguarding.concerns.models import Concern, Draft
from safeguarding.concerns.services import deciding, raising
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    """A Tuesday in term, 10 o'clock; `clock.shift(minutes)` goes on."""
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


def send(client, room, user=None, **typed):
    user = user or room.teacher
    client.force_login(user)
    return client.post("/call/", {"key": tokens.issue(user, school_id=room.school.pk)} | typed)


def made(room, **facts):
    return raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY, **facts)


def strip(client, user, part=True):
    client.force_login(user)
    return client.get("/calls/", {"part": "1"} if part else {}).content.decode()


def test_the_button_alone_is_a_call(client, room):
    answer = send(client, room)
    concern = Concern.objects.get()
    assert answer.url == f"/call/{concern.pk}/"
    assert (concern.called_at, concern.how_soon, concern.logged_by) == (SCHOOL_DAY, 4, room.teacher)
    assert Notice.objects.filter(user=room.lead, kind=Notice.Kind.CALL).count() == 1
    assert Event.objects.filter(verb=Verb.CALL, object_id=concern.pk, actor_id=room.teacher.pk).count() == 1


def test_sent_twice_it_is_one_call(client, room):
    client.force_login(room.teacher)
    sent = {"key": tokens.issue(room.teacher), "line": "Come to the hall"}
    assert client.post("/call/", sent).url == client.post("/call/", sent).url
    assert Concern.objects.count() == 1


def test_a_line_is_the_beginning_of_the_account_and_typed_words_are_a_child_to_be_linked(client, room):
    send(client, room, line="She will not go home", q="girl with a blue bag")
    concern = Concern.objects.get()
    assert concern.account.facts == "She will not go home"
    [named] = concern.children.all()
    assert (named.child, named.kind, named.description) == (None, "unnamed", "girl with a blue bag")


def test_a_child_is_found_chosen_and_sent(client, room):
    rowan = factories.child(room.school, by=room.office)
    found = send(client, room, q="Rowan", line="Come now", find="find")
    text = found.content.decode()
    assert f'value="{rowan.pk}"' in text
    assert 'value="Come now"' in text

    chosen = send(client, room, q="Rowan", line="Come now", add=str(rowan.pk)).content.decode()
    assert "Rowan Ashdown" in chosen
    assert "5B, Year 5" in chosen
    assert not Concern.objects.exists()

    send(client, room, child=str(rowan.pk), line="Come now")
    assert [c.child for c in Concern.objects.get().children.all()] == [rowan]
    assert Event.objects.filter(verb=Verb.SEARCH, purpose="call").exists()


def test_a_child_can_be_taken_out_again(client, room):
    rowan = factories.child(room.school, by=room.office)
    text = send(client, room, child=str(rowan.pk), line="Come now", remove=str(rowan.pk)).content.decode()
    assert "Rowan" not in text
    assert 'value="Come now"' in text


def test_nothing_is_found_says_that_words_are_enough(client, room):
    text = send(client, room, q="Zebedee", find="find").content.decode()
    assert "Names that sound alike were tried too" in text
    assert 'value="Zebedee"' in text


@pytest.mark.parametrize("child", [str(UUID(int=7)), "other school"])
def test_a_child_that_is_not_to_be_seen_does_not_stop_the_call(client, room, child):
    if child == "other school":
        elsewhere = factories.staffroom("Weir Road Primary School")
        child = str(factories.child(elsewhere.school, by=elsewhere.office).pk)
    assert send(client, room, child=child).status_code == 302
    row = Concern.objects.get().children.get()
    assert (row.child, row.description) == (None, NOT_RECORDED)


def test_a_child_gone_for_more_than_a_year_is_not_named_by_a_call_and_one_gone_for_less_is(client, room):
    for name, days in (("Ivo", 200), ("Ida", 400)):
        gone = factories.child(room.school, name, "Lately", by=room.office)
        # Children leave by an import; what it writes on the card is all that counts here.
        type(gone).objects.filter(pk=gone.pk).update(left_on=SCHOOL_DAY.date() - timedelta(days=days))
        send(client, room, child=str(gone.pk))
    named = Concern.objects.order_by("number").values_list("children__child__forename", "children__description")
    assert list(named) == [("Ivo", ""), (None, NOT_RECORDED)]


def test_a_key_of_somebody_else_calls_nobody(client, room):
    client.force_login(room.teacher)
    for sent in ({"key": tokens.issue(room.lead)}, {"key": "half a k"}, {}):
        assert "Press the button once more" in client.post("/call/", sent).content.decode()
    assert not Concern.objects.exists()


def test_the_finder_names_nobody_of_another_school(client, room):
    elsewhere = factories.staffroom("Weir Road Primary School")
    factories.child(elsewhere.school, "Skye", by=elsewhere.office)
    factories.child(room.school, "Rowan", by=room.office)
    text = send(client, room, q="Ashdown", find="find").content.decode()
    assert "Rowan" in text
    assert "Skye" not in text


def test_the_sender_sees_who_was_told_and_who_has_opened_it(client, room, clock):
    concern = made(room)
    client.force_login(room.teacher)
    text = client.get(f"/call/{concern.pk}/").content.decode()
    assert "Nobody has opened your call yet" in text
    assert "It goes to Tom Aldous at 10:03am and to Helen Okafor at 10:06am." in text
    assert "<b>Priya Raman</b>, extension 214" in text
    assert "call 999" in text

    clock.shift(timedelta(minutes=1))
    deciding.open_concern(concern=concern, by=room.lead)
    text = client.get(f"/call/{concern.pk}/", {"part": "1"}).content.decode()
    assert "Priya Raman has opened your call" in text
    assert "At 10:01am. Ring extension <b>214</b>" in text


def test_a_lead_who_was_not_told_but_saw_it_on_the_screen_is_named_too(client, room):
    concern = made(room)
    deciding.open_concern(concern=concern, by=room.deputy)
    client.force_login(room.teacher)
    assert "Tom Aldous has opened your call" in client.get(f"/call/{concern.pk}/").content.decode()


def test_the_senders_page_passes_the_call_on_where_no_worker_runs(client, room, clock):
    concern = made(room)
    client.force_login(room.teacher)
    clock.shift(timedelta(minutes=3))
    text = client.get(f"/call/{concern.pk}/", {"part": "1"}).content.decode()
    assert "Tom Aldous" in text
    assert "It goes to Helen Okafor at 10:06am." in text
    clock.shift(timedelta(minutes=3))
    text = client.get(f"/call/{concern.pk}/", {"part": "1"}).content.decode()
    assert "Helen Okafor" in text
    assert "3 people have been told; it goes to nobody else by itself." in text
    assert Notice.objects.filter(user=room.deputy, kind=Notice.Kind.CALL).exists()


@pytest.mark.parametrize(
    ("away", "caller", "said"),
    [
        (["lead", "deputy", "third"], "teacher", "1 person has been told; it goes to nobody else by itself."),
        (["headteacher"], "teacher", "It goes to Tom Aldous at 10:03am and to Olive Marsh at 10:06am."),
        (["deputy", "third", "headteacher"], "teacher", "1 person has been told; it goes to nobody else by itself."),
        ([], "headteacher", "It goes to Tom Aldous at 10:03am and to Olive Marsh at 10:06am."),
        (["lead", "deputy", "third", "headteacher"], "teacher", "4 people have been told"),
        ([], "teacher", "It goes to Tom Aldous at 10:03am and to Helen Okafor at 10:06am."),
    ],
)
def test_the_senders_page_says_who_is_told_next_as_it_happens(client, room, clock, away, caller, said):
    """And what it says comes true, whoever is away."""
    third = factories.member(room.school, "deputy_lead", "Olive", "Marsh", call_order=3)
    people = vars(room) | {"third": third}
    for name in away:
        accounts.record_absence(
            user=people[name], starts_on=SCHOOL_DAY.date(), ends_on=SCHOOL_DAY.date(), by=room.lead, at=SCHOOL_DAY
        )
    concern = raising.call_lead(token=uuid4(), school=room.school, by=people[caller], at=SCHOOL_DAY)
    client.force_login(people[caller])
    assert said in client.get(f"/call/{concern.pk}/").content.decode()
    for name, at in re.findall(r"to (\w+ \w+) at 10:(\d\d)am", said):
        clock.move_to(SCHOOL_DAY + timedelta(minutes=int(at)))
        client.get(f"/call/{concern.pk}/", {"part": "1"})
        newest = Notice.objects.filter(kind=Notice.Kind.CALL).order_by("created_at", "pk").last()
        assert newest.user.full_name == name


def test_a_call_is_its_senders_own_page(client, room):
    concern = made(room)
    for user in (room.assistant, room.lead):
        client.force_login(user)
        assert client.get(f"/call/{concern.pk}/").status_code == 404
    client.force_login(room.teacher)
    assert client.get(f"/call/{concern.pk}/").status_code == 200
    logged = factories.concern(room)
    assert client.get(f"/call/{logged.pk}/").status_code == 404


def test_the_page_is_recorded_once_and_its_asking_is_not(client, room):
    concern = made(room)
    client.force_login(room.teacher)
    client.get(f"/call/{concern.pk}/")
    for _ in range(5):
        client.get(f"/call/{concern.pk}/", {"part": "1"})
    assert Event.objects.filter(verb=Verb.VIEW, object_id=concern.account.pk, purpose="call").count() == 1


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (SCHOOL_DAY, False),
        (datetime(2026, 11, 24, 19, 0, tzinfo=LONDON), True),
        (datetime(2026, 11, 28, 11, 0, tzinfo=LONDON), True),
    ],
)
def test_out_of_hours_the_numbers_come_first(client, room, clock, at, said):
    accounts.change_school(school=room.school, by=room.lead, social_care_night="0161 496 0003")
    concern = made(room)
    clock.move_to(at)
    client.force_login(room.teacher)
    for address in ("/call/", f"/call/{concern.pk}/"):
        text = client.get(address).content.decode()
        assert ("0161 496 0003" in text) is said
        assert ("nyone can make a referral" in text) is said
        assert "999" in text
        if said:
            assert text.index("0161 496 0003") < text.index("<h1")


def test_the_open_page_of_a_lead_shows_who_calls_and_nothing_about_the_child(client, room):
    rowan = factories.child(room.school, by=room.office)
    made(room, child=rowan, line="He says he is hungry")
    for part in (True, False):
        text = strip(client, room.deputy, part)
        assert "from Jon Beckett, Class teacher, 5B, at 10am" in text
        for secret in ("Rowan", "Ashdown", "hungry", "C-2026"):
            assert secret not in text


def test_an_open_page_without_calls_is_empty_and_no_event(client, room):
    assert strip(client, room.lead).strip() == ""
    made(room)
    assert strip(client, room.lead).strip() != ""
    assert not Event.objects.filter(actor_id=room.lead.pk).exists()


def test_who_takes_no_calls_is_shown_none(client, room):
    made(room)
    for user in (room.teacher, room.assistant, room.office):
        assert strip(client, user).strip() == ""


def test_a_lead_who_works_in_another_role_just_now_is_shown_calls_all_the_same(client, room):
    elsewhere = factories.school("Weir Road Primary School")
    factories.give_role(user=room.lead, school=elsewhere, role_key="teacher", starts_on=factories.LONG_AGO)
    made(room)
    client.force_login(room.lead)
    client.post("/act-as/", {"acting": f"{elsewhere.pk}:teacher"})
    text = client.get("/calls/", {"part": "1"})
    assert text.wsgi_request.held.role.key == "teacher"
    assert "Jon Beckett" in text.content.decode()


def test_the_frame_may_stand_in_our_own_pages_only_and_no_other_page_in_any_frame(client, room):
    client.force_login(room.lead)
    frame, page = client.get("/calls/"), client.get("/call/")
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in frame.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    text = frame.content.decode()
    assert '<meta http-equiv="refresh" content="15">' in text
    assert '<base target="_top">' in text


def test_asking_costs_the_view_one_query_and_keeps_no_session_alive(client, room, django_assert_num_queries):
    made(room)
    client.force_login(room.lead)
    expires = client.session.get_expiry_date(modification=SCHOOL_DAY)
    # Session, its row, person, roles, the transaction and its context; then the calls.
    with django_assert_num_queries(8):
        client.get("/calls/", {"part": "1"})
    assert "sessionid" not in client.get("/calls/").cookies
    assert client.session.get_expiry_date(modification=SCHOOL_DAY) == expires


def test_no_call_takes_a_name_into_the_address_or_the_title(client, room):
    rowan = factories.child(room.school, by=room.office)
    answer = send(client, room, child=str(rowan.pk), line="Rowan is here")
    text = client.get(answer.url).content.decode()
    title = text[text.index("<title>") : text.index("</title>")]
    assert "Rowan" not in answer.url + title
    assert "Ashdown" not in text


def opened_now(clock, user, school):
    """The key of a page that `user` opens, and the clock at that moment: keys carry the machine's time."""
    key = tokens.issue(user, school_id=school.pk)
    clock.move_to(tokens.opened_at(tokens.whose(key)))
    return key


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
    event = Event.objects.get(verb=Verb.CALL, object_id=concern.pk)
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
    assert Notice.objects.filter(object_id=second.pk, kind=Notice.Kind.CALL).exists()
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
        "Come now", "To the gate", f"{again}Rowan Ashdown", f"{again}boy, red coat",
    ]  # fmt: skip
    assert Notice.objects.filter(user=room.lead, kind=Notice.Kind.ADDED).exists()
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
