"""Who finds a child’s attendance, on the tab and in the two pages, and does it say what was missed?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.models import Child
from children.services import access
from safeguarding.accounts.services import add_term
from safeguarding.audit.models import Event
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.services.attendance import bring_in_attendance
from tests import factories, sheets
from tests.factories import SCHOOL_DAY

from .conftest import Place

pytestmark = pytest.mark.django_db
UPN = sheets.number(1)
READS = {"attendance", "lead", "acting", "trust", "deputy", "headteacher"}
GIVEN = {"pastoral", "designated", "senco"}


@pytest.fixture
def pupil(place: Place) -> Child:
    place.name_in_notice("senco", "designated_teacher", "attendance")
    add_term(
        school=place.school,
        name="Autumn",
        starts_on=date(2026, 9, 2),
        ends_on=date(2026, 12, 18),
        by=place.room.headteacher,
    )
    return factories.child(place.school, "Robin", "Marsh", by=place.room.office, details={"upn": UPN})


def bring_in(place: Place, marks: dict[date, str], upn: str = UPN) -> None:
    """Two marks a day."""
    lines = [Line(number, upn, str(on), *pair.split(",")) for number, (on, pair) in enumerate(marks.items(), start=2)]
    done = bring_in_attendance(school=place.school, lines=lines, digest="0" * 64, token=uuid7(), by=place.attendance)
    assert done.file is not None, done.wrong


def school_days(number: int, until: date = SCHOOL_DAY.date()) -> list[date]:
    """So many weekdays before a day, the last first."""
    days = (until - timedelta(days=n) for n in range(number * 2))
    return [day for day in days if day.weekday() < 5][:number]


def open_tab(client: Client, person: Any, child: Child, query: str = "") -> Any:
    client.force_login(person)
    return client.get(reverse("child_attendance", args=[child.pk]) + query)


def give(place: Place, child: Child) -> None:
    for name in GIVEN:
        access.grant_child(
            child=child,
            user=place.everybody()[name],
            reason="Sees him daily.",
            last_day=date(2026, 12, 18),
            by=place.room.lead,
            at=SCHOOL_DAY,
        )


def test_each_person_finds_what_is_theirs_and_nobody_else_anything(client: Client, place: Place, pupil: Child):
    bring_in(place, {date(2026, 11, 23): "T,T"})
    address = reverse("child_attendance", args=[pupil.pk])
    for name, person in place.everybody().items():
        answer = open_tab(client, person, pupil)
        assert (answer.status_code == 200) == (name in READS), name
        assert ("Parent travelling for work" in answer.content.decode()) == (name in READS), name
    give(place, pupil)
    for name in GIVEN:
        answer = open_tab(client, place.everybody()[name], pupil)
        assert answer.status_code == 200 and address in answer.content.decode(), name
    access.declare_conflict(user=place.attendance, child=pupil, kind="own_child", by=place.attendance, at=SCHOOL_DAY)
    hidden, never = open_tab(client, place.attendance, pupil), client.get(reverse("child_attendance", args=[uuid7()]))
    assert hidden.status_code == never.status_code == 404
    assert Event.objects.filter(purpose="attendance", object_id=pupil.pk, actor=place.room.lead).exists()


def test_a_child_of_whom_nothing_was_brought_in_says_so(client: Client, place: Place, pupil: Child):
    page = open_tab(client, place.attendance, pupil).content.decode()
    assert "No attendance of this child has been brought in" in page


def test_the_tab_says_what_was_missed_by_week_and_term(client: Client, place: Place, pupil: Child):
    days = school_days(20)
    bring_in(place, {day: "/,\\" for day in days[2:]} | {days[0]: "I,I", days[1]: "O,U"})
    bring_in(place, {date(2025, 11, 24): "G,G"})
    page = open_tab(client, place.room.lead, pupil).content.decode()
    assert "Persistent absence" in page and "Severe absence" not in page
    assert "90.0 per cent" in page and "Autumn term 2026" in page
    assert page.count('class="unauthorised"') == 2
    earlier = open_tab(client, place.room.lead, pupil, "?year=2025").content.decode()
    assert "Severe absence" in earlier and "Monday 24 November 2025" in earlier
    # A year of which there is nothing is the newest.
    assert "90.0 per cent" in open_tab(client, place.room.lead, pupil, "?year=1066").content.decode()


def test_the_two_pages_tell_it_to_those_who_read_it(client: Client, place: Place, pupil: Child):
    bring_in(place, {date(2026, 11, 23): "/,\\", date(2026, 11, 20): "I,O"})
    address = reverse("brief", args=[pupil.pk])
    client.force_login(place.room.lead)
    page = client.get(address).content.decode()
    assert "50.0 per cent of 4 sessions" in page and "1 with permission, 1 without" in page
    assert "Severe absence" in page
    give(place, pupil)
    client.force_login(place.room.pastoral)
    assert "50.0 per cent of 4 sessions" in client.get(address).content.decode()
    place.room.school.refresh_from_db()


def test_a_thousand_days_take_as_many_queries_as_ten(client: Client, place: Place, pupil: Child):
    few, many = (
        factories.child(place.school, "Robin", f"Marsh{name}", by=place.room.office, details={"upn": sheets.number(n)})
        for n, name in ((2, "few"), (3, "many"))
    )
    bring_in(place, dict.fromkeys(school_days(10), "/,\\"), sheets.number(2))
    bring_in(place, dict.fromkeys(school_days(1000), "/,\\"), sheets.number(3))
    taken = []
    for child in (few, few, many):
        client.force_login(place.room.lead)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("child_attendance", args=[child.pk])).status_code == 200
        taken.append(len(queries))
    assert taken[1] == taken[2] <= 25
