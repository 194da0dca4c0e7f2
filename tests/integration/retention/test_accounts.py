"""Is the account of somebody who left long ago emptied, by `destroyer` alone?"""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from retention.models import Brake, RetentionRule
from retention.services import accounts
from retention.services.holds import set_hold
from retention.services.scan import scan
from safeguarding.accounts.models import ClassTaught, RoleAssignment, TeamMember, User
from safeguarding.accounts.services import (
    add_member,
    ask_reset,
    assign_role,
    deactivate_person,
    end_role,
    make_team,
)
from safeguarding.accounts.services.acting import name_acting
from safeguarding.accounts.session_store import SessionStore
from safeguarding.audit.models import Event
from safeguarding.keys import uuid7
from safeguarding.sealing.models import KEYS
from tests import factories
from tests.walls import asking

from .conftest import Office, as_destroyer, days_ago, later, make_office, put_in_force
from .emptying import DUE, emptied, end, is_empty, left, looked_at, night
from .test_brakes import clocks

pytestmark = pytest.mark.django_db(databases=["default", KEYS])
PASSWORD = "harbour-lights-at-night"


@pytest.fixture
def place() -> Office:
    return looked_at()


def test_what_somebody_signed_in_with_goes_and_who_they_were_stays(place: Office, client: Client):
    user = factories.make_member(
        place.school, "pastoral", "Nell", "Ashby", password=PASSWORD,
        email="n.ashby@example.sch.uk", extension="231", job="Learning mentor", class_name="4A",
    )  # fmt: skip
    team = make_team(school=place.school, title="Nurture group", kind="pastoral", by=place.room.lead)
    add_member(team=team, user=user, by=place.room.lead)
    SocialAccount.objects.create(user=user, provider="microsoft", uid="0f3a")
    session = SessionStore()
    session.create()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="10.1.2.3", user_agent="Firefox")
    asked = ask_reset(user=user, school_id=place.school.pk, what="password", how="seen", by=place.room.lead).reset
    other = factories.make_member(place.school, "teacher", "Omar", "Dent", password=PASSWORD, email="o.dent@example.uk")
    end(user)
    username = user.username
    assert Authenticator.objects.filter(user=user).exists()
    with later(days=DUE):
        assert emptied() == 1
        assert emptied() == 0, "once"
        asked.refresh_from_db()
        user.refresh_from_db()
    assert (user.username, user.email, user.extension, user.is_active) == (str(user.pk), "", "", False)
    assert not user.has_usable_password()
    assert not any(
        rows.filter(user=user).exists() for rows in (Authenticator.objects, SocialAccount.objects, UserSession.objects)
    )
    assert not Session.objects.filter(session_key=session.session_key).exists()
    assert asked.withdrawn_at and not TeamMember.objects.filter(user=user, ended_at=None).exists()
    assert not ClassTaught.objects.filter(user=user, ends_on=None).exists()
    assert (user.full_name, user.job) == ("Nell Ashby", "Learning mentor")
    assert RoleAssignment.objects.filter(user=user, role_key="pastoral").exists()
    [event] = Event.objects.filter(purpose="account emptied")
    assert (event.verb, event.object_id, event.school_id) == ("destroy", user.pk, place.school.pk)
    assert authenticate(username=username, password=PASSWORD) is None
    for name in (username, user.username):
        assert client.post(reverse("account_login"), {"login": name, "password": PASSWORD}).status_code != 302
    other.refresh_from_db()
    assert other.email and other.check_password(PASSWORD)


@pytest.mark.parametrize("role", ["web", "worker"])
def test_nobody_who_works_empties_an_account_or_calls_an_open_one_emptied(place: Office, role: str):
    user, today = left(place), timezone.localdate()
    with later(days=DUE):
        for statement, keys in (
            ("SELECT public.empty_account(%s)", [user.pk]),
            ("UPDATE accounts_user SET emptied_at = now(), is_active = false WHERE id = %s", [user.pk]),
        ):
            with asking(place.room.headteacher, role), pytest.raises(ProgrammingError), transaction.atomic():
                connection.cursor().execute(statement, keys)
        with as_destroyer(), pytest.raises(ProgrammingError), transaction.atomic():
            connection.cursor().execute("UPDATE accounts_user SET password = '!' WHERE id = %s", [user.pk])
        assert emptied() == 1
        # Nor is it opened by who gives no roles, nor with anything to sign in with.
        for who, fields in (
            (place.room.office, {"is_active": True, "emptied_at": None}),
            (place.room.headteacher, {"is_active": True}),
            (place.room.headteacher, {"is_active": True, "emptied_at": None, "password": "argon2$known"}),
            (place.room.headteacher, {"is_active": True, "emptied_at": None, "added_by": place.room.headteacher}),
        ):
            with asking(who, role), pytest.raises(ProgrammingError), transaction.atomic():
                User.objects.filter(pk=user.pk).update(**fields)
    assert is_empty(user) and today


def test_it_is_the_day_after_six_months_and_not_before(place: Office):
    user = left(place)
    assert [night(days) for days in (1, 100, DUE - 1)] == [0, 0, 0]
    assert not is_empty(user) and user.email
    assert night(DUE) == 1 and is_empty(user)


