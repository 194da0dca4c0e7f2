"""Does a screen that nobody uses lock, does a session end in time, and is nothing lost that was typed?"""

from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from safeguarding.accounts.services import sessions as services
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Event
from tests import factories
from tests.factories import PASSWORD
from tests.integration.accounts.test_second_factor import is_in, sign_in
from tests.signed_in import next_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def room():
    return factories.staffroom(password=PASSWORD)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield lambda **delta: traveller.shift(timedelta(**delta))


@pytest.mark.parametrize(("shared", "minutes"), [(False, 15), (True, 5)])
def test_it_locks_after_fifteen_minutes_without_use_and_after_five_on_a_shared_device(room, clock, shared, minutes):
    client, _ = sign_in(room.lead, **({"shared": "on"} if shared else {}))
    clock(minutes=minutes - 1)
    assert is_in(client)
    clock(minutes=minutes, seconds=-5)
    assert is_in(client)
    clock(minutes=minutes, seconds=5)
    answer = client.get("/inbox/")
    assert answer.url == "/account/locked/?next=/inbox/"
    assert "Screen locked" in client.get(answer.url).content.decode()


def test_it_opens_with_the_factor_alone_where_it_was_under_a_new_id(room, clock):
    client, _ = sign_in(room.lead)
    clock(minutes=16)
    before = client.session.session_key
    assert client.post("/account/locked/", {"factor_password": PASSWORD, "next": "/inbox/"}).status_code == 422
    assert client.post("/account/locked/", {"factor_code": "000000", "next": "/inbox/"}).status_code == 422
    assert not is_in(client)
    answer = client.post("/account/locked/", {"factor_code": next_code(room.lead), "next": "/inbox/"})
    assert answer.url == "/inbox/"
    assert client.session.session_key != before
    assert is_in(client)
    assert Event.objects.filter(verb=AccountVerb.SIGN_IN, object_id=room.lead.pk, purpose="screen opened").count() == 1


def test_who_has_no_factor_opens_it_with_the_password(room, clock):
    client, _ = sign_in(room.teacher)
    clock(minutes=16)
    assert client.post("/account/locked/", {"factor_password": "wrong"}).status_code == 422
    assert client.post("/account/locked/", {"factor_password": PASSWORD}).status_code == 302
    assert is_in(client)


def test_it_is_locked_by_hand_and_stays_so_whatever_is_answered_meanwhile(room, clock):
    client, _ = sign_in(room.lead)
    clock(minutes=1)
    # A request that was there before: it says that the session was used only after the screen was locked.
    earlier = services.session_of(SimpleNamespace(session=client.session))
    assert client.get("/account/lock/").status_code == 405
    answer = client.post("/account/lock/", {"next": "/today/"})
    assert answer.url == "/account/locked/?next=%2Ftoday%2F"
    services.touch(earlier)
    assert not is_in(client)
    assert client.post("/account/still-here/").status_code in (302, 403)
    assert not is_in(client)
    assert client.post("/account/locked/", {"factor_code": next_code(room.lead), "next": "/today/"}).url == "/today/"
    assert is_in(client)
    assert Event.objects.filter(object_id=room.lead.pk, purpose="screen locked").count() == 1


def test_it_comes_back_to_harbour_and_to_nowhere_else(room, clock):
    client, _ = sign_in(room.teacher)
    clock(minutes=16)
    answer = client.post("/account/locked/", {"factor_password": PASSWORD, "next": "https://example.com/"})
    assert answer.url == "/"


def test_pages_that_ask_by_themselves_do_not_keep_it_open_and_somebody_who_types_does(room, clock):
    client, _ = sign_in(room.lead)
    for _ in range(16):
        clock(minutes=1)
        assert client.get("/calls/?part=1").status_code in (200, 302)
        client.get("/account/still-here/")
    assert not is_in(client)

    client, _ = sign_in(room.lead)
    for _ in range(4):
        clock(minutes=10)
        assert client.post("/account/still-here/").status_code == 204
    assert is_in(client)


def test_an_open_page_is_told_how_long_it_has(room, clock):
    client, _ = sign_in(room.lead)
    clock(minutes=4)
    assert client.get("/account/still-here/").json() == {"left": 11 * 60}


def test_it_ends_after_ten_hours_however_busy(room, clock):
    client, _ = sign_in(room.lead)
    for _ in range(59):
        clock(minutes=10)
        inbox = client.get("/inbox/")
        assert inbox.status_code == 200
        # The library's own end of a session moves on with each change of it; this one does not.
        client.post("/act-as/", {"acting": inbox.wsgi_request.held.choice})
    clock(minutes=10)
    assert client.get("/inbox/").url == "/account/sign-in/?next=/inbox/"
    assert not UserSession.objects.exists()


def test_signing_in_again_ends_no_session_that_is_there(room):
    """The library looks at each session of the person, and ends those that it cannot open."""
    browsers = [sign_in(room.teacher)[0] for _ in range(3)]
    assert [is_in(one) for one in browsers] == [True] * 3
    assert UserSession.objects.filter(user=room.teacher).count() == 3


def test_what_is_sent_from_a_locked_screen_is_kept_and_comes_back(room, clock):
    """A decision that was typed while the screen locked stands in its form again after the code."""
    concern = factories.concern(room)
    client, _ = sign_in(room.lead)
    page = client.get(f"/concerns/{concern.pk}/").content.decode()
    key = page.split('name="key" value="')[1].split('"')[0]
    clock(minutes=16)
    typed = {"key": key, "text": "Spoke to the class teacher at break."}
    answer = client.post(f"/concerns/{concern.pk}/note/", typed)
    assert answer.status_code == 303
    assert answer.url.startswith("/account/sign-in/")
    answer = client.get(answer.url)
    assert answer.url.startswith("/account/locked/?next=/concerns/")
    back = parse_qs(urlsplit(answer.url).query)["next"][0]
    back = client.post("/account/locked/", {"factor_code": next_code(room.lead), "next": back}).url
    assert "Spoke to the class teacher at break." in client.get(back).content.decode()


def test_a_role_change_of_ones_own_goes_on_under_a_new_id(room, client):
    client.force_login(room.lead)
    UserSession.objects.update(data={"shared": True})
    before, held = client.session.session_key, client.get("/inbox/").wsgi_request.held
    client.post("/act-as/", {"acting": held.choice})
    assert client.session.session_key != before
    assert is_in(client)
    assert not Session.objects.filter(session_key=before).exists()
    assert UserSession.objects.get().data == {"shared": True}


def test_a_new_password_ends_the_other_sessions_and_makes_this_one_no_younger(room, clock):
    here, _ = sign_in(room.teacher, shared="on")
    there, _ = sign_in(room.teacher)
    began = UserSession.objects.get(session_key=here.session.session_key).created_at
    clock(minutes=3)
    new = "a-lighthouse-keeps-watch"
    before = here.session.session_key
    here.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (is_in(here), is_in(there)) == (True, False)
    row = UserSession.objects.get(user=room.teacher)
    assert row.session_key == here.session.session_key != before
    assert (row.created_at, row.data) == (began, {"shared": True})
