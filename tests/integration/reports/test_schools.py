"""Does a trust lead see of each school what its own overview says, in as many queries for more schools?"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from children.services import access as child_access
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import School
from safeguarding.accounts.services import add_closure, add_term
from safeguarding.audit.models import Event
from safeguarding.concerns.services import deciding
from safeguarding.reports.figures.periods import last_year, this_year
from safeguarding.reports.figures.values import Number, Schools, Viewer
from safeguarding.reports.models import Target
from safeguarding.reports.services.targets import set_target
from safeguarding.reports.views.overview import six_numbers
from safeguarding.reports.views.schools import rows_of
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY, Staffroom
from tests.integration.demo.test_queries import asked
from tests.walls import asking

from .test_pages import text
from .truth import TODAY, Truth, lay

pytestmark = pytest.mark.django_db
SIX = ("open", "read-in-time", "decided-in-time", "actions-late", "dates-missed", "agencies-late")


@pytest.fixture(autouse=True)
def _on_a_school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def other_school() -> Staffroom:
    """It closes at noon, and its Monday was free: what was logged on Friday after noon, or then, counts for Tuesday."""
    room = factories.staffroom("Quay School")
    School.objects.filter(pk=room.school.pk).update(day_ends=time(12))
    add_term(school=room.school, name="Autumn", starts_on=date(2026, 9, 3), ends_on=date(2026, 12, 18))
    add_closure(school=room.school, on=date(2026, 11, 16), reason="Boiler")
    for day, hour in ((12, 9), (13, 13), (16, 9), (17, 9)):
        logged = factories.concern(room, at=datetime(2026, 11, day, hour, tzinfo=LONDON))
        deciding.open_concern(concern=logged, by=room.lead, at=datetime(2026, 11, 17, 10, tzinfo=LONDON))
    return room


def test_each_school_stands_as_on_its_own_overview(client: Client):
    truth, other, third = lay(), other_school(), factories.staffroom("Far School")
    trust = factories.member(truth.room.school, "trust_lead", "Tess", "Ives")
    factories.give_role(user=trust, school=other.school, role_key="trust_lead", starts_on=factories.LONG_AGO)
    child_access.declare_conflict(user=trust, child=truth.hidden, kind="own_child", by=trust)
    set_target(
        school=truth.room.school, token=uuid4(), figure=Target.Figure.READ, value=99, by=truth.room.lead, at=SCHOOL_DAY
    )
    names = {truth.room.school.pk: "Here", other.school.pk: "There"}
    for period in (this_year(TODAY), last_year(TODAY)):
        with asking(trust):
            question = Schools(
                user=trust,
                school_id=truth.room.school.pk,
                at=SCHOOL_DAY,
                period=period,
                calendars=SchoolCalendar.of_many(names),
            )
            rows = {row.name: row.numbers for row in rows_of(question, names)}
            for key, name in names.items():
                alone = Viewer(user=trust, school_id=key, at=SCHOOL_DAY, period=period, school_code=str(key))
                assert [told(one) for one in rows[name]] == [told(one) for one in six_numbers(alone)]
        agrees_with_truth(truth, rows["Here"], period.first, period.last)
    page = on_the_page(client, trust, truth, other)
    assert third.school.name not in page
    assert "Target 99%: missed" in page


def told(number: Number) -> tuple[Any, ...]:
    """All of it but the target, which is held against it afterwards."""
    return number.figure, number.value, number.of, number.notes, number.behind


def agrees_with_truth(truth: Truth, numbers: list[Number], first: date, last: date) -> None:
    """The row again, in plain Python: without what is about a child who is hidden from the trust lead."""
    seen = [one for one in truth.told if not one.is_hidden]
    of_time = [one for one in seen if first <= one.logged.date() <= last]
    opened, read, decided, actions, dates, agencies = numbers
    assert tuple(one.figure for one in numbers) == SIX
    assert opened.value == sum(one.is_open for one in seen) < sum(one.is_open for one in truth.told)
    for number, done, days in ((read, "read", 0), (decided, "decided", 1)):
        said = [one.in_time(getattr(one, done), days) for one in of_time]
        assert (number.value, number.of) == (said.count(True), len(said) - said.count(None))
    assert (actions.value, dates.value, agencies.value) == (1, 0, 1)


def on_the_page(client: Client, trust: Any, truth: Truth, other: Staffroom) -> str:
    """The table: a row for each school, each number with a list of as many rows, and an event in the log of each."""
    client.force_login(trust)
    assert reverse("schools_side_by_side") in client.get(reverse("overview")).content.decode()
    page = client.get(reverse("schools_side_by_side"))
    schools = {row.name: row for row in page.context["rows"]}
    assert set(schools) == {truth.room.school.name, other.school.name}
    # Of the other: a late one, one logged after it had closed, one on its day off, and one read at once.
    assert [(one.value, one.of) for one in schools[other.school.name].numbers[:2]] == [(4, None), (3, 4)]
    for row in schools.values():
        for number in (one for one in row.numbers if one.value):
            behind = client.get(number.behind)
            assert behind.context["number"] == (number.value if number.of is None else number.of), number.behind
    assert client.get(schools[other.school.name].overview).context["viewer"].school_id == other.school.pk
    seen = Event.objects.filter(purpose="overview", object_type="accounts.school", actor_id=trust.pk)
    assert {truth.room.school.pk, other.school.pk} <= set(seen.values_list("school_id", flat=True))
    return text(page)


def test_more_schools_take_no_more_queries(client: Client):
    room = factories.staffroom()
    trust = factories.member(room.school, "trust_lead", "Tess", "Ives")
    client.force_login(trust)
    seen = []
    for number in (1, 4):
        for n in range(number):
            place = factories.school(f"School {number} {n}")
            factories.give_role(user=trust, school=place, role_key="trust_lead", starts_on=factories.LONG_AGO)
            add_closure(school=place, on=date(2026, 11, n + 3), reason="Boiler")
        seen.append(asked(lambda: client.get(reverse("schools_side_by_side"))))
        assert len(client.get(reverse("schools_side_by_side")).context["rows"]) == 1 + sum((1, 4)[: len(seen)])
    assert seen[0] == seen[1] <= 20


def test_who_reads_one_school_finds_it_alone_and_who_reads_none_is_refused(client: Client):
    room = factories.staffroom()
    for person, status in ((room.lead, 200), (room.deputy, 200), (room.office, 403), (room.teacher, 403)):
        client.force_login(person)
        assert client.get(reverse("schools_side_by_side")).status_code == status
    client.force_login(room.lead)
    assert len(client.get(reverse("schools_side_by_side")).context["rows"]) == 1
    assert reverse("schools_side_by_side") not in client.get(reverse("overview")).content.decode()
    wrong = client.get(reverse("schools_side_by_side"), {"period": "days", "first_day": "31"})
    assert (wrong.status_code, len(wrong.context["rows"])) == (422, 1)
