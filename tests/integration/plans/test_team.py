"""The team of a child: who reads of whom, how somebody is corrected and followed, and whom pages and brief name."""

from datetime import date
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from children.services import merging
from children.services.registering import Adult
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.reading import visible
from safeguarding.concerns import briefing
from safeguarding.concerns.models import ConcernSubject
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.models import Episode, Professional, Step
from safeguarding.plans.services import around
from safeguarding.plans.services.steps import book_step
from safeguarding.plans.services.team import social_workers
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.walls import asking

from .conftest import Place
from .pages import Visitor, day

pytestmark = pytest.mark.django_db
BELL, FENN = "Marcus Bell", "Casey Fennimore"


@pytest.fixture
def named(place: Place) -> Place:
    place.name_in_notice("senco", "designated_teacher")
    return place


def add(plan: Episode, name: str = BELL, *, by: Any, role: str = "social_worker", **facts: Any) -> Professional:
    return around.add_professional(episode=plan, token=uuid7(), role=role, name=name, by=by, **facts)


def now(place: Place, person: Any, child: Any = None) -> str:
    """Whom somebody is told to be the social worker."""
    key = (child or place.child).pk
    found = social_workers(partial(visible, SimpleNamespace(user=person)), [key])
    return found[key].name if key in found else ""


def test_who_reads_one_of_the_areas_reads_the_row(named: Place):
    plan = named.begin("child_protection")
    named.begin("looked_after")
    both = add(plan, areas=["care"], by=named.room.lead)
    alone = add(plan, FENN, role="police", by=named.room.lead)
    assert both.areas == ["protection", "care"]
    for person, sees in (
        (named.room.lead, {both, alone}),
        (named.room.headteacher, {both, alone}),
        (named.designated, {both}),
        (named.senco, set()),
        (named.room.teacher, set()),
    ):
        with asking(person):
            assert {*Professional.objects.all()} == sees, person
        assert {*Professional.objects.visible_to(person)} == sees, person


def test_who_keeps_one_area_corrects_the_row_by_a_new_one(named: Place):
    plan = named.begin("child_protection")
    named.begin("looked_after")
    first = add(plan, areas=["care"], telephone="0161 496 0710", by=named.room.lead)
    facts = {"role": first.role, "name": FENN, "telephone": "0161 496 0711", "areas": ["care"]}
    who = Acting(user_id=named.designated.pk, school_id=named.school.pk)
    with transaction.atomic(), acting(who), asking(named.designated):
        found = around.correct_professional(professional=first, token=uuid7(), by=named.designated, **facts)
    first.refresh_from_db()
    assert (first.name, first.ended_by, found.corrects) == (BELL, named.designated, first)
    # What she does not keep is neither taken away nor added, and the plan that decides who must not know stays.
    assert (found.areas, found.episode_id) == (["protection", "care"], plan.pk)
    assert now(named, named.room.lead) == now(named, named.designated) == FENN
    with pytest.raises(OutOfTurn):
        around.correct_professional(professional=first, token=uuid7(), by=named.room.lead, **facts | {"name": "Jo"})
    for person in (named.room.headteacher, named.senco, named.room.teacher):
        with pytest.raises(NotAllowed):
            around.correct_professional(professional=found, token=uuid7(), by=person, **facts | {"name": "Jo Ash"})
    same = facts | {"areas": found.areas}
    assert around.correct_professional(professional=found, token=uuid7(), by=named.room.lead, **same) == found


def test_a_new_social_worker_ends_the_former_one_and_nobody_else(named: Place):
    plan, care = named.begin("child_protection"), named.begin("looked_after")
    first = add(plan, starts_on=date(2026, 10, 5), by=named.room.lead)
    nurse = add(plan, "Nia Ford", role="health", by=named.room.lead)
    # The designated teacher does not see the first, and ends nobody whom she does not see.
    add(care, FENN, by=named.designated)
    first.refresh_from_db()
    assert first.ended_at is None
    add(plan, "Jo Ash", areas=["care"], starts_on=date(2026, 11, 2), by=named.room.lead)
    first.refresh_from_db()
    nurse.refresh_from_db()
    assert (first.ends_on, nurse.ended_at) == (date(2026, 11, 2), None)
    assert now(named, named.room.lead) == now(named, named.designated) == "Jo Ash"
    # Somebody of before is written down, and does not follow.
    add(plan, "Al Dunn", starts_on=date(2026, 10, 1), by=named.room.lead)
    assert now(named, named.room.lead) == "Jo Ash"


def test_who_works_on_an_adoption_is_entered_for_it_alone(place: Place):
    plan, adoption = place.begin("child_protection"), place.begin("adoption")
    add(plan, by=place.room.lead)
    with pytest.raises(BadInput, match="alone"):
        add(adoption, FENN, areas=["protection"], by=place.room.lead)
    apart = add(adoption, FENN, by=place.room.lead)
    assert Professional.objects.filter(ended_at=None).count() == 2
    with asking(place.room.deputy):
        assert not Professional.objects.filter(pk=apart.pk).exists()
    found = briefing.gather(SimpleNamespace(user=place.room.lead), place.child, None, at=SCHOOL_DAY)  # type: ignore[arg-type]
    assert FENN not in str(found.blocks)
    assert BELL in str(found.blocks)


