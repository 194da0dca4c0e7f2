"""Do the known ways around signing in fail? One test for each of them, by its name."""

import threading
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from safeguarding.accounts import services
from safeguarding.accounts.models import ConflictAnswer, RoleAssignment, User
from safeguarding.accounts.passwords import BoundedArgon2
from safeguarding.accounts.session_store import cookie_of, key_in
from tests import factories, rooms
from tests.factories import PASSWORD
from tests.integration.accounts.test_second_factor import addresses, is_in, password, sign_in
from tests.matrix.asking import taken_back
from tests.signed_in import SECRET, next_code
from tests.walls import asking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def room():
    return factories.staffroom(password=PASSWORD)


def code_at(moment):
    return format_hotp_value(hotp_value(SECRET, int(moment.timestamp()) // 30))


def teachers(school, number):
    """Return `number` teachers with a password: one made by the services, the others as copies of its rows."""
    first = factories.member(school, "teacher", password=PASSWORD)
    others = [rooms.copy_of(first, username=f"{first.username}.{n}") for n in range(1, number)]
    User.objects.bulk_create(others)
    for model in (ConflictAnswer, RoleAssignment):
        row = model.objects.get(user=first)
        model.objects.bulk_create([rooms.copy_of(row, user_id=one.pk) for one in others])
    return [first, *others]


def shut(answer):
    return answer.status_code == 200 and "Too many attempts" in answer.content.decode()


def test_a_second_user_in_the_same_browser_gets_nothing_of_the_first(room):
    """Not the session, not the role chosen, and not the factor: neither after signing out nor from a locked screen."""
    for leave in (True, False):
        client, _ = sign_in(room.lead)
        client.post("/act-as/", {"acting": client.get("/inbox/").wsgi_request.held.choice})
        first = client.session.session_key
        if leave:
            client.post("/account/sign-out/")
        else:
            UserSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=16))
            assert not is_in(client)
        _, answer = password(room.deputy, client)
        assert answer.url == "/account/code/"
        assert not is_in(client)
        # The code of the one who was here before is not the other's, nor is what they gave.
        assert client.post("/account/code/", {"code": "000000"}).status_code == 200
        assert not is_in(client)
        client.post("/account/code/", {"code": next_code(room.deputy)})
        assert is_in(client)
        assert client.get("/inbox/").wsgi_request.user.pk == room.deputy.pk
        assert "acting" not in client.session
        assert str(room.lead.pk) not in str(dict(client.session))
        assert not Session.objects.filter(session_key=first).exists()
        assert not UserSession.objects.filter(session_key=first).exists()
        client.post("/account/sign-out/")


def test_the_factor_of_one_person_does_not_open_the_locked_screen_of_another(room):
    client, _ = sign_in(room.lead)
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=True):
        # Both apps are made of the same secret in these tests; the lists are not.
        codes = Authenticator.objects.get(user=room.deputy, type="recovery_codes").wrap().get_unused_codes()
        assert client.post("/account/locked/", {"factor_code": codes[0]}).status_code == 422
        assert not is_in(client)


@pytest.mark.parametrize("seconds", [0, 20, 31, 59])
def test_a_code_is_not_good_a_second_time_in_any_browser(room, seconds):
    """The library forgets a used code after 30 seconds, while a clock that is half a minute off would still take it."""
    start = timezone.now().replace(second=0, microsecond=0)
    with time_machine.travel(start, tick=False) as clock:
        code = code_at(start + timedelta(seconds=30))
        client, _ = password(room.lead)
        client.post("/account/code/", {"code": code})
        assert is_in(client)
        clock.shift(timedelta(seconds=seconds))
        other, _ = password(room.lead)
        other.post("/account/code/", {"code": code})
        assert not is_in(other)
        # Nor does it open a locked screen, or count as fresh.
        client.get("/inbox/")
        assert client.post("/account/again/", {"factor_code": code}).status_code == 422


