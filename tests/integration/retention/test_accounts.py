"""Is the account of somebody who left long ago emptied, by `destroyer` alone, and given back to who returns?"""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from retention.services.accounts import empty_accounts
from retention.services.scan import scan
from safeguarding.accounts.models import ClassTaught, RoleAssignment, TeamMember, User
from safeguarding.accounts.services import (
    add_member,
    ask_reset,
    end_role,
    make_team,
)
from safeguarding.accounts.session_store import SessionStore
from safeguarding.audit.models import Event
from safeguarding.sealing.models import KEYS
from tests import factories

from .conftest import Office, as_destroyer, later, make_office, time_was_looked_at

pytestmark = pytest.mark.django_db(databases=["default", KEYS])
PASSWORD = "harbour-lights-at-night"
# Six months, and the day after.
DUE = 185


@pytest.fixture
def place() -> Office:
    """A school with its schedule in force, at which somebody looked at the time."""
    made = make_office()
    scan()
    time_was_looked_at()
    return made


def left(place: Office, first: str = "Nell", last: str = "Ashby", role: str = "pastoral", **details: Any) -> User:
    """Somebody who could do everything here, and whose last day is today."""
    given = {"email": "n.ashby@example.sch.uk", "extension": "231", "job": "Learning mentor", "class_name": "4A"}
    user = factories.make_member(place.school, role, first, last, **(given | details))
    end(user)
    return user


def end(user: User) -> None:
    for held in RoleAssignment.objects.filter(user=user):
        end_role(assignment=held, last_day=timezone.localdate())


def emptied() -> int:
    with as_destroyer():
        return empty_accounts()


def night(days: int) -> int:
    """How many accounts are emptied in the night so many days from now."""
    with later(days=days):
        return emptied()


def is_empty(user: User) -> bool:
    user.refresh_from_db()
    return user.emptied_at is not None


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
