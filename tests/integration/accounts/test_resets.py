"""Is somebody who is locked out in again within minutes, by two people of whom neither could do it alone?"""

import re
from datetime import datetime, timedelta
from unittest.mock import Mock
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.utils import timezone

from safeguarding.accounts import services
from safeguarding.accounts.models import Notice, Reset, User
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.roles import ROLES
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.demo import people
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.unsaved import AUTHOR, signed_author
from tests import factories
from tests.factories import LONDON, LONG_AGO, PASSWORD
from tests.integration.accounts.test_second_factor import is_in, password, sign_in
from tests.signed_in import next_code

pytestmark = pytest.mark.django_db
NEW = "kettle-orchard-nine-bells"


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def room():
    return factories.staffroom(password=PASSWORD)


def person_with(school, *roles, name="Esther Hallam"):
    first, last = name.split()
    user = factories.person(first, last, password=PASSWORD)
    for role in roles:
        services.assign_role(user=user, school=school, role_key=role, starts_on=LONG_AGO)
    return User.objects.get(pk=user.pk)


def both(room, what="both", who=None, by=None, at=None):
    """The two halves for the lead, from the Headteacher and the deputy."""
    who = who or room.lead
    one, two = by or (room.headteacher, room.deputy)
    asked = services.ask_reset(user=who, school_id=room.school.pk, what=what, how="seen", by=one, at=at)
    return asked, services.confirm_reset(reset=asked.reset, how="rung", by=two, at=at)


def take(person, *halves, client=None, expect=302):
    client = client or Client()
    typed = {"username": person.username, "first": halves[0], "second": halves[1]}
    answer = client.post("/account/cannot-sign-in/", typed)
    assert answer.status_code == expect
    return client


def halves_on(page):
    return re.findall(r"data-half>(\w+)<", page.content.decode())


def test_a_lead_who_is_locked_out_at_ten_past_three_is_in_by_twenty_past(room):
    """Told as it happens: a lost telephone and a forgotten password, the Headteacher, the deputy, ten minutes."""
    with time_machine.travel(datetime(2026, 11, 24, 15, 10, tzinfo=LONDON), tick=False) as clock:
        for _ in range(10):
            Client().post("/account/sign-in/", {"login": room.lead.username, "password": "what was it"})
        _, answer = password(room.lead)
        assert "Too many attempts" in answer.content.decode()
        head, _ = sign_in(room.headteacher)
        deputy, _ = sign_in(room.deputy)

        clock.shift(timedelta(minutes=2))
        assert room.lead.full_name in head.get("/accounts/").content.decode()
        page = head.post(f"/accounts/{room.lead.pk}/reset/", {"what": "both", "how": "seen"})
        [first] = halves_on(page)
        assert "Tom Aldous" in page.content.decode()

        clock.shift(timedelta(minutes=1))
        notice = Notice.objects.get(user=room.deputy, kind=NoticeKind.RESET_ASKED)
        reset = deputy.get(f"/inbox/{notice.pk}/").url
        assert "Is it them?" in deputy.get(reset).content.decode()
        [second] = halves_on(deputy.post(reset, {"how": "rung"}))
        assert first != second

        clock.shift(timedelta(minutes=1))
        lead = take(room.lead, second.lower(), f" {first}")
        assert lead.post("/account/new-start/", {"password": NEW, "again": NEW}).url == "/account/sign-in/"
        answer = lead.post("/account/sign-in/", {"login": room.lead.username, "password": NEW})
        assert answer.status_code == 302, "the tries before must not keep her out"
        assert lead.get("/today/").url == "/account/factor/set-up/?next=/today/"
        secret = lead.get("/account/factor/app/").context["form"].secret
        code = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
        lead.post("/account/factor/app/", {"code": code})
        assert lead.get("/today/").status_code == 200
        assert timezone.localtime().strftime("%H:%M") < "15:20"


def test_the_person_the_headteacher_and_the_leads_are_told_and_see_it_for_seven_days(room):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        both(room, "password")
        told = set(Notice.objects.filter(kind=NoticeKind.RESET).values_list("user_id", flat=True))
        assert told == {room.lead.pk, room.headteacher.pk, room.deputy.pk}

        def sees(person):
            client = Client()
            client.force_login(person)
            return "by Helen Okafor and Tom Aldous" in client.get("/inbox/").content.decode()

        assert all(sees(p) for p in (room.lead, room.headteacher, room.deputy))
        assert not any(sees(p) for p in (room.teacher, room.office))
        clock.shift(timedelta(days=7, seconds=-1))
        assert sees(room.lead)
        clock.shift(timedelta(seconds=2))
        assert not sees(room.lead)