def test_a_code_that_two_send_at_once_is_good_for_one(room, transactional_db):
    code, opened, ready = next_code(room.lead), [], threading.Barrier(4)
    clients = [password(room.lead)[0] for _ in range(4)]

    def send(client):
        ready.wait()
        client.post("/account/code/", {"code": code})
        opened.append(is_in(client))
        connection.close()

    together(send, clients)
    assert sorted(opened) == [False, False, False, True]


def test_a_session_id_from_before_signing_in_is_worth_nothing_after_it(room):
    """Fixation: somebody prepares a browser with a session, and waits for the lead to sign in."""
    attacker = Client()
    attacker.get("/account/sign-in/")
    session = attacker.session
    session["prepared"] = True
    session.save()
    prepared = attacker.cookies["sessionid"].value
    victim = Client()
    victim.cookies = SimpleCookie({"sessionid": prepared})
    assert victim.session["prepared"]
    sign_in(room.lead, victim)
    assert is_in(victim)
    assert victim.session.session_key != session.session_key
    attacker.cookies = SimpleCookie({"sessionid": prepared})
    assert not is_in(attacker)


DATA = "UPDATE django_session SET session_data = (SELECT session_data FROM django_session WHERE session_key = %s) "


def test_nothing_that_stands_in_a_row_opens_a_session(room):
    """What SQL that was let in reads and copies: the key of a session, what another one keeps, and whose it is."""
    head, _ = sign_in(room.headteacher)
    own, _ = sign_in(room.assistant)
    of_head, mine = head.session.session_key, own.session.session_key
    signature = own.cookies["sessionid"].value.removeprefix(mine)
    for made_up in (of_head, of_head + signature, f"{of_head}:{'x' * 43}", ""):
        browser = Client()
        browser.cookies = SimpleCookie({"sessionid": made_up})
        assert not is_in(browser), made_up
    with taken_back(), connection.cursor() as cursor:
        with asking(room.assistant):
            cursor.execute(DATA + "WHERE session_key = %s", [of_head, mine])
            assert cursor.rowcount == 1
        # As if it could say whose the session is, too.
        UserSession.objects.filter(session_key=mine).update(user=room.headteacher)
        assert not is_in(own)
    assert own.get("/inbox/").wsgi_request.user.pk == room.assistant.pk
    assert is_in(head)


def test_a_cookie_is_no_older_than_a_session_may_be():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        cookie = cookie_of("a" * 32)
        clock.shift(timedelta(hours=10))
        assert key_in(cookie) == "a" * 32
        clock.shift(timedelta(seconds=1))
        assert key_in(cookie) is None


def test_a_half_finished_sign_in_is_no_sign_in(room):
    """The password was right and the code is not given: no page, however the browser asks."""
    client, _ = password(room.lead)
    for _, address in addresses():
        if address != "/account/sign-out/":
            assert client.get(address).wsgi_request.user.is_anonymous, address


def test_a_reset_does_not_skip_the_second_factor(room):
    asked = services.ask_reset(
        user=room.lead, school_id=room.school.pk, what="password", how="seen", by=room.headteacher
    )
    other = services.confirm_reset(reset=asked.reset, how="seen", by=room.deputy)
    client = Client()
    client.post("/account/cannot-sign-in/", {"username": room.lead.username, "first": asked.half, "second": other.half})
    client.post("/account/new-start/", {"password": "kettle-orchard-nine", "again": "kettle-orchard-nine"})
    assert not is_in(client)
    answer = client.post("/account/sign-in/", {"login": room.lead.username, "password": "kettle-orchard-nine"})
    assert answer.url == "/account/code/"
    assert not is_in(client)