def test_whoever_has_a_role_anywhere_or_will_have_one_keeps_the_account(place: Office):
    other = factories.school("Weir Road Primary School")
    today = timezone.localdate()
    elsewhere, returns, acts, never = (
        left(place, "Amy", "Penn"),
        left(place, "Omar", "Dent"),
        left(place, "Ivy", "Dunn"),
        factories.person("Nobody", "Given"),
    )
    assign_role(user=elsewhere, school=other, role_key="teacher", starts_on=today)
    assign_role(user=returns, school=place.school, role_key="teacher", starts_on=today + timedelta(days=DUE + 30))
    assign_role(user=acts, school=place.school, role_key="teacher", starts_on=today, ends_on=today + timedelta(days=9))
    assert night(DUE) == 0
    assert not any(is_empty(one) for one in (elsewhere, returns, acts, never, place.room.lead))
    assert night(DUE + 9) == 1 and is_empty(acts)


def test_who_acts_for_a_lead_keeps_it_until_that_is_over(place: Office):
    user = left(place)
    with later(days=DUE - 2):
        on = timezone.localdate()
        assign_role(user=user, school=place.school, role_key="teacher", starts_on=on)
        name_acting(
            school=place.school, away=[place.room.lead], acting=user, ends_on=on + timedelta(days=5),
            by=place.room.headteacher,
        )  # fmt: skip
        for held in RoleAssignment.objects.filter(user=user, role_key="teacher"):
            end_role(assignment=held, last_day=on)
    assert night(DUE) == 0 and not is_empty(user)
    assert night(2 * DUE + 10) == 1


def test_a_rule_that_one_of_the_schools_has_not_adopted_or_that_says_longer_keeps_it(place: Office):
    other = factories.school("Weir Road Primary School")
    user = left(place)
    assign_role(
        user=user, school=other, role_key="teacher", starts_on=timezone.localdate() - timedelta(days=400),
        ends_on=timezone.localdate() - timedelta(days=300),
    )  # fmt: skip
    scan()
    assert night(DUE) == 0
    put_in_force(other, head=place.chair, officer=place.officer, adopted_at=days_ago(9), agreed_at=days_ago(8))
    RetentionRule.objects.filter(school=other, code="R27").update(days=None, years=2)
    assert night(DUE) == 0
    assert night(2 * 366) == 1
    schools = Event.objects.filter(purpose="account emptied").values_list("school_id", flat=True)
    assert set(schools) == {place.school.pk, other.pk}, "on the record of each"


def test_a_hold_on_the_school_keeps_every_account_and_one_on_a_child_none(place: Office):
    user, child = left(place), place.leaver()
    given: Any = {"school": place.school, "kind": "police", "reason": "They asked.", "authority": "Police"}
    given |= {"by": place.room.headteacher, "review_on": timezone.localdate() + timedelta(days=90)}
    set_hold(token=uuid7(), scope="school", **given)
    assert night(DUE) == 0 and not is_empty(user)
    other = make_office("Weir Road Primary School")
    scan()
    set_hold(token=uuid7(), scope="child", child=child, **given)
    gone = left(other, "Omar", "Dent")
    assert night(DUE) == 1 and is_empty(gone)


def test_an_account_that_was_closed_is_over_from_that_day_whatever_its_roles_say(place: Office):
    user = factories.make_member(place.school, "teacher", "Nell", "Ashby")
    deactivate_person(user=user)
    assert night(DUE - 1) == 0
    assert night(DUE) == 1 and is_empty(user)


@pytest.mark.parametrize("whose", ["application", "database", "both"])
def test_by_a_clock_that_jumped_no_account_is_emptied_and_one_alarm_is_raised(place: Office, whose: str):
    user, jump = left(place), timedelta(days=400)
    here = jump if whose != "database" else timedelta()
    with clocks(here=here, database=jump if whose != "application" else timedelta()):
        with as_destroyer(), connection.cursor() as cursor:
            cursor.execute("SELECT public.empty_account(%s)", [user.pk])
            assert cursor.fetchone() == (False,), "whoever asks, and before anybody looked at the time"
        assert [emptied(), emptied()] == [0, 0]
    assert not is_empty(user)
    assert Brake.objects.filter(school=place.school, lifted_at=None).count() == 1
    with later(days=DUE):
        assert emptied() == 0, "until two people have lifted it"


def test_a_restored_backup_is_emptied_again_the_next_night(place: Office):
    user = left(place)
    username = user.username
    with later(days=DUE):
        with transaction.atomic():
            assert emptied() == 1
            # An older backup in its place: everything is as it was before.
            transaction.set_rollback(True)
        user.refresh_from_db()
        assert user.username == username and user.emptied_at is None
    with later(days=DUE + 1):
        assert emptied() == 1 and is_empty(user)


def test_cut_off_in_the_middle_one_is_whole_and_the_next_night_goes_on(place: Office, monkeypatch: Any):
    users = [left(place, first, "Ashby") for first in ("Nell", "Omar", "Ivy")]
    calls: list[Any] = []

    def fails(*args: Any, **said: Any) -> None:
        calls.append(said)
        if len(calls) == 2:
            raise DatabaseError("the server went away")
        record(*args, **said)

    record = accounts.record
    monkeypatch.setattr(accounts, "record", fails)
    with later(days=DUE):
        assert emptied() == 2
        whole = [user for user in users if not is_empty(user)]
        assert len(whole) == 1 and whole[0].email and Event.objects.filter(purpose="account emptied").count() == 2
        monkeypatch.setattr(accounts, "record", record)
        assert emptied() == 1 and all(is_empty(user) for user in users)


def test_pages_that_name_an_author_whose_account_is_emptied_name_them(place: Office, client: Client):
    user = factories.make_member(place.school, "teacher", "Nell", "Ashby", job="Learning mentor")
    concern = factories.concern(place.room, by=user)
    end(user)
    with later(days=DUE):
        assert emptied() == 1
        page = place.opens(client, place.room.lead, "concern", concern.pk)
    assert "Nell Ashby" in page.content.decode()
