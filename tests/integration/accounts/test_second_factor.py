"""Does nobody who can open a record get past the password alone, by any road, and does a code work once?"""

import functools
import json
import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from safeguarding import secret_text
from safeguarding.accounts import services
from safeguarding.accounts.permissions import needs_second_factor
from safeguarding.accounts.roles import ONLY_LOGGING, ROLES, Capability
from safeguarding.accounts.services import factors
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Event
from safeguarding.demo.codes import codes_of, give_apps
from safeguarding.demo.people import sign_ins
from tests import factories
from tests.factories import LONG_AGO, PASSWORD
from tests.integration.test_rights_rows import is_refused, tried
from tests.matrix.asking import taken_back
from tests.signed_in import SECRET, force_login, give_factor, next_code
from tests.walls import asking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def school():
    return factories.school()


@pytest.fixture
def lead(school):
    return factories.member(school, "lead", "Priya", "Raman", password=PASSWORD)


def password(person, client=None, **typed):
    client = client or Client()
    return client, client.post("/account/sign-in/", {"login": person.username, "password": PASSWORD, **typed})


def sign_in(person, client=None, **typed):
    client, answer = password(person, client, **typed)
    if answer.url == "/account/code/":
        answer = client.post("/account/code/", {"code": next_code(person)})
    return client, answer


def is_in(client):
    return client.get("/inbox/").status_code == 200


