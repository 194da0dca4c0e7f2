"""Which badges stand beside the name of a child, on which pages, and for whom?"""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.badges import badges_of
from children.models import ChildDetail
from children.services import access
from safeguarding.concerns.services import access as concern_access
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.services.episodes import end_episode, enter_in_error
from safeguarding.reports.figures import cohorts
from safeguarding.reports.figures.periods import this_year
from safeguarding.reports.figures.registry import find
from safeguarding.reports.figures.values import Viewer
from safeguarding.templatetags.harbour import BADGES
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import LISTS, RECORDS, asked

from .conftest import Place
from .pages import Visitor

pytestmark = pytest.mark.django_db
_BADGE = re.compile(r'hb-badge--(\w+)"')
NOTICE = ("senco", "designated_teacher", "attendance")
READERS = {"lead", "acting", "trust", "headteacher", "deputy"}
SUPPORT = {"pastoral", "designated", "senco", "attendance"}


def beside(person: Any, place: Place) -> list[str]:
    """The badges that somebody may see of the child."""
    return badges_of(SimpleNamespace(user=person), {place.child.pk: place.child.card_badges})[place.child.pk]


def seen_by(place: Place, badge: str) -> set[str]:
    return {name for name, person in place.everybody().items() if badge in beside(person, place)}


def on(page: str) -> list[str]:
    return _BADGE.findall(page)


def concern_about(place: Place) -> Any:
    return factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])


def test_each_kind_of_plan_has_a_badge_that_pages_know():
    assert {kind.badge for kind in EPISODES.values() if kind.badge} <= {*BADGES}
    assert [key for key, kind in EPISODES.items() if not kind.badge] == ["missing_from_home"]


def test_a_badge_stands_beside_the_name_wherever_the_name_stands(client: Client, place: Place):
    for kind in ("child_protection", "early_help"):
        place.begin(kind)
    concern = concern_about(place)
    ChildDetail.objects.filter(pk=place.child.pk).update(address_confidential=True)
    lead = Visitor(client, place.room.lead)
    there = ["cp", "eh", "addr"]
    # Beside the name at the top of a record, whichever its tab.
    for tab in ("child_plans", "child_people", "child_chronology", "child_concerns"):
        assert on(lead.page(tab, place.child.pk)) == there, tab
    for address in (reverse("children"), reverse("today")):
        assert on(client.get(address).content.decode()) == there, address
    # Beside the title of a concern, and among those who were involved.
    assert on(lead.page("concern", concern.pk)) == there * 2
    assert 'title="Child protection plan"' in lead.page("concern", concern.pk)


def test_what_the_schools_system_and_a_plan_both_say_is_one_badge(client: Client, place: Place):
    ChildDetail.objects.filter(pk=place.child.pk).update(in_care=True, sen_provision="E")
    lead, office = place.room.lead, place.room.office
    assert beside(lead, place) == beside(office, place) == ["lac", "ehcp"]
    place.begin("looked_after")
    place.begin("ehcp", decided_on=date(2026, 10, 5))
    assert beside(lead, place) == ["lac", "ehcp"]
    # Nor are a child in need and the plan of one two.
    for kind in ("child_in_need", "child_in_need_plan"):
        place.begin(kind)
    assert beside(lead, place) == ["lac", "cin", "ehcp"]
    # The office sees what its own list says, and who reads no list sees the plans.
    assert beside(office, place) == ["lac", "ehcp"]
    place.name_in_notice("designated_teacher")
    assert beside(place.designated, place) == ["lac", "cin", "ehcp"]
    ChildDetail.objects.filter(pk=place.child.pk).update(in_care=False, sen_provision="N")
    assert beside(office, place) == []
    assert beside(lead, place) == ["lac", "cin", "ehcp"]


def test_badges_are_seen_by_their_roles_as_far_as_the_notice_names_them(place: Place):
    for kind in ("child_protection", "adoption"):
        place.begin(kind)
    # The notice itself names pastoral staff.
    assert seen_by(place, "cp") == READERS | {"pastoral"}
    place.name_in_notice(*NOTICE)
    assert seen_by(place, "cp") == READERS | SUPPORT
    place.name_in_notice("senco")
    assert seen_by(place, "cp") == READERS | {"pastoral", "senco"}
    assert seen_by(place, "adoption") == {"lead", "acting", "trust", "headteacher"}


def test_whom_the_child_is_hidden_from_sees_no_badge_and_a_restricted_concern_leaves_it(place: Place):
    concern = concern_about(place)
    place.begin("child_in_need", concern=concern, decided_on=date(2026, 10, 5))
    concern_access.restrict_concern(concern=concern, by=place.room.lead)
    assert seen_by(place, "cin") == READERS | {"pastoral"}
    access.declare_conflict(user=place.room.deputy, child=place.child, kind="own_child", by=place.room.deputy)
    assert seen_by(place, "cin") == (READERS | {"pastoral"}) - {"deputy"}