def test_a_conflict_with_the_concern_of_the_plan_hides_who_works_on_it(place: Place):
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    plan = place.begin("child_in_need", concern=concern)
    add(plan, by=place.room.lead)
    assert now(place, place.room.deputy) == BELL
    ConcernSubject.objects.create(
        concern=concern, school=place.school, user=place.room.deputy, named_by=place.room.headteacher
    )
    assert now(place, place.room.deputy) == ""


def test_two_records_that_become_one_show_one_social_worker_and_come_apart(place: Place):
    lead, other = place.room.lead, factories.child(place.school, "Rowan", "Ashdowne", by=place.room.office)
    add(place.begin(), starts_on=date(2026, 10, 5), by=lead)
    add(place.begin(child=other, authority="355"), FENN, starts_on=date(2026, 11, 2), by=lead)
    done = merging.merge(keep=place.child, other=other, reason="One child.", token=uuid7(), seen=None, by=lead)
    assert now(place, lead) == FENN
    merging.undo(merge=done, reason="Cousins.", by=lead)
    assert (now(place, lead), now(place, lead, other)) == (BELL, FENN)


def test_the_system_is_asked_where_nobody_was_entered_and_the_brief_names_one(client: Client, place: Place):
    worker = Adult(surname="Mottram", forename="Rachel", relationship="Social Worker", mobile="07700 900444")
    child = factories.child(place.school, "Wren", by=place.room.office, adults=[worker])
    plan = place.begin(child=child)
    lead = Visitor(client, place.room.lead)
    assert "Rachel Mottram" in lead.page("child_plans", child.pk)
    assert "Rachel Mottram" in lead.page("brief_page", child.pk)
    add(plan, telephone="0161 496 0710", by=place.room.lead)
    for page in ("child_plans", "brief_page"):
        text = lead.page(page, child.pk)
        assert BELL in text
        assert "Rachel Mottram" not in text, page


def test_an_open_plan_leads_with_what_is_asked_first(client: Client, place: Place):
    plan = place.begin(words={"asked": "Ring each day by 9.30."})
    lead = Visitor(client, place.room.lead)
    page = lead.page("child_plans", place.child.pk)
    late = "due 19 October 2026, 10 working days after the initial child protection conference, 5 October"
    for words in ("Neglect", "Not recorded", "Ring each day by 9.30.", late):
        assert words in page
    add(plan, telephone="0161 496 0710", by=place.room.lead)
    review = Step.objects.get(episode=plan, kind="review_conference")
    book_step(
        step=review,
        seen=review.revision,
        booked_on=date(2026, 12, 4),
        place="Town hall",
        owner=place.room.deputy,
        by=place.room.lead,
    )
    for address, key in (("child_plans", place.child.pk), ("episode", plan.pk)):
        page = lead.page(address, key)
        head = page[page.index("Next meeting") :][:900]
        assert "Friday 4 December" in head
        assert "Town hall" in head
        assert f"{place.room.deputy.full_name} goes" in head
        assert "0161 496 0710" in page
        assert page.index("Next meeting") < page.index("How each date is worked out")


def test_a_badge_whose_plan_is_shut_says_whom_to_ask(client: Client, named: Place):
    named.begin("child_protection")
    for person in (named.designated, named.senco):
        page = Visitor(client, person).page("child_plans", named.child.pk)
        assert "There is a child protection plan" in page
        assert "Ask the safeguarding lead for its details." in page
        assert "No open plan or status" not in page
    page = Visitor(client, named.room.headteacher).page("child_plans", named.child.pk)
    assert "Ask the safeguarding lead" not in page
    assert all(kind.is_there for kind in EPISODES.values() if kind.badge)


def test_people_are_added_corrected_and_have_left_on_one_page(client: Client, named: Place):
    named.begin("child_protection")
    named.begin("looked_after")
    lead, child = Visitor(client, named.room.lead), named.child.pk
    person = {"role": "social_worker", "name": BELL, "telephone": "0161 000 0000"}
    nothing = lead.send("child_team", child, "add_person", **person).content.decode()
    assert "Choose what this person works with the child on" in nothing
    person |= {"areas": ["protection", "care"]}
    assert lead.send("child_team", child, "add_person", **person).status_code == 302
    assert "now listed under Former" not in lead.page("child_team", child)
    assert lead.send("child_team", child, "add_person", **person | {"name": "Jo Ash"}).status_code == 302
    assert "Added. The previous social worker is now listed under Former." in lead.page("child_team", child)
    assert lead.send("child_team", child, "add_person", **person).status_code == 302
    designated = Visitor(client, named.designated)
    page = designated.page("child_team", child)
    assert BELL in page
    corrected = {"role": "social_worker", "name": FENN, "areas": ["care"]}
    assert designated.send("child_team", child, "correct_person", **corrected).status_code == 302
    assert Professional.objects.get(ended_at=None).areas == ["protection", "care"]
    assert "Corrected" in designated.page("child_team", child)
    left = designated.send("child_team", child, "end_person", **day("last_day", date(2026, 11, 23)))
    assert left.status_code == 302
    assert "Nobody recorded" in designated.page("child_team", child)
    head = Visitor(client, named.room.headteacher)
    assert "Has left" not in head.page("child_team", child)
    assert client.post(reverse("child_team", args=[child]), {"deed": "add_person"}).status_code == 403
    assert Visitor(client, named.room.teacher).get("child_team", child).status_code in (403, 404)