def addresses(patterns=None, prefix="/"):
    """Every address of Harbour, with a key that leads nowhere in the place of each key."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + re.sub(r"<uuid:\w+>", "00000000-0000-7000-8000-000000000000", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield entry.name, route


def test_who_can_only_log_needs_none_and_every_other_role_does(school):
    needing = set()
    for key in ROLES:
        person = factories.person()
        factories.give_role(user=person, school=school, role_key=key, starts_on=LONG_AGO)
        needing |= {key} if needs_second_factor(person) else set()
    assert not needing & {"teacher", "teaching_assistant", "midday"}
    assert {"lead", "deputy_lead", "headteacher", "office", "pastoral", "senco", "attendance"} <= needing
    # A capability that nobody has thought of here is strict.
    assert set(Capability) > ONLY_LOGGING
    assert not any(
        needs_second_factor(person)
        for person in (factories.person(), factories.member(school, "lead", ends_on=LONG_AGO))
    )


def test_a_teacher_is_in_with_the_password_and_a_lead_with_password_and_code(school, lead):
    teacher = factories.member(school, "teacher", password=PASSWORD)
    client, answer = password(teacher)
    assert answer.url == "/"
    assert is_in(client)

    client, answer = password(lead)
    assert answer.url == "/account/code/"
    assert not is_in(client)
    answer = client.post("/account/code/", {"code": next_code(lead)})
    assert answer.url == "/"
    assert is_in(client)


def test_a_wrong_code_is_said_an_event_and_after_ten_the_code_is_not_asked_any_more(lead):
    client, _ = password(lead)
    for _ in range(10):
        answer = client.post("/account/code/", {"code": "000000"})
        assert "not right" in answer.content.decode()
    answer = client.post("/account/code/", {"code": next_code(lead)})
    assert "Too many attempts" in answer.content.decode()
    assert not is_in(client)
    assert (
        Event.objects.filter(verb=AccountVerb.SIGN_IN_FAILED, object_id=lead.pk, purpose="second factor").count() == 10
    )


# One client, without cookies: each new one loads the middleware again.
STRANGER = Client()
DONE = """
SELECT count(*) FROM audit_event
WHERE actor_id = %(me)s AND object_id IS DISTINCT FROM %(me)s AND NOT verb = ANY(%(allowed)s)
"""


@functools.cache
def of_a_stranger(method: str, address: str) -> int:
    """What somebody is answered who has not signed in: asked once for all that is compared with it."""
    STRANGER.cookies.clear()
    return getattr(STRANGER, method)(address).status_code


def done_by(person) -> int:
    """How many events of this person there are about anything but themselves, besides signing in and out."""
    with connection.cursor() as cursor:
        cursor.execute(DONE, {"me": person.pk, "allowed": [AccountVerb.SIGN_OUT, AccountVerb.SIGN_IN]})
        return cursor.fetchone()[0]


@pytest.mark.parametrize("state", ["to_set_up", "without_factor", "locked"])
def test_no_address_of_harbour_lets_past_who_has_not_given_the_factor(school, state):
    """Each page, read and sent: what comes back is what a stranger gets, or one of the pages that ask for the
    factor. Dear, as every address is asked in each state: one that is left out could be the way in.
    """
    lead = factories.member(school, "lead", "Priya", "Raman")
    open_pages = {"account_logout", "set_up_factor", "mfa_activate_totp", "factor_picture", "mfa_add_webauthn"}
    if state != "to_set_up":
        give_factor(lead)
        open_pages = {"account_logout", "unlock"}
    client = Client()
    force_login(client, lead, factor=state == "locked")
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    if state == "locked":
        long_ago = timezone.now() - timedelta(minutes=16)
        UserSession.objects.filter(session_key=client.session.session_key).update(last_seen_at=long_ago)
    for method in ("get", "post"):
        for name, address in addresses():
            client.cookies.clear()
            client.cookies[django_settings.SESSION_COOKIE_NAME] = session
            with taken_back():
                answer = getattr(client, method)(address)
                done = done_by(lead)
            if name in open_pages:
                assert lead.first_name.encode() not in answer.content or name == "unlock"
                continue
            assert answer.status_code == of_a_stranger(method, address) or name == "account_login", name
            assert b"Priya" not in answer.content, name
            assert answer.wsgi_request.user.is_anonymous, name
            assert done == 0, name


def test_somebody_new_is_led_to_set_it_up_and_is_in_when_it_works(school):
    lead = factories.person("Priya", "Raman", password=PASSWORD)
    factories.give_role(user=lead, school=school, role_key="lead", starts_on=LONG_AGO)
    client, answer = password(lead)
    assert client.get("/today/").url == "/account/factor/set-up/?next=/today/"
    page = client.get("/account/factor/app/")
    secret = page.context["form"].secret
    assert client.get("/account/factor/app/picture/").headers["Content-Type"] == "image/svg+xml"
    assert client.post("/account/factor/app/", {"code": "000000"}).status_code == 200
    assert not is_in(client)

    before = client.session.session_key
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    answer = client.post("/account/factor/app/", {"code": code})
    assert answer.url == "/account/factor/codes/"
    assert client.session.session_key != before
    shown = re.findall(r'<li class="hb-ref">(\d+)</li>', client.get(answer.url).content.decode())
    assert len(shown) == 10
    # They are shown once.
    assert not re.findall(r'<li class="hb-ref">', client.get(answer.url).content.decode())
    assert is_in(client)
    assert Event.objects.filter(object_id=lead.pk, purpose="second factor added: totp").count() == 1
    # The code that set it up does not sign in as well; one of the list does, once.
    client, _ = password(lead)
    client.post("/account/code/", {"code": code})
    assert not is_in(client)
    client.post("/account/code/", {"code": shown[0]})
    assert is_in(client)
    client, _ = password(lead)
    client.post("/account/code/", {"code": shown[0]})
    assert not is_in(client)


def test_a_role_that_is_given_while_somebody_is_signed_in_asks_for_the_factor_at_the_next_click(school, client):
    teacher = factories.member(school, "teacher")
    client.force_login(teacher)
    assert is_in(client)
    services.assign_role(user=teacher, school=school, role_key="deputy_lead", starts_on=LONG_AGO)
    assert client.get("/inbox/").url == "/account/factor/set-up/?next=/inbox/"


def test_what_an_app_is_made_of_is_not_readable_in_the_database(lead):
    kept = str(Authenticator.objects.get(user=lead, type="totp").data)
    assert SECRET not in kept
    kept = secret_text.conceal("x", "second factor", "Priya")
    assert secret_text.reveal(kept, "second factor", "Priya") == "x"
    for text, *place in (
        (kept, "other", "Priya"),
        (kept, "second factor", "Amy"),
        (f"{kept}!", "second factor", "Priya"),
    ):
        with pytest.raises(secret_text.Unreadable):
            secret_text.reveal(text, *place)


# What is done in SQL to the lead's app and list of codes, to a teacher's factors, and for somebody new who has none,
# and by whom it may be. Nobody is whoever is on the way in.
TEACHERS = "(SELECT data FROM mfa_authenticator WHERE user_id = %(teacher)s)"
CHANGES = [
    ("", "totp", f"data = {TEACHERS}"),
    ("", "totp", f"data = jsonb_set(data, '{{secret}}', {TEACHERS} -> 'secret')"),
    ("", "totp", "data = data - 'last_counter'"),
    ("", "totp", "data = jsonb_set(data, '{last_counter}', '6')"),
    ("lead nobody", "totp", "data = jsonb_set(data, '{last_counter}', '8')"),
    ("", "recovery_codes", "data = jsonb_set(data, '{used_mask}', '4')"),
    ("lead nobody", "recovery_codes", "data = jsonb_set(data, '{used_mask}', '7')"),
    ("lead", "recovery_codes", "data = jsonb_set(data, '{viewed_at}', '1')"),
    ("", "totp", "type = 'webauthn'"),
    ("", "recovery_codes", "user_id = %(teacher)s"),
    ("", "totp", "created_at = now()"),
    ("lead nobody", "totp", "last_used_at = now()"),
    ("", "totp", "last_used_at = NULL"),
]
ROWS = [
    ("lead", "%(lead)s, 'webauthn', now(), '{}'"),
    ("nobody", "%(new)s, 'webauthn', now(), '{}'"),
    ("", "%(new)s, 'recovery_codes', now(), '{}'"),
    ("nobody", f"%(new)s, 'totp', now(), {TEACHERS}"),
    ("teacher nobody", """%(teacher)s, 'recovery_codes', now(), '{"seed": ""}'"""),
    ("", """%(teacher)s, 'recovery_codes', now(), '{"seed": "", "migrated_codes": []}'"""),
    ("", "%(teacher)s, 'recovery_codes', now(), '{}'"),
]
# What a teacher may make a list of codes of, where it was to show what the lead has: as data of a row.
_LEADS = "FROM mfa_authenticator AS held WHERE held.user_id = %(lead)s AND held.type ="
COPIES = {
    "the list": f"SELECT data {_LEADS} 'recovery_codes'",
    "in other letters": (
        f"SELECT jsonb_set(data, '{{seed}}', to_jsonb(data ->> 'seed' || '!')) {_LEADS} 'recovery_codes'"
    ),
    "the key of the app": f"SELECT jsonb_build_object('used_mask', 0, 'seed', data -> 'secret') {_LEADS} 'totp'",
    "codes one by one": (
        "SELECT jsonb_build_object('used_mask', 0, 'migrated_codes', jsonb_build_array(data -> 'secret')) "
        f"{_LEADS} 'totp'"
    ),
}


def on_factors():
    """Each of these as a statement, with who may; the last takes the lead's app away."""
    for may, kind, change in CHANGES:
        yield may, f"UPDATE mfa_authenticator SET {change} WHERE user_id = %(lead)s AND type = '{kind}'"  # noqa: S608
    for may, row in ROWS:
        yield may, f"INSERT INTO mfa_authenticator (user_id, type, created_at, data) VALUES ({row})"  # noqa: S608
    yield "lead", "DELETE FROM mfa_authenticator WHERE user_id = %(lead)s AND type = 'totp'"


