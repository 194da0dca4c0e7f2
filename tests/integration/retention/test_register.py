"""Does a file stay for six years from the last attendance entry, unless the school keeps its register elsewhere?"""

import html
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from children.models import Child
from safeguarding.clocks import add_months
from safeguarding.ending.reasons import HIDDEN, told_to, what_keeps
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.services.attendance import bring_in_attendance
from safeguarding.plans.services.register_place import register_of, state_register
from tests import sheets
from tests.integration.plans.pages import Visitor

from .conftest import Office, days_ago

pytestmark = pytest.mark.django_db
SAYS = (
    "The attendance register must be kept for six years from its last entry (SI 2024/208), and the school has not "
    "stated that its register is kept in another system."
)


def text(page: Any) -> str:
    return " ".join(strip_tags(html.unescape(page.content.decode())).split())


def import_day(place: Office, on: date, upn: str) -> None:
    done = bring_in_attendance(
        school=place.school,
        lines=[Line(2, upn, on.isoformat(), "Z", "Z", "")],
        digest="0" * 64,
        token=uuid7(),
        by=place.room.lead,
        at=days_ago((timezone.localdate() - on).days - 1),
    )
    assert done.file


def state(place: Office, where: str, system: str = "") -> None:
    seen = register_of(place.school.pk).revision
    state_register(school=place.school, seen=seen, place=where, system=system, by=place.room.lead)


@pytest.fixture
def leaver(place: Office) -> Child:
    upn = sheets.number(1)
    child = place.leaver(details={"date_of_birth": date(1999, 3, 1), "upn": upn})
    import_day(place, timezone.localdate() - timedelta(days=700), upn)
    place.due(child)
    return child


def test_file_is_kept_until_the_school_states_another_register(place: Office, leaver: Child, client: Client):
    lead = Visitor(client, place.room.lead)
    assert told_to(place.room.lead, [leaver.pk]) == {leaver.pk: [SAYS]}
    assert "six years from its last entry" in lead.page("child_retention", leaver.pk)
    assert told_to(place.officer, [leaver.pk]) == {leaver.pk: [HIDDEN]}
    schedule = text(client.get(reverse("retention_schedule")))
    assert "Your school has not stated where its attendance register is kept." in schedule
    state(place, "harbour")
    assert what_keeps([leaver.pk])
    assert "Your attendance register is in Harbour." in text(client.get(reverse("retention_schedule")))
    state(place, "elsewhere", "Arbor")
    assert what_keeps([leaver.pk]) == {}
    assert "six years" not in lead.page("child_retention", leaver.pk)
    assert "attendance register" not in text(client.get(reverse("retention_schedule")))
    place.approve(place.sent(leaver))


def test_file_is_kept_through_the_last_day_of_six_years(place: Office):
    today = timezone.localdate()
    last = add_months(today, -72)
    children = []
    for number, on in enumerate((last, last - timedelta(days=1)), start=2):
        upn = sheets.number(number)
        child = place.leaver(details={"date_of_birth": date(1999, 3, 1), "upn": upn})
        import_day(place, on, upn)
        children.append(child)
    place.due(*children)
    kept, free = children
    assert set(what_keeps([kept.pk, free.pk])) == {kept.pk}
