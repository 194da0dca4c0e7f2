"""Does who returns get their emptied account back, with nothing of what names them?"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.models import Child
from children.services.access import declare_conflict
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import rights
from safeguarding.accounts.services import (
    ask_reset,
    assign_role,
    confirm_reset,
    deactivate_person,
    use_reset,
)
from safeguarding.accounts.services.new_staff import Joiner, add_staff
from safeguarding.accounts.services.returning import give_back
from safeguarding.adults.models import StaffConcern
from safeguarding.adults.services.raising import Telling, raise_staff_concern
from safeguarding.audit.models import Event
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import uuid7
from safeguarding.sealing.models import KEYS
from tests import factories
from tests.walls import asking

from .conftest import Office, later
from .emptying import DUE, emptied, end, is_empty, left, looked_at

pytestmark = pytest.mark.django_db(databases=["default", KEYS])


@pytest.fixture
def place() -> Office:
    return looked_at()


@pytest.fixture
def gone(place: Office) -> User:
    """Nell Ashby, a deputy lead with a child at the school, of whom a concern is on record; her account is emptied."""
    user = factories.make_member(place.school, "deputy_lead", "Nell", "Ashby", job="Learning mentor")
    child = factories.child(place.school, "Ida", "Ashby", by=place.room.office)
    declare_conflict(user=user, child=child, kind="own_child", by=user)
    told = Telling(raised_as="low_level", facts="She shouted in the corridor.", user=user)
    raise_staff_concern(token=uuid7(), school=place.school, telling=told, by=place.room.assistant)
    end(user)
    with later(days=DUE):
        assert emptied() == 1
    user.refresh_from_db()
    return user


def test_who_returns_gets_the_account_back_and_nothing_that_names_her(place: Office, gone: User):
    child, concern = Child.objects.get(forename="Ida"), StaffConcern.objects.get()
    with later(days=DUE + 100):
        today = timezone.localdate()
        joiner = Joiner("Nell", "Ashby", "headteacher", email="nell@example.sch.uk", account=gone.pk)
        with asking(place.room.headteacher):
            [back] = add_staff(school=place.school, joiners=[joiner], starts_on=today, by=place.room.headteacher)
        assert back.pk == gone.pk
        back.refresh_from_db()
        assert (back.username, back.email, back.is_active, back.emptied_at) == (
            "n.ashby", "nell@example.sch.uk", True, None,
        )  # fmt: skip
        assert Event.objects.filter(object_id=back.pk, purpose="account given back").count() == 1
        # By role a Headteacher reads every concern about an adult, and every child.
        for who, reads in ((place.room.headteacher, True), (back, False)):
            assert StaffConcern.objects.visible_to(who).filter(pk=concern.pk).exists() is reads
            assert Child.objects.visible_to(who).filter(pk=child.pk).exists() is reads
            with asking(who):
                assert StaffConcern.objects.filter(pk=concern.pk).exists() is reads
                assert Child.objects.filter(pk=child.pk).exists() is reads
        assert emptied() == 0, "not while she has a role"


def test_nobody_gives_the_next_start_alone_and_with_two_she_signs_in(place: Office, gone: User):
    head, lead = place.room.headteacher, place.room.lead
    with later(days=DUE + 100):
        given = {"school": place.school, "role_key": "teacher", "starts_on": timezone.localdate()}
        back = give_back(user=gone, by=head, **given)
        asked = ask_reset(user=back, school_id=place.school.pk, what="password", how="seen", by=head)
        assert not asked.other_half, "what she wrote before can be read with it"
        confirm_reset(reset=asked.reset, how="seen", by=lead)
        use_reset(reset=asked.reset, password="kettle-orchard-nine-bells")
        assert authenticate(username=back.username, password="kettle-orchard-nine-bells") == back
        assert rights(User.objects.get(pk=back.pk)).held[0].role.key == "teacher"


def test_who_gives_no_roles_gives_nothing_back_and_nobody_their_own(place: Office, gone: User):
    given = {"school": place.school, "role_key": "teacher", "starts_on": timezone.localdate()}
    for who in (place.room.office, place.room.deputy, place.room.teacher):
        with pytest.raises(NotAllowed):
            give_back(user=gone, by=who, **given)
    with pytest.raises(BadInput, match="The user name"):
        give_back(user=gone, username=place.room.teacher.username, by=place.room.headteacher, **given)
    with pytest.raises(BadInput, match="This account is closed"):
        assign_role(user=gone, by=place.room.headteacher, **given)


def rows_of(page: Any) -> dict[str, str]:
    return {"rows": page.context["form"].initial["rows"], "starts_on": timezone.localdate().isoformat()}


def asked_for(client: Client, place: Office, first: str = "Nell", last: str = "Ashby", **more: str) -> Any:
    """The page that says what somebody would be given, as the Headteacher gets it."""
    place.opens(client, place.room.headteacher, "add_staff")
    day = {f"starts_on_{part}": getattr(timezone.localdate(), part) for part in ("day", "month", "year")}
    typed = {"first_name": first, "last_name": last, "role": "teacher", **day, **more}
    return client.post(reverse("add_staff"), typed)


def test_the_page_says_who_has_an_account_and_asks_whether_it_is_the_same_person(
    place: Office, gone: User, client: Client
):
    page = asked_for(client, place, first="NELL")
    said = " ".join(page.content.decode().split())
    assert "Learning mentor" in said and "Deputy" in said and "The same name is no proof" in said
    assert "until" in said and str(gone.pk) in said
    there = User.objects.count()
    # Not said: nothing is written, and it is asked again.
    again = client.post(reverse("confirm_staff"), rows_of(page))
    assert again.status_code == 422 and "Say whether" in again.content.decode()
    # Somebody who is not on the page.
    other = {"same_0": str(place.room.lead.pk)}
    assert client.post(reverse("confirm_staff"), rows_of(page) | other).status_code == 422
    assert User.objects.count() == there and is_empty(gone)
    assert client.post(reverse("confirm_staff"), rows_of(page) | {"same_0": str(gone.pk)}).status_code == 302
    assert User.objects.count() == there and not is_empty(gone)
    waiting = client.get(reverse("add_staff"))
    said = waiting.content.decode()
    assert "Nell Ashby" in said and "takes two people" in said
    assert "Nell Ashby has their account back." in said and "1 person added" not in said


def test_another_person_of_the_name_gets_a_new_account_and_that_is_on_record(place: Office, gone: User, client: Client):
    page = asked_for(client, place)
    assert client.post(reverse("confirm_staff"), rows_of(page) | {"same_0": "another"}).status_code == 302
    new = User.objects.exclude(pk=gone.pk).get(first_name="Nell", last_name="Ashby")
    assert is_empty(gone) and Event.objects.filter(object_id=new.pk, purpose="another of this name").exists()
    assert asked_for(client, place, first="Noor").context["same"].asked == {}


def test_who_left_lately_keeps_what_they_sign_in_with_and_a_closed_account_is_for_the_terminal(
    place: Office, client: Client
):
    lately, closed = left(place), factories.make_member(place.school, "teacher", "Omar", "Dent")
    deactivate_person(user=closed)
    RoleAssignment.objects.filter(user=lately).update(ends_on=timezone.localdate() - timedelta(days=1))
    username = lately.username
    page = asked_for(client, place)
    assert client.post(reverse("confirm_staff"), rows_of(page) | {"same_0": str(lately.pk)}).status_code == 302
    lately.refresh_from_db()
    assert lately.username == username and rights(lately).held[0].role.key == "teacher"
    page = asked_for(client, place, "Omar", "Dent")
    answer = client.post(reverse("confirm_staff"), rows_of(page) | {"same_0": str(closed.pk)})
    assert answer.status_code == 422 and "add_person" in answer.content.decode()
