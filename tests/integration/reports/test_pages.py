"""Who may open the overview, does each number lead to its list, and does it ask as often for 300 rows as for 10?"""

import re
from collections.abc import Iterator
from html import unescape
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.roles import DECIDING, ROLES
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.demo.copying import Copies
from safeguarding.demo.days import Days
from safeguarding.demo.history import History, Person, Place
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import asked

pytestmark = pytest.mark.django_db
MOST_QUERIES = 38


@pytest.fixture(autouse=True)
def _on_a_school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def text(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode().split("<main")[1])).split())


def test_the_overview_is_for_those_who_read_concerns_and_the_first_page_of_the_headteacher(client: Client):
    """Every role and every page: the matrix (`tests/matrix`)."""
    room = factories.staffroom()
    assert {key for key, role in ROLES.items() if role.home == "overview"} == {"headteacher"}
    assert {key for key, role in ROLES.items() if role.may("view_reports")} == set(DECIDING)
    for person, status in ((room.headteacher, 200), (room.deputy, 200), (room.pastoral, 403)):
        client.force_login(person)
        assert client.get(reverse("overview")).status_code == status
        assert client.get(reverse("behind_figure")).status_code == status
    client.force_login(room.lead)
    weeks = {"2026-11-23": 200, "2026-11-24": 404, "9999-12-27": 404, "0001-01-01": 404}
    for cell, status in weeks.items():
        found = client.get(reverse("behind_figure"), {"figure": "by-week", "cell": cell})
        assert found.status_code == status, cell
    assert client.post(reverse("overview")).status_code == 405
    assert client.get(reverse("overview"), {"school": "01900000-0000-7000-8000-00000000dead"}).status_code == 404


def test_a_trust_lead_chooses_among_their_schools_and_no_other(client: Client):
    room, other, third = factories.staffroom(), factories.staffroom("Quay School"), factories.staffroom("Far School")
    trust = factories.member(room.school, "trust_lead", "Tess", "Ives")
    factories.give_role(user=trust, school=other.school, role_key="trust_lead", starts_on=factories.LONG_AGO)
    factories.concern(other)
    client.force_login(trust)
    numbers = {}
    for at in (room, other):
        page = client.get(reverse("overview"), {"school": str(at.school.pk)})
        numbers[at.school.pk] = page.context["numbers"][0].value
        assert client.get(page.context["numbers"][0].behind).context["number"] == numbers[at.school.pk]
    assert list(numbers.values()) == [0, 1]
    assert "Quay School" in page.content.decode()
    assert client.get(reverse("overview"), {"school": str(third.school.pk)}).status_code == 404


def test_two_days_that_are_none_are_told_and_stay_in_their_boxes(client: Client):
    client.force_login(factories.staffroom().headteacher)
    typed = {"period": "days", "first_day": "31", "first_month": "9", "first_year": "2026"}
    page = client.get(reverse("overview"), typed)
    assert page.status_code == 422
    assert "First day must be a real date, such as 24 11 2026" in text(page)
    assert "Enter the last day, or choose another time" in text(page)
    assert 'value="31"' in page.content.decode()
    days = typed | {"first_day": "1", "last_day": "24", "last_month": "11", "last_year": "2026"}
    assert "1 September 2026 to 24 November 2026" in text(client.get(reverse("overview"), days))


def test_the_overview_asks_the_database_as_often_about_300_concerns_as_about_10(client: Client):
    room = factories.staffroom()
    days = Days(SCHOOL_DAY.date())
    child = factories.child(room.school, by=room.office)
    people = [
        Person(one.pk, role, "Ms", one.first_name, one.last_name)
        for one, role in ((room.lead, "lead"), (room.deputy, "deputy_lead"))
    ]
    place = Place(room.school.pk, people, [(child.pk, child.full_name)], days)
    history = History(place, days.terms[0][1], SCHOOL_DAY.date(), Random(1))
    client.force_login(room.headteacher)
    seen = []
    for number in (10, 300):
        more(history, number)
        seen.append(asked(lambda: client.get(reverse("overview"))))
    assert seen[0] == seen[1] <= MOST_QUERIES


@transaction.atomic
def more(history: History, number: int) -> None:
    """So many more concerns, as a practice school has them."""
    copies = Copies()
    for rows in history.concerns(number):
        copies.add(rows)
    copies.write()
    record(Verb.CREATE, object_type="concerns.concern", count=number, purpose="test")