def test_a_password_that_is_set_anew_leaves_the_second_factor_where_it_was(room):
    asked, confirmed = both(room, "password")
    client = take(room.lead, asked.half, confirmed.half)
    client.post("/account/new-start/", {"password": NEW, "again": NEW})
    answer = client.post("/account/sign-in/", {"login": room.lead.username, "password": NEW})
    assert answer.url == "/account/code/"
    assert not is_in(client)
    client.post("/account/code/", {"code": next_code(room.lead)})
    assert is_in(client)


def test_a_factor_that_is_set_anew_needs_the_password_all_the_same(room):
    asked, confirmed = both(room, "factor")
    client = take(room.lead, asked.half, confirmed.half)
    assert client.post("/account/new-start/", {"password": "not hers"}).status_code == 422
    assert Authenticator.objects.filter(user=room.lead).exists()
    client.post("/account/new-start/", {"password": PASSWORD})
    assert not Authenticator.objects.filter(user=room.lead).exists()
    assert not is_in(client)


def test_neither_half_is_enough_and_what_is_wrong_is_not_told(room):
    asked = services.ask_reset(user=room.lead, school_id=room.school.pk, what="both", how="seen", by=room.headteacher)
    take(room.lead, asked.half, asked.half, expect=422)
    confirmed = services.confirm_reset(reset=asked.reset, how="seen", by=room.deputy)
    for first, second in ((asked.half, asked.half), (confirmed.half, confirmed.half), (asked.half, "")):
        take(room.lead, first, second, expect=422)
    take(room.deputy, asked.half, confirmed.half, expect=422)
    take(room.lead, asked.half, confirmed.half)
    kept = str(vars(Reset.objects.get(pk=asked.reset.pk)))
    assert asked.half not in kept
    assert confirmed.half not in kept


def test_it_can_be_used_once_and_for_an_hour(room):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        asked, confirmed = both(room)
        clock.shift(timedelta(minutes=60))
        take(room.lead, asked.half, confirmed.half, expect=422)

        asked, confirmed = both(room)
        client = take(room.lead, asked.half, confirmed.half)
        other = take(room.lead, asked.half, confirmed.half)
        client.post("/account/new-start/", {"password": NEW, "again": NEW})
        assert other.post("/account/new-start/", {"password": NEW, "again": NEW}).url == "/account/cannot-sign-in/"
        take(room.lead, asked.half, confirmed.half, expect=422)
        with pytest.raises(OutOfTurn):
            services.use_reset(reset=asked.reset, password=NEW)


@pytest.mark.parametrize("what", ["both", "password", "factor"])
def test_a_new_start_ends_every_session_and_signs_nobody_in(room, what):
    thief, _ = sign_in(room.lead)
    asked, confirmed = both(room, what)
    client = take(room.lead, asked.half, confirmed.half)
    chosen = PASSWORD if what == "factor" else NEW
    assert client.post("/account/new-start/", {"password": chosen, "again": chosen}).status_code == 302
    assert not UserSession.objects.filter(user=room.lead).exists()
    assert not is_in(thief)
    assert not is_in(client)


def test_the_same_rules_for_the_new_password_as_everywhere(room):
    asked, confirmed = both(room)
    client = take(room.lead, asked.half, confirmed.half)
    for typed in ({"password": "short", "again": "short"}, {"password": NEW, "again": "another"}):
        assert client.post("/account/new-start/", typed).status_code == 422