def test_nothing_stays_in_the_browser_after_signing_out(room):
    client, _ = sign_in(room.lead)
    assert client.get("/inbox/").headers["Cache-Control"] == "no-store"
    answer = client.post("/account/sign-out/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(client)


def test_a_hundred_and_twenty_staff_sign_in_behind_one_address_in_five_minutes(room):
    staff = teachers(room.school, 120)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for number, person in enumerate(staff):
            if number % 4 == 0:
                assert (
                    Client().post("/account/sign-in/", {"login": person.username, "password": "typo"}).status_code
                    == 200
                )
            _, answer = password(person)
            assert answer.status_code == 302
            clock.shift(timedelta(seconds=2.5))
        assert timezone.now() - start <= timedelta(minutes=5)


def test_an_attacker_does_not_lock_the_lead_out_of_the_computer_that_she_uses(room):
    """A hundred rounds: her account is shut for strangers each time, and she is in each time at her own browser.

    Dear, as the hundred rounds are what is proved.
    """
    own, _ = sign_in(room.teacher)
    own.post("/account/sign-out/")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for round_number in range(100):
            for _ in range(11 if round_number % 20 == 0 else 1):
                answer = Client().post("/account/sign-in/", {"login": room.teacher.username, "password": "guess"})
            assert shut(answer)
            _, answer = password(room.teacher, own)
            assert answer.status_code == 302
            own.post("/account/sign-out/")
            clock.shift(timedelta(seconds=1))
    # At her own browser too there are ten, and the cookie of a browser is not to be made up.
    for _ in range(10):
        own.post("/account/sign-in/", {"login": room.teacher.username, "password": "guess"})
    assert shut(password(room.teacher, own)[1])
    forged = Client()
    forged.cookies = SimpleCookie({"harbour_device": own.cookies["harbour_device"].value[:-2] + "xx"})
    assert shut(password(room.teacher, forged)[1])


def test_ten_guesses_in_five_minutes_over_eight_workers_and_no_eleventh_hash(
    another_process, room, monkeypatch, transactional_db
):
    hashed, ready = [], threading.Barrier(8)
    verify = MD5PasswordHasher.verify

    def counted(self, *args):
        hashed.append(1)
        return verify(self, *args)

    monkeypatch.setattr(MD5PasswordHasher, "verify", counted)

    def guess(number):
        ready.wait()
        for _ in range(5):
            Client().post("/account/sign-in/", {"login": room.lead.username, "password": f"guess {number}"})
        connection.close()

    together(guess, range(8))
    assert 1 <= len(hashed) <= 10
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1), tick=False):
        password(room.lead)
        assert len(hashed) > 10 or shut(password(room.lead)[1]) is False


def test_only_so_many_hashes_are_made_at_once(monkeypatch):
    running, most, step = [], [], threading.Event()

    def slow(self, *args, **kwargs):
        running.append(1)
        most.append(len(running))
        step.wait(0.05)
        running.pop()
        return True

    monkeypatch.setattr("django.contrib.auth.hashers.Argon2PasswordHasher.verify", slow)
    together(lambda _: BoundedArgon2().verify("a", "b"), range(8))
    assert max(most) <= 2
    assert len(most) == 8


@pytest.mark.parametrize("leave", ["deactivated", "role ended"])
def test_who_leaves_loses_access_at_the_next_request(room, leave):
    client, _ = sign_in(room.deputy)
    assert client.get("/today/").status_code == 200
    if leave == "deactivated":
        services.deactivate_person(user=room.deputy)
        assert client.get("/today/").url == "/account/sign-in/?next=/today/"
        assert not shut(password(room.deputy)[1])
        assert not is_in(password(room.deputy)[0])
    else:
        role = RoleAssignment.objects.get(user=room.deputy)
        services.end_role(assignment=role, last_day=timezone.localdate() - timedelta(days=1))
        assert client.get("/today/").status_code == 403
        assert client.get("/inbox/").status_code == 403


def test_there_is_no_django_admin_and_no_page_of_the_library_that_harbour_does_not_use(settings):
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    names = {name for name, _ in addresses(get_resolver().url_patterns)}
    unwanted = {"account_signup", "account_reset_password", "account_email", "account_set_password", "mfa_trust"}
    assert not names & (unwanted | {"mfa_login_webauthn", "mfa_download_recovery_codes", "account_reauthenticate"})
    for address in ("/admin/", "/admin/login/", "/account/signup/", "/account/password/reset/"):
        assert Client().get(address).status_code in (302, 404)


def together(work, each):
    threads = [threading.Thread(target=work, args=[one]) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
