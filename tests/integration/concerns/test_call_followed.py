"""A call that was made: its sender's own page, and what the open pages of leads show."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding, raising
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY
from tests.pages import on_one_line

from .call_page import made, strip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_sender_sees_who_was_told_and_who_has_opened_it(client, room, clock):
    concern = made(room)
    client.force_login(room.teacher)
    text = on_one_line(client.get(f"/call/{concern.pk}/"))
    assert "Nobody has opened your call yet" in text
    assert "It goes to Tom Aldous at 10:03am and to Helen Okafor at 10:06am." in text
    assert '<b>Priya Raman</b>, <span class="hb-nowrap">extension 214</span>' in text
    assert 'call <a class="hb-nowrap" href="tel:999">999</a>' in text

    clock.shift(timedelta(minutes=1))
    deciding.open_concern(concern=concern, by=room.lead)
    text = on_one_line(client.get(f"/call/{concern.pk}/", {"part": "1"}))
    assert "Priya Raman has opened your call" in text
    assert 'At 10:01am. Ring <span class="hb-nowrap">extension 214</span>' in text


def test_a_lead_who_was_not_told_but_saw_it_on_the_screen_is_named_too(client, room):
    concern = made(room)
    deciding.open_concern(concern=concern, by=room.deputy)
    client.force_login(room.teacher)
    assert "Tom Aldous has opened your call" in on_one_line(client.get(f"/call/{concern.pk}/"))


def answer(client, user, concern, said):
    client.force_login(user)
    return client.post(f"/concerns/{concern.pk}/answer/", {"answer": said})


def test_a_lead_answers_a_call_in_one_press_and_its_sender_reads_it(client, room, clock):
    accounts.change_school(school=room.school, by=room.lead, telephone="0161 496 0000")
    concern = made(room)
    client.force_login(room.lead)
    page = on_one_line(client.get(f"/concerns/{concern.pk}/"))
    assert "Jon Beckett called today, 10am." in page
    assert page.index("I am coming") < page.index("<h1")

    clock.shift(timedelta(minutes=2))
    assert answer(client, room.lead, concern, "coming").url == f"/concerns/{concern.pk}/"
    page = on_one_line(client.get(f"/concerns/{concern.pk}/"))
    assert "You said “I am coming” at 10:02am" in page
    client.force_login(room.teacher)
    for asked in ({}, {"part": "1"}):
        text = on_one_line(client.get(f"/call/{concern.pk}/", asked))
        assert "<h2>Priya Raman is coming to you</h2>" in text
        assert 'Ring <a class="hb-nowrap" href="tel:01614960000">0161 496 0000</a>, <span' in text
        assert "Nobody has opened" not in text

    answer(client, room.deputy, concern, "ring")
    client.force_login(room.teacher)
    text = on_one_line(client.get(f"/call/{concern.pk}/", {"part": "1"}))
    assert "<h2>Ring Tom Aldous now</h2>" in text
    assert "extension 220" in text
    events = Event.objects.filter(object_id=concern.pk, purpose="answered the call").order_by("pk")
    assert [event.actor_id for event in events] == [room.lead.pk, room.deputy.pk]


def test_the_same_answer_again_and_one_that_there_is_not_change_nothing(client, room):
    concern = made(room)
    for said in ("coming", "coming", "later", ""):
        assert answer(client, room.lead, concern, said).status_code == 302
    assert Event.objects.filter(object_id=concern.pk, purpose="answered the call").count() == 1
    with pytest.raises(BadInput):
        deciding.answer_call(concern=concern, answer="later", by=room.lead)


def test_who_may_not_answer_a_call(client, room):
    concern, logged = made(room), factories.concern(room)
    own = raising.call_lead(token=uuid4(), school=room.school, by=room.lead, at=SCHOOL_DAY)
    for user, other in ((room.teacher, concern), (room.assistant, concern)):
        assert answer(client, user, other, "coming").status_code in (403, 404)
    with pytest.raises(NotAllowed):
        deciding.answer_call(concern=concern, answer="coming", by=room.teacher)
    for other in (own, logged):
        with pytest.raises(OutOfTurn):
            deciding.answer_call(concern=other, answer="coming", by=room.lead)
        client.force_login(room.lead)
        assert "I am coming" not in on_one_line(client.get(f"/concerns/{other.pk}/"))
        assert answer(client, room.lead, other, "coming").status_code == 302
    assert not Event.objects.filter(purpose="answered the call").exists()


def test_the_senders_page_passes_the_call_on_where_no_worker_runs(client, room, clock):
    concern = made(room)
    client.force_login(room.teacher)
    clock.shift(timedelta(minutes=3))
    text = on_one_line(client.get(f"/call/{concern.pk}/", {"part": "1"}))
    assert "Tom Aldous" in text
    assert "It goes to Helen Okafor at 10:06am." in text
    clock.shift(timedelta(minutes=3))
    text = on_one_line(client.get(f"/call/{concern.pk}/", {"part": "1"}))
    assert "Helen Okafor" in text
    assert "3 people have been told; it goes to nobody else by itself." in text
    assert Notice.objects.filter(user=room.deputy, kind=ConcernNotice.CALL).exists()


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
    assert said in on_one_line(client.get(f"/call/{concern.pk}/"))
    for name, at in re.findall(r"to (\w+ \w+) at 10:(\d\d)am", said):
        clock.move_to(SCHOOL_DAY + timedelta(minutes=int(at)))
        client.get(f"/call/{concern.pk}/", {"part": "1"})
        newest = Notice.objects.filter(kind=ConcernNotice.CALL).order_by("created_at", "pk").last()
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
        assert ('<a class="hb-nowrap" href="tel:01614960003">0161 496 0003</a>' in text) is said
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
    # Session, its row, person, roles, the transaction, what to sign for it and its context; then the calls.
    with django_assert_num_queries(9):
        client.get("/calls/", {"part": "1"})
    assert "sessionid" not in client.get("/calls/").cookies
    assert client.session.get_expiry_date(modification=SCHOOL_DAY) == expires