@pytest.mark.parametrize("roles", [("headteacher", "lead"), ("lead", "it_admin")])
def test_one_person_in_two_roles_is_not_two_people(room, roles):
    # The IT administrator comes with the other roles of the matrix.
    double = person_with(room.school, *(role for role in roles if role in ROLES))
    asked = services.ask_reset(user=room.lead, school_id=room.school.pk, what="both", how="seen", by=double)
    with pytest.raises(NotAllowed, match="first of the two"):
        services.confirm_reset(reset=asked.reset, how="seen", by=double)
    with pytest.raises(NotAllowed, match="about yourself"):
        services.confirm_reset(reset=asked.reset, how="seen", by=room.lead)
    with pytest.raises(NotAllowed, match="about yourself"):
        services.ask_reset(user=room.lead, school_id=room.school.pk, what="both", how="seen", by=room.lead)
    # Nor for the database.
    with pytest.raises(IntegrityError, match="reset_takes_two"), transaction.atomic():
        Reset.objects.filter(pk=asked.reset.pk).update(
            confirmed_by=double, confirmed_at=timezone.now(), second_half="x"
        )
    services.confirm_reset(reset=asked.reset, how="seen", by=room.deputy)


def test_of_the_two_at_most_one_is_of_it(room):
    it, other = (factories.member(room.school, "it_admin", name, "Marsh") for name in ("Ivy", "Ian"))
    ask = {"user": room.lead, "school_id": room.school.pk, "what": "both", "how": "seen"}
    asked = services.ask_reset(**ask, by=it)
    with pytest.raises(NotAllowed, match="not one of those"):
        services.confirm_reset(reset=asked.reset, how="seen", by=other)
    services.confirm_reset(reset=asked.reset, how="seen", by=room.deputy)
    # A role that has nothing to do with it makes nobody another person.
    services.assign_role(user=other, school=room.school, role_key="midday", starts_on=LONG_AGO)
    with pytest.raises(NotAllowed, match="not one of those"):
        services.confirm_reset(reset=services.ask_reset(**ask, by=it).reset, how="seen", by=other)
    # Who is a lead as well comes as a lead.
    services.assign_role(user=other, school=room.school, role_key="deputy_lead", starts_on=LONG_AGO)
    asked = services.ask_reset(**ask, by=it)
    services.confirm_reset(reset=asked.reset, how="seen", by=User.objects.get(pk=other.pk))


def test_no_chain_of_requests_by_it_alone_opens_a_record(room, client):
    """Everything that IT may ask for, in turn, then everything that a record is read by: a new start needs somebody
    else.
    """
    told = factories.concern(room, facts="Canary in the account.")
    it = factories.member(room.school, "it_admin", "Ivy", "Marsh")
    client.force_login(it)
    for user in (room.lead, room.headteacher, it):
        asked = client.post(f"/accounts/{user.pk}/reset/", {"what": "both", "how": "seen"}, follow=True)
        assert "Canary" not in asked.content.decode()
    for reset in Reset.objects.all():
        client.post(f"/resets/{reset.pk}/", {"how": "seen"}, follow=True)
        assert Reset.objects.get(pk=reset.pk).confirmed_at is None
    assert Reset.objects.exists()
    assert client.post(f"/access/people/{it.pk}/roles/", {"role": "lead", "confirmed": "yes"}).status_code == 403
    for address in (
        f"/concerns/{told.pk}/",
        "/today/",
        "/concerns/",
        f"/my-reports/{told.pk}/",
        f"/concerns/{told.pk}/paper/",
    ):
        answer = client.get(address)
        assert answer.status_code in (403, 404)
        assert b"Canary" not in answer.content


@pytest.mark.parametrize("who", ["teacher", "office", "pastoral"])
def test_who_is_neither_lead_nor_headteacher_can_do_neither_part(room, who, client):
    client.force_login(getattr(room, who))
    assert client.get("/accounts/").status_code == 403
    answers = [
        client.post(f"/accounts/{who_it_is}/reset/", {"what": "both", "how": "seen"})
        for who_it_is in (room.lead.pk, uuid4())
    ]
    assert [answer.status_code for answer in answers] == [403, 403], "alike for an account and for none"
    assert not Reset.objects.exists()
    asked = services.ask_reset(user=room.lead, school_id=room.school.pk, what="both", how="seen", by=room.headteacher)
    assert client.post(f"/resets/{asked.reset.pk}/", {"how": "seen"}).status_code in (302, 404)
    with pytest.raises(NotAllowed):
        services.confirm_reset(reset=asked.reset, how="seen", by=getattr(room, who))


