"""Is every sign-in an event, does a role end at once, and can nobody lock a whole school out?"""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from safeguarding.accounts import services
from safeguarding.accounts.models import RoleAssignment
from safeguarding.accounts.session_store import SessionStore
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.dates import full_day
from safeguarding.exceptions import OutOfTurn
from tests import factories
from tests.factories import LONG_AGO, PASSWORD

pytestmark = pytest.mark.django_db
SIGN_INS = (AccountVerb.SIGN_IN, AccountVerb.SIGN_IN_FAILED, AccountVerb.SIGN_OUT)


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def teacher():
    return factories.member(factories.school(), "teacher", password=PASSWORD)


def sign_in(username, password=PASSWORD, client=None, **extra):
    client = client or Client()
    answer = client.post("/account/sign-in/", {"login": username, "password": password}, **extra)
    return client, answer


def events():
    found = Event.objects.filter(verb__in=SIGN_INS).order_by("at")
    return [(e.verb, e.actor_id, e.object_id, e.outcome) for e in found]


def test_signing_in_and_out_are_events(teacher):
    client, answer = sign_in(teacher.username)
    assert answer.status_code == 302
    client.post("/account/sign-out/")

    assert events() == [
        (AccountVerb.SIGN_IN, teacher.pk, teacher.pk, Outcome.DONE),
        (AccountVerb.SIGN_OUT, teacher.pk, teacher.pk, Outcome.DONE),
    ]


def test_a_sign_in_that_fails_is_an_event_about_the_account_that_was_meant(teacher):
    sign_in(teacher.username.upper(), "not the password")
    sign_in("nobody.here", "my-password-by-mistake")

    assert events() == [
        (AccountVerb.SIGN_IN_FAILED, None, teacher.pk, Outcome.REFUSED),
        (AccountVerb.SIGN_IN_FAILED, None, None, Outcome.REFUSED),
    ]


def test_what_was_typed_is_in_no_log_no_event_and_no_session(teacher, caplog, capsys):
    sign_in(teacher.username)
    sign_in(teacher.username, "wrong-canary")
    sign_in("wrong-canary", "x")

    rows = [str(vars(e)) for e in Event.objects.all()]
    kept = [SessionStore(s.session_key).load() for s in Session.objects.all()]
    assert str(teacher.pk) in str(kept)
    rows += map(str, kept)
    written = caplog.text + "".join(capsys.readouterr()) + "".join(rows)
    assert len(rows) > 4
    assert "wrong-canary" not in written
    assert teacher.username not in written


def test_the_wrong_password_and_the_account_that_does_not_exist_get_the_same_answer(teacher):
    def text(username):
        _, answer = sign_in(username, "not the password")
        assert answer.status_code == 200
        return answer.context["form"].errors.as_text()

    assert text(teacher.username) == text("nobody.here") != ""


def test_an_account_that_was_closed_is_answered_like_a_wrong_password(teacher):
    services.deactivate_person(user=teacher)
    _, answer = sign_in(teacher.username)
    assert answer.status_code == 200
    assert "not right" in answer.context["form"].errors.as_text()
    assert [e[0] for e in events()] == [AccountVerb.SIGN_IN_FAILED]


def test_ten_wrong_passwords_shut_one_account_and_nobody_else_at_the_same_address(teacher):
    colleague = factories.member(factories.school(), "teacher", "Amy", "Lister", password=PASSWORD)
    for _ in range(10):
        sign_in(teacher.username, "not the password")

    _, answer = sign_in(teacher.username)
    assert "Too many attempts" in answer.context["form"].errors.as_text()
    _, answer = sign_in(colleague.username)
    assert answer.status_code == 302


def test_a_whole_staff_signs_in_from_one_address_at_a_quarter_to_nine(teacher):
    """Beyond the library's own limits of 30 sign-ins and 10 mistakes in a minute from one address."""
    for number in range(12):
        _, answer = sign_in(f"person.{number}", "typo")
        assert answer.status_code == 200
    for _ in range(32):
        _, answer = sign_in(teacher.username)
        assert answer.status_code == 302


def test_an_attack_from_one_address_meets_a_limit_and_a_page_in_our_words(teacher, settings):
    [_, limit] = settings.ACCOUNT_RATE_LIMITS["login_failed"].split(",")
    assert limit == settings.ACCOUNT_RATE_LIMITS["login"] == "300/m/ip"
    settings.ACCOUNT_RATE_LIMITS = {"login": "20/m/ip", "login_failed": "20/m/ip"}
    answers = [sign_in(f"guess.{number}", "x")[1] for number in range(21)]
    assert {a.status_code for a in answers[:20]} == {200}
    assert answers[20].status_code == 429
    assert "Wait five minutes" in answers[20].content.decode()