def test_sql_that_was_let_in_writes_no_factor_of_another(school, lead):
    teacher, new = (factories.member(school, "teacher", first, "Lister") for first in ("Amy", "Nia"))
    TOTP.activate(teacher, SECRET)
    for kind, used in (("totp", {"last_counter": 7}), ("recovery_codes", {"used_mask": 5})):
        entry = Authenticator.objects.get(user=lead, type=kind)
        entry.data |= used
        Authenticator.objects.filter(pk=entry.pk).update(data=entry.data, last_used_at=timezone.now())
    keys = {"lead": lead.pk, "teacher": teacher.pk, "new": new.pk}
    for may, statement in on_factors():
        for who, person in (("lead", lead), ("teacher", teacher), ("nobody", None)):
            refused = is_refused(person, "web", statement, keys)
            assert refused is (who not in may), (who, statement)
            assert refused or tried(person, "web", statement, keys) == 1, statement


@pytest.mark.parametrize("copy", COPIES)
def test_copied_secret_of_another_opens_nowhere(school, client, lead, copy):
    """Not even where the owner of the tables has written it, whom no guard asks: what is sealed knows its person."""
    teacher = factories.member(school, "teacher", "Amy", "Lister")
    code = Authenticator.objects.get(user=lead, type="recovery_codes").wrap().get_unused_codes()[0]
    with connection.cursor() as cursor:
        cursor.execute(COPIES[copy], {"lead": lead.pk})
        Authenticator.objects.create(user=teacher, type="recovery_codes", data=json.loads(cursor.fetchone()[0]))
    force_login(client, teacher, factor=True)
    assert factors.take_code(teacher, code) is None
    assert factors.count_codes(factors.factors_of(teacher)) == 0
    answer = client.get("/account/factor/codes/")
    assert answer.url == "/account/factor/codes/new/"
    assert "You have none" in client.get(answer.url).content.decode()
    assert factors.take_code(lead, code) is not None


