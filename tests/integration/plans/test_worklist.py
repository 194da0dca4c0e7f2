"""Does the worklist hold what waits and who may see it, and does the menu count what the school has missed?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.models import Child, ChildDetail
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.steps import book_step
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import LISTS, MANY_IN_SOAK, TEN, asked

from .conftest import Place
from .pages import Visitor

pytestmark = pytest.mark.django_db
TODAY = SCHOOL_DAY.date()


@pytest.fixture
def open_(client: Client) -> Any:
    """The worklist as somebody sees it, narrowed by what stands in its address."""

    def page(person: Any, query: str = "") -> str:
        client.force_login(person)
        answer = client.get(reverse("plans") + query)
        assert answer.status_code == 200
        return answer.content.decode()

    return page


def links(page: str, steps: list[Step]) -> list[str]:
    """Which of these dates the page leads to, by their kind and in its order."""
    there = [step for step in steps if f"/plans/dates/{step.pk}/" in page]
    return [step.kind for step in sorted(there, key=lambda step: page.index(f"/plans/dates/{step.pk}/"))]


def care(place: Place, starts_on: date = date(2026, 10, 5)) -> list[Step]:
    return list(Step.objects.filter(episode=place.begin("looked_after", starts_on=starts_on)))


def test_what_waits_stands_there_by_the_day_it_happens_and_is_narrowed(place: Place, open_: Any):
    steps = care(place)
    book_step(
        step=next(one for one in steps if one.kind == "pep"),
        seen=0,
        booked_on=date(2026, 12, 1),
        owner=place.room.lead,
        by=place.room.lead,
    )
    whole = links(open_(place.room.lead), steps)
    assert set(whole) == {"pep", "care_plan", "care_review", "health_assessment", "sdq"}
    days = {one.kind: one.due_on for one in steps} | {"pep": date(2026, 12, 1)}
    assert [days[kind] for kind in whole] == sorted(days[kind] for kind in whole)
    assert links(open_(place.room.lead, "?duty=health"), steps) == ["health_assessment"]
    assert links(open_(place.room.lead, "?owner=me"), steps) == ["pep"]
    assert links(open_(place.room.deputy, "?owner=me"), steps) == []
    assert "pep" not in links(open_(place.room.lead, "?owner=nobody"), steps)
    assert links(open_(place.room.lead, "?plan=ehcp"), steps) == []
    assert "sdq" not in links(open_(place.room.lead, "?late=on"), steps)


def test_each_person_finds_their_own_areas_there_and_others_are_turned_away(place: Place, open_: Any, client: Client):
    place.name_in_notice("senco", "designated_teacher", "attendance")
    steps = [*care(place), *Step.objects.filter(episode=place.begin("child_protection"))]
    steps += Step.objects.filter(episode=place.begin("ehcp", by=place.senco))
    areas = {one.kind: one.area for one in steps}
    everything = {"care", "needs", "protection"}
    for person, theirs in (
        (place.room.lead, everything),
        (place.room.headteacher, everything),
        (place.designated, {"care"}),
        (place.senco, {"needs"}),
        (place.attendance, set()),
        (place.room.pastoral, set()),
    ):
        page = open_(person)
        assert {areas[kind] for kind in links(page, steps)} == theirs, person
        assert "Looked after" in page, person
    for person in (place.room.teacher, place.room.office, place.chair):
        client.force_login(person)
        assert client.get(reverse("plans")).status_code == 403
        assert b"Plans and dates" not in client.get("/", follow=True).content


def test_a_role_that_the_notice_does_not_name_is_told_so(place: Place, open_: Any):
    steps = care(place)
    page = open_(place.designated)
    assert "does not name your role" in page
    assert links(page, steps) == []
    place.name_in_notice("designated_teacher")
    page = open_(place.designated)
    assert "does not name your role" not in page
    assert len(links(page, steps)) == len(steps)


def test_an_adoption_is_in_no_count_of_others(place: Place, open_: Any):
    place.begin("adoption")
    assert "?status=adoption" in open_(place.room.lead)
    for person in (place.room.deputy, place.room.pastoral):
        assert "?status=adoption" not in open_(person)
        assert place.child.full_name not in open_(person, "?status=adoption")


def test_children_are_listed_by_status_and_those_without_a_record_too(place: Place, open_: Any):
    other = factories.child(place.school, "Skye", by=place.room.office, details={"in_care": True})
    gone = factories.child(place.school, "Gone", by=place.room.office, details={"in_care": True})
    Child.objects.filter(pk=gone.pk).update(left_on=TODAY - timedelta(days=3))
    ChildDetail.objects.filter(child=place.child).update(in_care=True)
    care(place)
    page = open_(place.room.lead, "?status=looked_after")
    listed, lacking = page.split('id="children"')[1].split('id="lacking"')[0], page.split('id="lacking"')[1]
    assert place.child.full_name in listed
    assert other.full_name not in listed
    assert other.full_name in lacking.split('id="statuses"')[0]
    assert gone.full_name not in page
    assert 'id="lacking"' not in open_(place.room.pastoral)


def test_a_meeting_that_is_late_is_not_called_none(place: Place, client: Client, open_: Any):
    episode = place.begin(starts_on=TODAY - timedelta(weeks=20))
    page = open_(place.room.lead, "?status=child_protection")
    panel = page[page.index("Next meeting") :][:1500]
    assert "Core group" in panel and "not booked, late" in panel
    tab = client.get(reverse("child_plans", args=[episode.child_id])).content.decode()
    assert "None booked" in tab and "None booked or due" not in tab


def test_many_children_of_a_status_take_as_many_queries_as_one(place: Place, client: Client):
    def counted() -> int:
        return asked(lambda: client.get(reverse("plans") + "?status=looked_after"))

    place.begin("looked_after")
    client.force_login(place.room.lead)
    few = counted()
    for name in ("Skye", "Ivy", "Jude"):
        place.begin("looked_after", child=factories.child(place.school, name, by=place.room.office))
    assert counted() == few


def test_the_menu_counts_what_the_school_has_missed_and_today_says_what_to_chase(
    place: Place, client: Client, clock: Any
):
    steps = Step.objects.filter(episode=place.begin("looked_after", starts_on=date(2026, 11, 3)))
    plan = place.begin("ehcp", starts_on=date(2025, 3, 4))
    place.step(plan, "final_plan", held_on=date(2025, 7, 21))
    visitor = Visitor(client, place.room.lead)
    page = visitor.client.get(reverse("today")).content.decode()
    missed = Step.objects.get(episode=plan, kind="annual_review")
    decision = Step.objects.get(episode=plan, kind="review_decision")
    assert (missed.kind, missed.due_on < TODAY) == ("annual_review", True)
    late = [one for one in steps if one.due_on and one.due_on < TODAY]
    beside = page.split('id="late"')[1]
    # The authority decides after our meeting, which was not held.
    assert set(links(beside, [missed, decision, *late])) == {"annual_review", *(one.kind for one in late)}
    menu = page.split('href="/plans/"')[1].split("</a>")[0]
    # The personal education plan is owed by the authority, and done by the school.
    assert ">2<" in menu
    client.force_login(place.designated)
    assert ">2<" not in client.get(reverse("plans")).content.decode().split('href="/plans/"')[1].split("</a>")[0]


def test_a_child_who_has_left_has_nothing_late(place: Place, open_: Any):
    steps = care(place, date(2026, 3, 2))
    assert "care_review" in links(open_(place.room.lead, "?late=on"), steps)
    Child.objects.filter(pk=place.child.pk).update(left_on=TODAY)
    assert links(open_(place.room.lead), steps) == []


def more(place: Place, episode: Episode, number: int) -> None:
    """So many more dates like those that are there."""
    step = Step.objects.filter(episode=episode).first()
    assert step is not None
    for days in range(number):
        step.pk = step.token = uuid7()
        step.due_on = TODAY - timedelta(days=days % 90)
        step._state.adding = True
        step.save()


@MANY_IN_SOAK
def test_many_dates_take_as_many_queries_as_ten(place: Place, client: Client, many: int):
    episode = place.begin("looked_after")
    factories.child(place.school, "Skye", by=place.room.office, details={"in_care": True})
    more(place, episode, TEN)
    client.force_login(place.room.lead)
    pages = ["", "?late=on&duty=authority", "?status=looked_after"]
    few = [asked(lambda: client.get(reverse("plans") + query)) for query in pages]  # noqa: B023
    more(place, episode, many)
    assert [asked(lambda: client.get(reverse("plans") + query)) for query in pages] == few  # noqa: B023
    # Of each child of a status leads are told who the social worker is, the next meeting and attendance.
    assert max(few[:2]) <= LISTS
    assert few[2] <= LISTS + 2


def test_a_date_without_a_day_leads_who_may_open_it_to_the_setting(place: Place, open_: Any):
    place.name_in_notice("senco")
    plan = place.begin("ehcp", by=place.senco, starts_on=date(2024, 6, 3), decided_on=date(2024, 10, 21))
    says, setting = "The school has not set which year groups move on", f'<a href="{reverse("local_times")}">'
    step = Step.objects.exclude(missing="").get(episode=plan)
    assert says in step.missing
    for person, is_link in ((place.room.lead, True), (place.senco, False)):
        page = open_(person)
        assert says in page
        assert (setting in page) == is_link, person
        page = Visitor(Client(), person).page("plan_step", step.pk)
        assert says in page
        assert (setting in page) == is_link, person