def test_in_the_small_school_a_lead_of_another_school_is_the_second_person():
    """School B has a Headteacher who is the lead, a teaching deputy and an office manager."""
    small = factories.school("Withy Fold Village School")
    head, deputy, office = (
        person_with(small, *roles, name=f"{first} {last}") for _, _, first, last, _, roles, _ in people.SMALL_STAFF
    )
    elsewhere = factories.member(factories.school("Weir Road Primary School"), "lead", "Far", "Away")
    # For the office manager there are two.
    services.ask_reset(user=office, school_id=small.pk, what="both", how="seen", by=head)
    assert services.waiting_for(deputy, timezone.now())
    assert not services.waiting_for(elsewhere, timezone.now())
    # For the Headteacher there is one, and somebody from outside.
    asked = services.ask_reset(user=head, school_id=small.pk, what="both", how="seen", by=deputy)
    with pytest.raises(NotAllowed):
        services.confirm_reset(reset=asked.reset, how="rung", by=office)
    assert Notice.objects.filter(user=elsewhere, object_id=asked.reset.pk).exists()
    client = Client()
    client.force_login(elsewhere)
    page = client.post(f"/resets/{asked.reset.pk}/", {"how": "rung"})
    take(head, asked.half, *halves_on(page))


def test_the_page_of_the_code_speaks_of_a_second_person_only_where_there_is_one(room):
    head, _ = sign_in(room.headteacher)
    governor = factories.member(room.school, "governor", "Gus", "Orme")
    for who, how_many in ((room.lead, 1), (room.teacher, 1), (governor, 2)):
        page = head.post(f"/accounts/{who.pk}/reset/", {"what": "password", "how": "seen"})
        assert len(halves_on(page)) == how_many
        assert ("Whoever confirms it has the other half" in page.content.decode()) is (how_many == 1)


def ask(room, user, by):
    return services.ask_reset(user=user, school_id=room.school.pk, what="password", how="seen", by=by)


def test_the_it_administrator_alone_takes_over_no_teachers_account(room, client):
    told = factories.concern(room, facts="Canary in the account.")
    it = factories.member(room.school, "it_admin", "Ivy", "Marsh")
    client.force_login(it)
    page = client.post(f"/accounts/{room.teacher.pk}/reset/", {"what": "both", "how": "seen"})
    [half] = halves_on(page)
    reset = Reset.objects.get(user=room.teacher)
    client.post(f"/resets/{reset.pk}/", {"how": "seen"})
    with pytest.raises(NotAllowed, match="first of the two"):
        services.confirm_reset(reset=reset, how="seen", by=it)
    take(room.teacher, half, half, expect=422)
    # Beside it: with a lead it is two people, and the teacher reads her own report again.
    other = services.confirm_reset(reset=reset, how="seen", by=room.lead)
    teacher = take(room.teacher, half, other.half)
    teacher.post("/account/new-start/", {"password": NEW, "again": NEW})
    teacher.post("/account/sign-in/", {"login": room.teacher.username, "password": NEW})
    assert "Canary" in teacher.get(f"/my-reports/{told.pk}/").content.decode()


def test_a_new_start_takes_two_for_every_role_that_is_about_people(room):
    for role in (key for key, role in ROLES.items() if role.is_about_people):
        assert not ask(room, factories.member(room.school, role, "Una", "Vale"), room.headteacher).other_half, role


@pytest.mark.parametrize(("starts", "ends"), [(-400, -100), (-400, None), (30, None)])
def test_a_role_that_has_ended_or_not_begun_still_takes_two(room, starts, ends):
    """She is a governor today. What she wrote as a teacher can be read with her account."""
    today = timezone.localdate()
    governor = factories.member(room.school, "governor", "Gus", "Orme")
    elsewhere = factories.school("Weir Road Primary School")
    services.assign_role(
        user=governor,
        school=elsewhere,
        role_key="teacher",
        starts_on=today + timedelta(days=starts),
        ends_on=today + timedelta(days=ends) if ends else None,
    )
    assert not ask(room, governor, room.headteacher).other_half


def test_a_governor_needs_one_colleague_and_two_where_it_begins(room):
    governor = factories.member(room.school, "governor", "Gus", "Orme")
    it = factories.member(room.school, "it_admin", "Ivy", "Marsh")
    assert not ask(room, governor, it).other_half
    given = ask(room, governor, room.deputy)
    client = take(governor, given.half, given.other_half)
    client.post("/account/new-start/", {"password": NEW, "again": NEW})
    assert client.post("/account/sign-in/", {"login": governor.username, "password": NEW}).url == "/"