@pytest.mark.parametrize("what", ["factor", "both", "password"])
def test_a_factor_goes_by_a_new_start_of_two_while_that_stands(school, lead, what):
    head, deputy = (factories.member(school, key, key, "Okafor") for key in ("headteacher", "deputy_lead"))
    remove = "DELETE FROM mfa_authenticator WHERE user_id = %s"
    asked = services.ask_reset(user=lead, school_id=school.pk, what=what, how="seen", by=head).reset
    assert is_refused(None, "web", remove, [lead.pk])
    services.confirm_reset(reset=asked, how="seen", by=deputy)
    assert is_refused(None, "web", remove, [lead.pk]) is (what == "password")
    with asking(None):
        services.use_reset(reset=asked, password=None if what == "factor" else PASSWORD)
    assert Authenticator.objects.filter(user=lead).exists() is (what == "password")
    give_factor(lead)
    assert is_refused(None, "web", remove, [lead.pk])


def test_a_key_that_is_replaced_still_reads_what_it_kept(settings):
    kept = secret_text.conceal("x", "second factor", "Priya")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-of-fifty-letters-and-a-few-more-x"
    assert secret_text.reveal(kept, "second factor", "Priya") == "x"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(secret_text.Unreadable):
        secret_text.reveal(kept, "second factor", "Priya")


def test_the_last_factor_of_who_needs_one_stays(lead, client):
    client.force_login(lead)
    page = client.get("/account/factor/app/take-away/").content.decode()
    assert "Your role needs a second factor" in page
    # Nothing was pressed yet: it is no error, in the title or on the page.
    assert "Error:" not in page
    assert "There is a problem" not in page
    client.post("/account/factor/app/take-away/")
    assert Authenticator.objects.filter(user=lead, type="totp").exists()


def test_whose_factor_is_old_gives_it_again_before_it_is_changed_and_the_password_does_not_do(lead, client, settings):
    client.force_login(lead)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=True):
        answer = client.get("/account/factor/codes/new/")
        assert answer.url == "/account/again/?next=%2Faccount%2Ffactor%2Fcodes%2Fnew%2F"
        for practice in (True, False):
            settings.DEMO = practice
            assert ("the sign-in page shows the current code" in client.get(answer.url).content.decode()) is practice
        client.post("/account/again/", {"factor_password": PASSWORD, "next": "/account/factor/codes/new/"})
        assert client.get("/account/factor/codes/new/").status_code == 302
        before = client.session.session_key
        answer = client.post("/account/again/", {"factor_code": next_code(lead), "next": "/account/factor/codes/new/"})
        assert answer.url == "/account/factor/codes/new/"
        assert client.session.session_key != before
        assert client.get("/account/factor/codes/new/").status_code == 200


@pytest.mark.parametrize("demo", [True, False])
def test_the_code_of_a_practice_user_stands_on_the_sign_in_pages_of_practice_alone(settings, school, demo):
    person = factories.person("Helen", "Okafor", password=PASSWORD)
    person.username = sign_ins()[-1].username
    person.save()
    factories.give_role(user=person, school=school, role_key="headteacher", starts_on=LONG_AGO)
    give_apps([person])
    settings.DEMO = demo
    with time_machine.travel(timezone.now(), tick=False):
        settings.DEMO = True
        code = codes_of([person.username])[person.username]
        settings.DEMO = demo
        client = Client()
        assert (code in client.get("/account/sign-in/").content.decode()) is demo
        client.post("/account/sign-in/", {"login": person.username, "password": PASSWORD})
        page = client.get("/account/code/").content.decode()
        assert (code in page) is demo
        assert ("Practice code" in page) is demo
        assert bool(codes_of([person.username])) is demo
        client.post("/account/code/", {"code": code})
        assert is_in(client)
