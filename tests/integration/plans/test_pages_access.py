"""Who opens which page of plans, side by side; and what of an area that is not theirs stands nowhere."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from children.services import access
from safeguarding.concerns.services import access as concern_access
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.around import add_professional
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.matrix.asking import refusals_without_frame

from .conftest import Place
from .pages import Visitor, day

pytestmark = pytest.mark.django_db
NOTICE = ("senco", "designated_teacher", "attendance")
TITLES = {
    "protection": "Child protection plan",
    "care": "Looked after",
    "needs": "EHC assessment asked for",
    "adoption": "Adoption",
}
KINDS = {"protection": "child_protection", "care": "looked_after", "needs": "ehcp", "adoption": "adoption"}
READS = {
    "lead": {"protection", "care", "needs", "adoption"},
    "acting": {"protection", "care", "needs", "adoption"},
    "trust": {"protection", "care", "needs", "adoption"},
    "headteacher": {"protection", "care", "needs", "adoption"},
    "deputy": {"protection", "care", "needs"},
    "designated": {"care"},
    "senco": {"needs"},
}


def all_of_them(place: Place) -> dict[str, Episode]:
    place.name_in_notice(*NOTICE)
    return {
        area: place.begin(kind, by=place.senco if area == "needs" else place.room.lead, words={"asked": f"Word{area}"})
        for area, kind in KINDS.items()
    }


def test_each_person_finds_their_areas_on_the_tab_and_no_other(client: Client, place: Place):
    episodes = all_of_them(place)
    for name, person in place.everybody().items():
        visitor = Visitor(client, person)
        answer = visitor.get("child_plans", place.child.pk)
        reads = READS.get(name, set())
        if not reads:
            assert answer.status_code in (403, 404), name
        for area, episode in episodes.items():
            is_theirs = area in reads
            address = f"/plans/{episode.pk}/"
            assert (address in answer.content.decode()) == is_theirs, (name, area)
            # Of a refusal it matters only that it is one.
            with refusals_without_frame():
                assert visitor.get("episode", episode.pk).status_code == (200 if is_theirs else 404), (name, area)
                steps = Step.objects.filter(episode=episode)
                for step in steps[:1]:
                    assert visitor.get("plan_step", step.pk).status_code == (200 if is_theirs else 404), (name, area)
            # The page reads its date through the gate, which decides of the others.
            seen = Step.objects.visible_to(person).filter(episode=episode)
            assert seen.count() == (steps.count() if is_theirs else 0), (name, area)


def test_adoption_is_in_no_word_of_the_tab_of_who_does_not_read_it(client: Client, place: Place):
    all_of_them(place)
    for person in (place.room.deputy, place.designated, place.senco):
        page = Visitor(client, person).page("child_plans", place.child.pk)
        change = Visitor(client, person).page("record_change", place.child.pk)
        assert "doption" not in page
        assert "doption" not in change
    assert "Adoption" in Visitor(client, place.room.lead).page("child_plans", place.child.pk)


def test_an_address_of_another_area_is_answered_as_one_that_was_never_issued(client: Client, place: Place):
    episodes = all_of_them(place)
    access.grant_child(
        child=place.child,
        user=place.room.pastoral,
        reason="Works with the family",
        last_day=date(2026, 12, 18),
        by=place.room.lead,
        at=SCHOOL_DAY,
    )
    step = Step.objects.filter(episode=episodes["protection"]).first()
    pastoral = Visitor(client, place.room.pastoral)
    for name, key in (("episode", episodes["protection"].pk), ("plan_step", step.pk)):
        for answer, never in (
            (pastoral.get(name, key), pastoral.get(name, uuid7())),
            (client.post(reverse(name, args=[key]), {"deed": "note"}), client.post(reverse(name, args=[uuid7()]))),
        ):
            assert answer.status_code == never.status_code == 404
            assert answer.content[:400] == never.content[:400]
    assert client.post(reverse("attach_to_plan", args=[step.pk])).status_code == 404


def test_pastoral_staff_read_what_they_were_given_and_of_protection_who_works_with_the_family(
    client: Client, place: Place
):
    episodes = all_of_them(place)
    add_professional(
        episode=episodes["protection"],
        token=uuid7(),
        role="social_worker",
        name="Marcus Bell",
        telephone="0161 000 0000",
        by=place.room.lead,
    )
    pastoral = Visitor(client, place.room.pastoral)
    assert pastoral.get("child_plans", place.child.pk).status_code == 404
    access.grant_child(
        child=place.child,
        user=place.room.pastoral,
        reason="Works with the family",
        last_day=date(2026, 12, 18),
        by=place.room.lead,
        at=SCHOOL_DAY,
    )
    page = pastoral.page("child_plans", place.child.pk)
    assert "Marcus Bell" in page
    assert "People from outside" in page
    # The badge beside the name may say the same; the panel of the plan is what counts.
    for area, title in TITLES.items():
        assert (f"{title}</h2>" in page) == (area in ("care", "needs")), area
    assert "Record a change" not in page
    assert pastoral.get("record_change", place.child.pk).status_code == 403
    care = Step.objects.filter(episode=episodes["care"]).first()
    assert "Save what came of it" not in pastoral.page("plan_step", care.pk)
    answer = client.post(reverse("plan_step", args=[care.pk]), {"deed": "note", "note": "Mine."})
    assert answer.status_code == 403
    assert "Designated teacher" in answer.content.decode()


def test_a_role_that_the_notice_does_not_name_is_told_so(client: Client, place: Place):
    place.begin("looked_after")
    designated = Visitor(client, place.designated)
    page = designated.page("child_plans", place.child.pk)
    assert "privacy notice does not name your role" in page
    assert "Personal education plan" not in page
    place.name_in_notice("designated_teacher")
    assert "Personal education plan" in designated.page("child_plans", place.child.pk)
    place.name_in_notice()
    assert "Personal education plan" not in designated.page("child_plans", place.child.pk)


def test_who_is_close_to_the_child_sees_nothing_and_who_stands_in_keeps(client: Client, place: Place):
    episode = place.begin()
    deputy, alternate = place.room.deputy, place.alternate
    access.declare_conflict(user=deputy, child=place.child, kind="close", by=deputy, at=SCHOOL_DAY)
    visitor = Visitor(client, deputy)
    for name, key in (("child_plans", place.child.pk), ("record_change", place.child.pk), ("episode", episode.pk)):
        assert visitor.get(name, key).status_code == 404
    for person in (place.room.lead, place.trust, place.acting):
        access.declare_conflict(user=person, child=place.child, kind="close", by=person, at=SCHOOL_DAY)
    visitor = Visitor(client, alternate)
    assert "Child protection plan" in visitor.page("child_plans", place.child.pk)
    step = Step.objects.filter(episode=episode, kind="core_group").get()
    assert visitor.held(step, date(2026, 10, 12)).status_code == 302
    step.refresh_from_db()
    assert step.status == Step.Status.HELD


def test_the_headteacher_reads_all_and_keeps_none(client: Client, place: Place):
    episode = place.begin()
    head = Visitor(client, place.room.headteacher)
    assert "Record a change" not in head.page("child_plans", place.child.pk)
    assert "Add a date" not in head.page("episode", episode.pk)
    answer = client.post(reverse("episode", args=[episode.pk]), {"deed": "end", **day("ends_on", date(2026, 11, 1))})
    assert answer.status_code == 403
    assert head.get("record_change", place.child.pk).status_code == 403
    episode.refresh_from_db()
    assert episode.status == "open"


def test_a_plan_of_a_restricted_concern_is_no_page_of_others(client: Client, place: Place):
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    episode = place.begin("child_in_need", concern=concern)
    assert Visitor(client, place.room.deputy).get("episode", episode.pk).status_code == 200
    concern_access.restrict_concern(concern=concern, by=place.room.lead)
    assert Visitor(client, place.room.deputy).get("episode", episode.pk).status_code == 404
    assert Visitor(client, place.room.lead).get("episode", episode.pk).status_code == 200
