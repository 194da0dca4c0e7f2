"""Who finds a child’s attendance, on the tab and in the two pages, and does it say what was missed?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.facts import NewChild
from children.models import Child
from children.services import access, register_children
from safeguarding.accounts.services import add_term
from safeguarding.audit.models import Event
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.services.attendance import bring_in_attendance
from tests import factories, sheets
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import LISTS, MANY_IN_SOAK, TEN, asked

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


def school_days(number: int) -> list[date]:
    """So many weekdays up to the school day of the tests, the last first."""
    days = (SCHOOL_DAY.date() - timedelta(days=n) for n in range(number * 2))
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
    assert Event.objects.filter(purpose="attendance", object_id=pupil.pk, actor_id=place.room.lead.pk).exists()


def test_a_child_of_whom_nothing_was_brought_in_says_so(client: Client, place: Place, pupil: Child):
    page = open_tab(client, place.attendance, pupil).content.decode()
    assert "No attendance of this child has been brought in" in page


def test_the_tab_says_what_was_missed_by_week_and_term(client: Client, place: Place, pupil: Child):
    days = school_days(20)
    bring_in(place, dict.fromkeys(days[2:], "/,\\") | {days[0]: "I,I", days[1]: "O,U"})
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
    address = reverse("brief_page", args=[pupil.pk])
    client.force_login(place.room.lead)
    page = client.get(address).content.decode()
    assert "50.0 per cent of 4 sessions" in page and "1 with permission, 1 without" in page
    assert "Severe absence" in page
    give(place, pupil)
    client.force_login(place.room.pastoral)
    assert "50.0 per cent of 4 sessions" in client.get(address).content.decode()


@MANY_IN_SOAK
def test_many_days_take_as_many_queries_as_ten(client: Client, place: Place, pupil: Child, many: int):
    of_few, of_many = (
        factories.child(place.school, "Robin", f"Marsh{name}", by=place.room.office, details={"upn": sheets.number(n)})
        for n, name in ((2, "few"), (3, "many"))
    )
    bring_in(place, dict.fromkeys(school_days(10), "/,\\"), sheets.number(2))
    bring_in(place, dict.fromkeys(school_days(many), "/,\\"), sheets.number(3))
    taken = []
    for child in (of_few, of_few, of_many):
        client.force_login(place.room.lead)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("child_attendance", args=[child.pk])).status_code == 200
        taken.append(len(queries))
    assert taken[1] == taken[2] <= 25


def test_the_page_lists_who_misses_most_or_a_class(client: Client, place: Place, pupil: Child):
    """So that the attendance officer, who has no list of children, reaches the tab of each."""
    second, third = (
        factories.child(
            place.school, "Robin", f"Marsh{n}", class_name=room, by=place.room.office, details={"upn": sheets.number(n)}
        )
        for n, room in ((2, "5B"), (3, "6A"))
    )
    days = school_days(10)
    bring_in(place, dict.fromkeys(days, "/,\\"))
    bring_in(place, dict.fromkeys(days[2:], "/,\\") | dict.fromkeys(days[:2], "I,I"), sheets.number(2))
    bring_in(place, dict.fromkeys(days[5:], "/,\\") | dict.fromkeys(days[:5], "O,O"), sheets.number(3))
    # Of an earlier school year.
    bring_in(place, {date(2025, 11, 24): "G,G"})

    def listed(query: str = "") -> list[str]:
        page = client.get(reverse("attendance") + query).content.decode()
        found = {child.full_name: page.find(reverse("child_attendance", args=[child.pk])) for child in every}
        return [name for name, at in sorted(found.items(), key=lambda one: one[1]) if at >= 0]

    every = [pupil, second, third]
    client.force_login(place.attendance)
    assert listed() == ["Robin Marsh3", "Robin Marsh2"]
    assert listed("?room=5B") == ["Robin Marsh2", "Robin Marsh"]
    assert listed("?room=9Z") == listed()
    assert "Severe absence" in client.get(reverse("attendance")).content.decode()
    access.declare_conflict(user=place.attendance, child=third, kind="own_child", by=place.attendance, at=SCHOOL_DAY)
    assert listed() == ["Robin Marsh2"]


def test_the_first_page_leads_to_attendance_and_severe_absence_comes_first(client: Client, place: Place, pupil: Child):
    second = factories.child(place.school, "Robin", "Marsh2", by=place.room.office, details={"upn": sheets.number(2)})
    days = school_days(10)
    bring_in(place, dict.fromkeys(days[5:], "/,\\") | dict.fromkeys(days[:5], "O,O"))
    bring_in(place, dict.fromkeys(days[1:], "/,\\") | dict.fromkeys(days[:1], "O,O"), sheets.number(2))
    place.begin("child_protection", child=second)
    client.force_login(place.attendance)
    page = client.get(reverse("staff_home")).content.decode()
    panel = page[page.index("Waiting for you") :]
    assert panel.index("Severe absence") < panel.index("Persistent absence")
    assert f"{reverse('attendance')}#children" in panel
    assert "1 child with a plan or a status" in panel
    assert pupil.full_name not in panel
    listed = client.get(reverse("attendance")).content.decode()
    first, other = (listed.index(reverse("child_attendance", args=[one.pk])) for one in (pupil, second))
    assert first < other
    assert "CP plan" not in listed[first:other]
    assert "CP plan" in listed[other:]


@MANY_IN_SOAK
def test_many_children_take_as_many_queries_as_ten(client: Client, place: Place, pupil: Child, many: int):
    def more(first: int, number: int) -> None:
        upns = [f"{n:05}" for n in range(first, first + number)]
        like: dict[str, Any] = {
            "forename": "Robin",
            "year_group": 5,
            "class_name": "5B",
            "entered_on": factories.LONG_AGO,
        }
        new = [NewChild(surname=f"Marsh{upn}", details={"upn": upn}, **like) for upn in upns]
        register_children(school=place.school, children=new, today=SCHOOL_DAY.date())
        lines = [Line(2, upn, "2026-11-23", "O", "O") for upn in upns]
        bring_in_attendance(school=place.school, lines=lines, digest="0" * 64, token=uuid7(), by=place.attendance)

    client.force_login(place.attendance)
    more(1, TEN)
    pages = ["", "?room=5B"]
    few = [asked(lambda: client.get(reverse("attendance") + query)) for query in pages]  # noqa: B023
    more(TEN + 1, many)
    assert [asked(lambda: client.get(reverse("attendance") + query)) for query in pages] == few  # noqa: B023
    # And the badges of all of them in one more.
    assert max(few) <= LISTS + 1