def test_a_code_of_one_colleague_ends_when_its_owner_is_given_a_role(room):
    governor = factories.member(room.school, "governor", "Gus", "Orme")
    given = ask(room, governor, room.deputy)
    client = take(governor, given.half, given.other_half)
    services.assign_role(user=governor, school=room.school, role_key="teacher", starts_on=timezone.localdate())
    with pytest.raises(OutOfTurn, match="role has changed"):
        services.use_reset(reset=given.reset, password=NEW)
    client.post("/account/new-start/", {"password": NEW, "again": NEW})
    assert not User.objects.get(pk=governor.pk).check_password(NEW)


def test_a_teacher_who_is_locked_out_at_twenty_to_nine_is_in_by_quarter_to(room):
    """The IT administrator is in, the lead has Harbour open; neither leaves their desk."""
    with time_machine.travel(datetime(2026, 11, 24, 8, 40, tzinfo=LONDON), tick=False) as clock:
        it, _ = sign_in(factories.member(room.school, "it_admin", "Ivy", "Marsh", password=PASSWORD))
        lead, _ = sign_in(room.lead)
        page = it.post(f"/accounts/{room.teacher.pk}/reset/", {"what": "password", "how": "seen"})
        [first] = halves_on(page)
        assert "Priya Raman" in page.content.decode()
        clock.shift(timedelta(minutes=2))
        notice = Notice.objects.get(user=room.lead, kind=NoticeKind.RESET_ASKED)
        [second] = halves_on(lead.post(lead.get(f"/inbox/{notice.pk}/").url, {"how": "rung"}))
        clock.shift(timedelta(minutes=2))
        teacher = take(room.teacher, first, second)
        teacher.post("/account/new-start/", {"password": NEW, "again": NEW})
        assert teacher.post("/account/sign-in/", {"login": room.teacher.username, "password": NEW}).status_code == 302
        assert teacher.get("/log/", follow=True).status_code == 200
        assert timezone.localtime().strftime("%H:%M") < "08:45"


def test_a_school_in_which_nobody_could_be_the_second_is_told_before_and_helped_by_naming_one(client):
    school = factories.school("Withy Fold Village School")
    head = factories.member(school, "headteacher", "Esther", "Hallam", password=PASSWORD)
    teacher = factories.member(school, "teacher", "Reece", "Tamworth", password=PASSWORD)
    client.force_login(head)
    nobody = "Nobody can be the second person"
    assert nobody in client.get("/accounts/").content.decode()
    assert nobody in client.get(f"/accounts/{teacher.pk}/reset/").content.decode()
    page = client.post(f"/accounts/{teacher.pk}/reset/", {"what": "password", "how": "seen"})
    assert nobody in page.content.decode()
    [half] = halves_on(page)
    # The request waits: the chair, who is named then, confirms it.
    chair = factories.member(school, "chair", "Ada", "Locke")
    assert nobody not in client.get("/accounts/").content.decode()
    assert nobody not in client.get(f"/accounts/{teacher.pk}/reset/").content.decode()
    other = services.confirm_reset(reset=Reset.objects.get(user=teacher), how="rung", by=chair)
    take(teacher, half, other.half)


def test_it_is_withdrawn_by_the_person_it_is_about_and_the_code_is_dead(room, client):
    asked, confirmed = both(room)
    client.force_login(room.lead)
    assert "Withdraw" in client.get(f"/resets/{asked.reset.pk}/").content.decode()
    client.post(f"/resets/{asked.reset.pk}/withdraw/")
    take(room.lead, asked.half, confirmed.half, expect=422)
    client.force_login(room.teacher)
    assert client.get(f"/resets/{asked.reset.pk}/").status_code == 404
    assert client.post(f"/resets/{asked.reset.pk}/withdraw/").status_code == 404


def test_guessing_halves_meets_a_limit(room):
    asked, confirmed = both(room)
    for _ in range(10):
        take(room.lead, "AAAAAAAA", "BBBBBBBB", expect=422)
    take(room.lead, asked.half, confirmed.half, expect=422)