def test_behind_a_proxy_the_limit_is_by_the_address_of_the_caller(teacher, settings):
    settings.TRUSTED_PROXIES = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}

    def status(address):
        return sign_in(teacher.username, HTTP_X_FORWARDED_FOR=f"junk, {address}")[1].status_code

    assert [status("203.0.113.7") for _ in range(3)] == [302, 302, 429]
    assert status("203.0.113.8") == 302


def test_who_is_deactivated_is_out_at_the_next_click(client, teacher):
    client.force_login(teacher)
    assert client.get("/inbox/").status_code == 200
    services.deactivate_person(user=teacher)

    answer = client.get("/inbox/")
    assert answer.status_code == 302
    assert answer.url.startswith("/account/sign-in/")


def test_a_role_that_ended_gives_nothing_from_the_next_day(client, teacher):
    role = RoleAssignment.objects.get(user=teacher)
    other = factories.member(role.school, "lead", "Priya", "Raman")
    services.end_role(assignment=role, last_day=timezone.localdate())
    client.force_login(teacher)
    assert client.get("/inbox/").status_code == 200

    services.end_role(assignment=role, last_day=timezone.localdate() - timedelta(days=1))
    assert client.get("/inbox/").status_code == 403
    client.force_login(other)
    assert client.get("/inbox/").status_code == 200


@pytest.mark.parametrize("beside", ["headteacher", None])
def test_the_last_safeguarding_lead_stays_and_goes_when_there_is_a_deputy(beside):
    school = factories.school()
    lead = factories.member(school, "lead", "Priya", "Raman")
    role = RoleAssignment.objects.get(user=lead)
    if beside:
        factories.member(school, beside, "Helen", "Okafor")
    # Those who are not there count for nothing: gone, at another school, not yet or no longer in the role.
    services.deactivate_person(user=factories.member(school, "deputy_lead", "Old", "Hand"))
    factories.member(factories.school("Weir Road Primary School"), "deputy_lead", "Far", "Away")
    factories.member(school, "deputy_lead", "Past", "Master", ends_on=LONG_AGO)
    for leave in (
        lambda: services.deactivate_person(user=lead),
        lambda: services.end_role(assignment=role, last_day=timezone.localdate()),
    ):
        with pytest.raises(OutOfTurn, match=f"{school.name} would have no safeguarding lead"):
            leave()

    factories.member(school, "deputy_lead", "Tom", "Aldous")
    services.deactivate_person(user=lead)
    lead.refresh_from_db()
    assert lead.is_active is False
    with pytest.raises(OutOfTurn, match="closed already"):
        services.deactivate_person(user=lead)


def test_the_last_person_who_reads_concerns_stays_where_there_never_was_a_lead():
    school = factories.school()
    head = factories.member(school, "headteacher", "Helen", "Okafor")
    with pytest.raises(OutOfTurn, match="could read concerns"):
        services.deactivate_person(user=head)
    factories.member(school, "lead", "Priya", "Raman")
    services.deactivate_person(user=head)


def test_two_leads_cannot_both_have_a_last_day_whichever_is_ended_first():
    school, today = factories.school(), timezone.localdate()
    first = factories.member(school, "lead", "Priya", "Raman").assignments.get()
    second = factories.member(school, "lead", "Tom", "Aldous").assignments.get()
    in_days = [today + timedelta(days=n) for n in range(91)]
    services.end_role(assignment=first, last_day=in_days[60])
    for last_day in (in_days[30], in_days[60], in_days[90]):
        with pytest.raises(OutOfTurn, match=f"from {full_day(max(last_day, in_days[60]) + timedelta(days=1))}"):
            services.end_role(assignment=second, last_day=last_day)

    # A day earlier or later is no loss while the other is there; nor once somebody follows on the day after.
    services.end_role(assignment=first, last_day=in_days[70])
    services.end_role(assignment=first, last_day=in_days[60])
    after = factories.give_role(
        user=factories.person("Amy", "Lister"), school=school, role_key="deputy_lead", starts_on=in_days[61]
    )
    services.end_role(assignment=second, last_day=in_days[30])
    with pytest.raises(OutOfTurn, match=f"from {full_day(in_days[31])}"):
        services.end_role(assignment=first, last_day=in_days[29])
    # Who begins later counts as well.
    with pytest.raises(OutOfTurn, match=f"from {full_day(in_days[61])}"):
        services.deactivate_person(user=after.user)


