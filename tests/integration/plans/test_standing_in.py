"""Can who stands in for the keepers of a child's plans find and keep them, and nothing else?"""

from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.models import Child
from children.services import access
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import Notice, User
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.reminders import tell_of_dates
from tests import factories
from tests.factories import SCHOOL_DAY

from .conftest import Place
from .pages import Visitor

pytestmark = pytest.mark.django_db


def close_to(child: Child, *people: User) -> None:
    for person in people:
        access.declare_conflict(user=person, child=child, kind="close", by=person, at=SCHOOL_DAY)


@pytest.fixture
def episode(place: Place) -> Episode:
    """A child protection plan of the child; the other child of the school has one too."""
    return place.begin()


@pytest.fixture
def other(place: Place) -> Episode:
    return place.begin(child=factories.child(place.school, "Wren", by=place.room.office))


def keepers(place: Place) -> list[User]:
    return [place.room.lead, place.room.deputy, place.acting, place.trust]


def steps(episode: Episode) -> list[Step]:
    return list(Step.objects.filter(episode=episode))


def everything_of(place: Place) -> list[User]:
    """Everybody before the chair."""
    return [*keepers(place), place.alternate, place.room.headteacher]


def test_the_chair_finds_the_child_on_the_home_page_and_in_the_list_and_keeps_the_plan(
    client: Client, place: Place, episode: Episode, other: Episode
):
    chair = Visitor(client, place.chair)
    home = client.get("/", follow=True).content.decode()
    assert "Plans and dates" not in home
    assert client.get(reverse("plans")).status_code == 403
    assert chair.get("child_plans", place.child.pk).status_code == 404
    close_to(place.child, *everything_of(place))
    chair = Visitor(client, place.chair)
    home = client.get("/", follow=True).content.decode()
    address = reverse("child_plans", args=[place.child.pk])
    assert "Plans and dates" in home
    assert address in home
    page = client.get(reverse("plans")).content.decode()
    assert all(f"/plans/dates/{step.pk}/" in page for step in steps(episode))
    assert not any(f"/plans/dates/{step.pk}/" in page for step in steps(other))
    assert other.child.full_name not in page + home
    status = client.get(reverse("plans") + "?status=child_protection").content.decode()
    assert address in status
    assert other.child.full_name not in status
    tab = chair.page("child_plans", place.child.pk)
    assert "Child protection plan" in tab
    assert f'href="{address}"' in tab
    assert chair.get("record_change", place.child.pk).status_code == 200
    group = Step.objects.get(episode=episode, kind="core_group")
    assert chair.held(group, date(2026, 10, 12)).status_code == 302
    group.refresh_from_db()
    assert (group.status, group.held_by) == (Step.Status.HELD, place.chair)


def test_the_chair_opens_no_other_page_of_the_child_and_no_other_child(
    client: Client, place: Place, episode: Episode, other: Episode
):
    close_to(place.child, *everything_of(place))
    chair = Visitor(client, place.chair)
    assert chair.get("episode", episode.pk).status_code == 200
    for name in ("child_people", "child_chronology", "child_files", "child_photographs", "child_access"):
        assert chair.get(name, place.child.pk).status_code in (403, 404), name
        assert reverse(name, args=[place.child.pk]) not in chair.page("child_plans", place.child.pk), name
    for name, key in (
        ("child_plans", other.child_id),
        ("record_change", other.child_id),
        ("episode", other.pk),
        ("plan_step", steps(other)[0].pk),
    ):
        assert chair.get(name, key).status_code == 404, name


def test_once_there_is_a_keeper_who_may_see_the_child_nobody_stands_in(client: Client, place: Place, episode: Episode):
    close_to(place.child, *everything_of(place))
    assert Visitor(client, place.chair).get("episode", episode.pk).status_code == 200
    factories.member(place.school, "lead", "Nell", "Ford")
    chair = Visitor(client, place.chair)
    assert client.get(reverse("plans")).status_code == 403
    assert chair.get("child_plans", place.child.pk).status_code == 404
    assert chair.get("episode", episode.pk).status_code == 404
    assert "Plans and dates" not in client.get("/", follow=True).content.decode()


def test_the_alternate_lead_keeps_an_adoption_for_the_leads_and_nothing_of_what_the_deputy_keeps(
    client: Client, place: Place, episode: Episode
):
    adoption = place.begin("adoption")
    place.step(adoption, "matching", booked_on=date(2026, 12, 1))
    visitor = Visitor(client, place.alternate)
    assert client.get(reverse("plans")).status_code == 403
    close_to(place.child, place.room.lead, place.acting, place.trust)
    visitor = Visitor(client, place.alternate)
    page = client.get(reverse("plans")).content.decode()
    assert all(f"/plans/dates/{step.pk}/" in page for step in steps(adoption))
    assert not any(f"/plans/dates/{step.pk}/" in page for step in steps(episode))
    assert visitor.get("episode", adoption.pk).status_code == 200
    assert visitor.get("episode", episode.pk).status_code == 404
    tab = visitor.page("child_plans", place.child.pk)
    assert "Adoption" in tab
    assert "Child protection plan" not in tab


def test_the_headteacher_who_stands_in_finds_whose_plans_are_to_be_kept(
    client: Client, place: Place, episode: Episode, other: Episode
):
    Visitor(client, place.room.headteacher)
    assert 'id="kept-for"' not in client.get(reverse("plans")).content.decode()
    close_to(place.child, *keepers(place), place.alternate)
    Visitor(client, place.room.headteacher)
    panel = client.get(reverse("plans")).content.decode().split('id="kept-for"')[1].split("</section>")[0]
    assert place.child.full_name in panel
    assert other.child.full_name not in panel


def test_a_notice_to_who_stands_in_leads_to_the_date(client: Client, place: Place, episode: Episode, clock: Any):
    close_to(place.child, *everything_of(place))
    late = Step.objects.get(episode=episode, kind="core_group")
    assert tell_of_dates(at=datetime.combine(date(2026, 11, 24), time(10), LONDON)) > 0
    told = Notice.objects.filter(object_type="plan_step", object_id=late.pk)
    assert {one.user for one in told} == {place.chair}
    assert "Core group" in Visitor(client, place.chair).page("plan_step", late.pk)
    assert not Notice.objects.filter(pk__in=told, opened_at=None).exists()