def test_each_step_is_an_event_that_holds_no_code(room):
    asked, _ = both(room)
    services.use_reset(reset=asked.reset, password=NEW)
    steps = Event.objects.filter(purpose__startswith="reset").order_by("at")
    assert [(e.verb, e.actor_id, e.outcome) for e in steps] == [
        (Verb.ASK, room.headteacher.pk, Outcome.DONE),
        (Verb.DECIDE, room.deputy.pk, Outcome.DONE),
        (Verb.CHANGE, room.lead.pk, Outcome.DONE),
    ]
    written = str([vars(e) for e in Event.objects.all()])
    assert asked.half not in written


def test_giving_a_new_start_needs_a_fresh_factor_and_keeps_what_was_typed(room, client):
    client.force_login(room.headteacher)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=True):
        address = f"/accounts/{room.lead.pk}/reset/"
        assert client.get(address).url.startswith("/account/again/?next=")
        page = client.post(address, {"what": "factor", "how": "video"})
        shown = page.content.decode()
        assert "Enter your code again" in shown
        assert '<input type="hidden" name="what" value="factor">' in shown
        assert '<input type="hidden" name="how" value="video">' in shown
        wrong = client.post(address, {"what": "factor", "how": "video", "factor_code": "000000"})
        assert wrong.status_code == 422
        assert '<input type="hidden" name="how" value="video">' in wrong.content.decode()
        assert not Reset.objects.exists()
        done = client.post(address, {"what": "factor", "how": "video", "factor_code": next_code(room.headteacher)})
        assert halves_on(done)
        assert Reset.objects.get().asked_how == "video"


@pytest.mark.parametrize("error", [None, OperationalError("away")], ids=["refused", "broken"])
def test_factor_counts_once_though_the_form_is_not_taken(room, monkeypatch, error):
    """The sentence comes back, the session goes on under its new id, and the code is used."""
    client = Client(raise_request_exception=False)
    client.force_login(room.headteacher)
    services.assign_role(user=room.teacher, school=room.school, role_key="pastoral", starts_on=LONG_AGO)
    address = f"/access/people/{room.teacher.pk}/roles/"
    day = {"starts_on_day": "1", "starts_on_month": "9", "starts_on_year": "2026"}
    role = {"new_role": "pastoral", "confirmed": "yes", AUTHOR: signed_author(room.headteacher.pk)} | day
    if error:
        monkeypatch.setattr(services, "assign_role", Mock(side_effect=error))
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=True):
        code = {"factor_code": next_code(room.headteacher)}
        before = client.session.session_key
        for typed in (role | code, role):
            answer = client.post(address, typed)
            assert answer.status_code == (503 if error else 422)
            assert ("Not saved" if error else "End that role first") in answer.content.decode()
            assert client.session.session_key != before
        [row] = UserSession.objects.filter(user=room.headteacher)
        assert row.session_key == client.session.session_key
        other = Client()
        other.force_login(room.headteacher, factor=False)
        assert other.post("/account/locked/", code).status_code == 422


def test_ones_own_sessions_are_listed_and_ended_one_by_one_or_all_others(room):
    here, _ = sign_in(room.teacher)
    there, _ = sign_in(room.teacher, HTTP_USER_AGENT="Elsewhere")
    third, _ = sign_in(room.teacher)
    stranger, _ = sign_in(room.assistant)
    assert here.get("/account/sessions/").content.decode().count("End this one") == 2
    theirs = UserSession.objects.get(user=room.assistant).pk
    here.post("/account/sessions/", {"session": str(theirs)})
    assert is_in(stranger)
    row = UserSession.objects.get(session_key=there.session.session_key)
    here.post("/account/sessions/", {"session": str(row.pk)})
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)
    here.post("/account/sessions/")
    assert (is_in(here), is_in(third)) == (True, False)


def test_the_headteacher_ends_the_sessions_of_a_colleague_and_a_teacher_does_not(room, client):
    lead, _ = sign_in(room.lead)
    client.force_login(room.teacher)
    assert client.post(f"/accounts/{room.lead.pk}/end-sessions/").status_code in (302, 403)
    assert is_in(lead)
    client.force_login(room.headteacher)
    client.post(f"/accounts/{room.lead.pk}/end-sessions/")
    assert not is_in(lead)
    assert Event.objects.filter(
        verb=AccountVerb.SIGN_OUT, actor_id=room.headteacher.pk, object_id=room.lead.pk
    ).exists()