def test_the_badge_goes_with_the_end_and_with_an_entry_in_error(client: Client, place: Place):
    care, plan = place.begin("looked_after"), place.begin("child_protection")
    end_episode(episode=care, seen=care.revision, ends_on=date(2026, 11, 20), end_reason="E8", by=place.room.lead)
    assert beside(place.room.lead, place) == ["cp"]
    enter_in_error(episode=plan, seen=plan.revision, reason="Another child.", by=place.room.lead)
    assert beside(place.room.lead, place) == []
    # Its own page shows it to be read, and beside the name nothing.
    page = Visitor(client, place.room.lead).page("episode", plan.pk)
    assert "Another child." in page
    assert on(page) == []


def test_the_list_is_narrowed_by_badges_that_the_reader_may_see(client: Client, place: Place):
    other = factories.child(place.school, "Wren", by=place.room.office, details={"in_care": True})
    for kind in ("looked_after", "child_protection", "adoption"):
        place.begin(kind)

    def listed(person: Any, badge: str) -> list[str]:
        client.force_login(person)
        answer = client.get(reverse("children"), {"badge": badge})
        return sorted(child.forename for child, _ in answer.context["rows"])

    def offered(person: Any) -> set[str]:
        client.force_login(person)
        return {key for key, _ in client.get(reverse("children")).context["form"].fields["badge"].choices if key}

    one, everybody = [place.child.forename], sorted([place.child.forename, other.forename])
    assert listed(place.room.lead, "lac") == everybody
    assert listed(place.room.lead, "cp") == listed(place.room.lead, "adoption") == one
    assert listed(place.room.office, "lac") == [other.forename]
    # What is not offered narrows nothing.
    assert listed(place.room.office, "cp") == listed(place.room.deputy, "adoption") == everybody
    assert listed(place.room.deputy, "cp") == one
    # What its own list says, and what stands on the card for everybody.
    assert offered(place.room.office) == {"lac", "ehcp", "addr", "collect", "nophoto"}
    assert offered(place.room.lead) - offered(place.room.deputy) == {"adoption"}


def test_badges_of_many_children_are_asked_for_as_often_as_of_few(client: Client, place: Place):
    lead = Visitor(client, place.room.lead)
    pages = {
        reverse("children"): LISTS,
        reverse("today"): 43,
        reverse("child_chronology", args=[place.child.pk]): RECORDS,
        reverse("child_plans", args=[place.child.pk]): RECORDS,
    }

    def begin(number: int) -> None:
        for _ in range(number):
            child = factories.child(place.school, by=place.room.office)
            place.begin("child_protection", child=child)
            factories.concern(place.room, children=[ChildEntry(role="worried_about", child=child)])

    place.begin("child_protection")
    begin(1)
    few = {address: asked(lambda a=address: client.get(a)) for address in pages}
    begin(8)
    for address, most in pages.items():
        assert asked(lambda a=address: lead.client.get(a)) <= min(few[address], most), address


def test_a_status_that_details_alone_say_is_counted_and_a_plan_is_asked_for(client: Client, place: Place):
    """Looked after and with an EHCP by the list of the school, and no plan of either is recorded."""
    ChildDetail.objects.filter(pk=place.child.pk).update(in_care=True, sen_provision="E")
    of = [ChildEntry(role="worried_about", child=place.child)]
    factories.concern(place.room, children=of, at=SCHOOL_DAY - timedelta(days=1))
    viewer = Viewer(user=place.room.lead, school_id=place.school.pk, at=SCHOOL_DAY, period=this_year(SCHOOL_DAY.date()))

    def counted() -> dict[str, tuple[int, int]]:
        lines = cohorts.children_who_may_need_more(viewer)
        for line in lines:
            for figure, number in (("children", line.children), ("in-concerns", line.in_concerns)):
                assert find(figure).rows(viewer, line.code).count() == number, line.code
        return {line.code: (line.children, line.in_concerns) for line in lines if line.children}

    both = dict.fromkeys(("looked-after", "ehcp", "whole-school"), (1, 1))
    assert counted() == both
    page = Visitor(client, place.room.lead).page("child_plans", place.child.pk)
    assert page.count("The child’s details say so, and no plan is open here") == 2
    care = place.begin("looked_after", starts_on=date(2026, 11, 24))
    assert counted() == both | {"looked-after": (1, 0)}, "the concern was logged before"
    page = Visitor(client, place.room.lead).page("child_plans", place.child.pk)
    assert page.count("The child’s details say so, and no plan is open here") == 1
    end_episode(episode=care, seen=care.revision, ends_on=date(2026, 11, 24), end_reason="E8", by=place.room.lead)
    assert counted() == both | {"looked-after": (1, 0)}
