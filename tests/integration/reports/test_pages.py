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
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.demo.copying import Copies
from safeguarding.demo.days import Days
from safeguarding.demo.history import History, Person, Place
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import asked

from .truth import lay

pytestmark = pytest.mark.django_db
MOST_QUERIES = 35
# The address of a list, the first number in its link, and whether that is a share.
LINK = re.compile(r'<a href="(/reports/behind/[^"]+)"[^>]*>(?:<[^>]+>|[^<0-9])*(\d+)(%?)')


@pytest.fixture(autouse=True)
def _on_a_school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def text(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode().split("<main")[1])).split())


def test_the_overview_is_for_those_who_read_concerns_and_the_first_page_of_the_headteacher(client: Client):
    room = factories.staffroom()
    for role in ROLES:
        client.force_login(factories.member(room.school, role, "Ada", "Brook"))
        expected = 200 if role in DECIDING else 403
        assert client.get(reverse("overview")).status_code == expected, role
        assert client.get(reverse("behind_figure")).status_code == expected, role
        begins = client.get("/").url == reverse("overview")
        assert begins == (role == "headteacher"), role
    client.force_login(room.lead)
    assert client.post(reverse("overview")).status_code == 405
    assert client.get(reverse("overview"), {"school": "01900000-0000-7000-8000-00000000dead"}).status_code == 404


def test_each_number_of_the_page_leads_to_as_many_rows(client: Client):
    truth = lay()
    client.force_login(truth.room.headteacher)
    page = client.get(reverse("overview"))
    event = Event.objects.filter(purpose="overview").get()
    assert (event.object_id, event.actor_id) == (truth.room.school.pk, truth.room.headteacher.pk)
    body = page.content.decode().split("<main")[1]
    links = re.findall(
        r'<a href="(/reports/behind/[^"]+)"[^>]*>(?:<[^>]+>|[^<0-9])*(\d+)(%?)(?:</b>)?,?( of \d+)?', body
    )
    followed = 0
    for address, number, share in links:
        behind = client.get(unescape(address))
        assert behind.status_code == 200, address
        if not share and "a-year-ago" not in address:
            assert behind.context["number"] == len(behind.context["rows"]) == int(number), address
            followed += 1
    assert followed > 40
    none = ("none", "by-kind&cell=none-such", "by-week&cell=2026-11-03", "by-place&cell=x")
    for wrong in (f"figure={one}" for one in none):
        assert client.get(f"{reverse('behind_figure')}?{wrong}").status_code == 404, wrong


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