def test_nobody_reads_concerns_on_a_day_between_two_headteachers():
    school, today = factories.school(), timezone.localdate()
    head = factories.member(school, "headteacher", "Helen", "Okafor").assignments.get()
    new = factories.person("Amy", "Lister")
    factories.give_role(user=new, school=school, role_key="headteacher", starts_on=today + timedelta(days=10))
    with pytest.raises(OutOfTurn, match=f"could read concerns from {full_day(today + timedelta(days=9))}"):
        services.end_role(assignment=head, last_day=today + timedelta(days=8))
    services.end_role(assignment=head, last_day=today + timedelta(days=9))
    with pytest.raises(OutOfTurn, match=f"could read concerns from {full_day(today + timedelta(days=10))}"):
        services.deactivate_person(user=new)


def test_who_holds_two_roles_works_in_one_and_switches(client, teacher):
    elsewhere = factories.school("Weir Road Primary School")
    factories.give_role(user=teacher, school=elsewhere, role_key="office", starts_on=LONG_AGO)
    client.force_login(teacher)

    def role():
        held = client.get("/inbox/").wsgi_request.held
        return f"{held.school_id}:{held.role.key}"

    mine = RoleAssignment.objects.get(user=teacher, role_key="teacher")
    client.post("/act-as/", {"acting": f"{mine.school_id}:teacher"})
    assert role() == f"{mine.school_id}:teacher"
    client.post("/act-as/", {"acting": f"{elsewhere.pk}:office"})
    assert role() == f"{elsewhere.pk}:office"
    # Not one of her own, and an address of somebody else's: neither changes anything.
    client.post("/act-as/", {"acting": f"{elsewhere.pk}:headteacher"})
    assert role() == f"{elsewhere.pk}:office"
    assert client.post("/act-as/", {"acting": "x", "next": "https://example.com/"}).url == "/"


def test_an_event_says_in_which_role_it_was_done(client, teacher):
    factories.give_role(user=teacher, school=factories.school(), role_key="office", starts_on=LONG_AGO)
    for held in RoleAssignment.objects.filter(user=teacher):
        client.force_login(teacher)
        client.post("/act-as/", {"acting": f"{held.school_id}:{held.role_key}"})
        client.post("/account/sign-out/")
        event = Event.objects.filter(verb=AccountVerb.SIGN_OUT).latest("at")
        assert (event.acting_role, event.school_id) == (held.role_key, held.school_id)


def test_a_shut_account_leaves_an_event_for_each_try_and_says_that_it_was_shut(teacher):
    for _ in range(10):
        sign_in(teacher.username, "not the password")
    sign_in(teacher.username)

    tries = Event.objects.filter(object_id=teacher.pk, verb=AccountVerb.SIGN_IN_FAILED).order_by("at")
    assert [e.purpose for e in tries] == [""] * 10 + ["too many tries"]
    assert not Event.objects.filter(verb=AccountVerb.SIGN_IN).exists()


@pytest.mark.parametrize(("current", "changes"), [(PASSWORD, True), ("not the password", False)])
def test_a_changed_password_is_an_event_and_one_that_did_not_change_is_none(client, teacher, current, changes):
    client.force_login(teacher)
    new = "a-lighthouse-keeps-watch"
    typed = {"oldpassword": current, "password1": new, "password2": new}
    client.post("/account/password/", typed)

    teacher.refresh_from_db()
    assert teacher.check_password(new) is changes
    found = Event.objects.filter(verb=Verb.CHANGE, actor_id=teacher.pk, object_id=teacher.pk, purpose="password")
    assert found.exists() is changes
    assert new not in str([vars(e) for e in Event.objects.all()])


@pytest.mark.parametrize(("before", "secure"), [("__Host-", True), ("", False)])
def test_every_cookie_is_what_its_name_says(settings, before, secure):
    """A browser drops a cookie of a `__Host-` name that is not secure, has a domain, or is for some pages alone."""
    room = factories.staffroom(password=factories.PASSWORD)
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = secure
    names = {
        name: f"{before}{name.lower()}" for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "DEVICE_COOKIE_NAME")
    }
    for name, value in names.items():
        setattr(settings, name, value)
    client = Client()
    client.get("/account/sign-in/", secure=secure)
    typed = {"login": room.teacher.username, "password": factories.PASSWORD}
    answer = client.post("/account/sign-in/", typed, secure=secure)
    assert answer.status_code == 302
    assert set(client.cookies) == set(names.values())
    for cookie in client.cookies.values():
        assert (bool(cookie["secure"]), cookie["path"], cookie["domain"]) == (secure, "/", "")
    assert client.get("/log/", follow=True, secure=secure).status_code == 200
