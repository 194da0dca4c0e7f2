"""Does nobody open an empty first page: what waits, or that nothing does, and pages that they may open?"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from children.services import access as child_access
from safeguarding.accounts.models import User
from safeguarding.accounts.roles import ROLES
from safeguarding.concerns.services import deciding, pastoral
from safeguarding.keys import uuid7
from safeguarding.plans.models import Step
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import asked
from tests.integration.plans.conftest import Place, make_place
from tests.integration.plans.test_page_queries import more
from tests.integration.requests.cases import handed_in

pytestmark = pytest.mark.django_db
SIX = ("designated_teacher", "senco", "attendance", "pastoral", "office", "dpo")
# What each reads where nothing waits, or where it begins.
NOTHING = {
    "designated_teacher": ("You have no action to do", "No date of their plans has passed"),
    "senco": ("You have no action to do", "No date of these plans has passed"),
    "attendance": ("All actions", "Bring in attendance"),
    "pastoral": ("You have no action to do", "No support plan is to be looked at again"),
    "office": ("All requests", "Bring in the list of children"),
    "dpo": ("No request is late", "No destruction list waits for your advice"),
}


@pytest.fixture(autouse=True)
def _on_a_school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def people_of(place: Place) -> dict[str, User]:
    dpo = factories.member(place.school, "dpo", "Vera", "Holt")
    room = place.room
    return dict(
        zip(SIX, (place.designated, place.senco, place.attendance, room.pastoral, room.office, dpo), strict=True)
    )


def waiting(client: Client, person: User) -> str:
    """The panel “Waiting for you” of somebody’s first page."""
    client.force_login(person)
    page = client.get("/", follow=True)
    assert page.status_code == 200
    found = re.search(r'<section[^>]*aria-labelledby="waiting.*?</section>', page.content.decode(), re.DOTALL)
    assert found is not None, "the first page has no such panel"
    return found[0]


def links_open(client: Client, panel: str, most: int = 9) -> None:
    links = list(dict.fromkeys(re.findall(r'href="([^"#]+)"', panel)))[:most]
    assert links
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_where_nothing_waits_it_says_so_and_leads_on(client: Client):
    place = make_place()
    place.name_in_notice("senco", "designated_teacher", "attendance")
    for role, person in people_of(place).items():
        assert ROLES[role].home == "staff_home"
        panel = waiting(client, person)
        for words in NOTHING[role]:
            assert words in panel, role
        links_open(client, panel)
    client.force_login(place.room.teacher)
    assert "Waiting for you" not in client.get(reverse("staff_home")).content.decode()


def test_what_waits_names_a_child_to_the_keeper_of_plans_alone(client: Client):
    place = make_place()
    place.name_in_notice("senco", "designated_teacher", "attendance")
    people, room = people_of(place), place.room
    late_plans(place)
    child_access.grant_child(
        child=place.child, user=room.pastoral, reason="Works with the family", last_day=date(2026, 12, 1), by=room.lead,
        at=SCHOOL_DAY,
    )  # fmt: skip
    soon = SCHOOL_DAY.date() + timedelta(days=3)
    plan = pastoral.make_plan(
        child=place.child, token=uuid7(), aims="In class by nine.", starts_on=SCHOOL_DAY.date(), review_on=soon,
        by=room.pastoral, at=SCHOOL_DAY,
    )  # fmt: skip
    deciding.add_action(
        concern=factories.concern(room), token=uuid7(), text="Ring home", owner=place.attendance,
        due_on=SCHOOL_DAY.date(), by=room.lead, at=SCHOOL_DAY,
    )  # fmt: skip
    handed_in(room, received_on=SCHOOL_DAY.date() - timedelta(days=1))
    for role, says in (
        ("designated_teacher", "overdue"),
        ("senco", "overdue"),
        ("attendance", "1 action to do"),
        ("pastoral", reverse("support_plan", args=[plan.pk])),
        ("office", "1 request waits to be taken up"),
        ("dpo", "1 request waits to be taken up"),
    ):
        panel = waiting(client, people[role])
        assert says in panel, role
        assert ("Rowan Ashdown" in panel) == (role in ("designated_teacher", "senco")), role
        # Nothing is said of what does not wait.
        assert not any(words in panel for words in ("You have no action", "No support plan", "No file")), role
        links_open(client, panel, 3)


def late_plans(place: Place) -> list[Any]:
    """A date of care and one of an education, health and care plan that have passed."""
    plans = place.begin("looked_after", starts_on=date(2026, 6, 1)), begin_needs(place)
    found = []
    for episode in plans:
        step = Step.objects.filter(episode=episode, status=Step.Status.WAITING).exclude(due_on=None).earliest("due_on")
        assert step.due_on and step.due_on < SCHOOL_DAY.date()
        found.append(step)
    return found


def begin_needs(place: Place) -> Any:
    episode = place.begin("ehcp", starts_on=date(2024, 6, 3), by=place.senco)
    place.step(episode, "final_plan", held_on=date(2025, 6, 3), by=place.senco)
    return episode


def test_sixty_dates_take_as_many_queries_as_ten_and_who_is_not_named_sees_none(client: Client):
    place = make_place()
    place.name_in_notice("senco")
    step = late_plans(place)[0]
    assert "privacy notice does not name your role" in waiting(client, place.designated)
    place.name_in_notice("designated_teacher", "senco")
    client.force_login(place.designated)
    seen = []
    for number in (10, 60):
        more(step, number, due_on=lambda n: date(2026, 10, 1) + timedelta(days=n % 20))
        seen.append(asked(lambda: client.get(reverse("staff_home"))))
    assert seen[0] == seen[1]
    assert "more." in waiting(client, place.designated)
