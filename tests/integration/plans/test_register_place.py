"""Does a school state where its attendance register is kept, on its page, and does the privacy notice say so?"""

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from safeguarding.audit.models import Event, LogEntry, Verb
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.plans.models import RegisterPlace
from safeguarding.plans.services.register_place import register_of, state_register
from safeguarding.privacy_notice import Asked, Section, facts, looked_at, said_in
from tests.matrix.filling import forms_of

from .conftest import Place

pytestmark = pytest.mark.django_db
KEPT = "We destroy no child’s file within six years of the last entry in the attendance register (SI 2024/208)."


def text(page: Any) -> str:
    return " ".join(strip_tags(html.unescape(page.content.decode())).split())


def state(place: Place, by: Any, system: str = "Arbor", where: str = "elsewhere") -> RegisterPlace:
    seen = register_of(place.school.pk).revision
    return state_register(school=place.school, seen=seen, place=where, system=system, by=by)


def told(place: Place) -> str:
    asked = Asked(place.school, timezone.now())
    return " ".join(cell for block in said_in(Section.KEEP, asked) for line in block.lines for cell in line)


def test_register_is_stated_refused_and_stated_again(place: Place, client: Client):
    client.force_login(place.room.headteacher)
    here = reverse("register_place")
    shown = text(client.get(here))
    assert "Not stated yet" in shown and "Name of the other system" in shown and "(optional)" not in shown
    unnamed = client.post(here, {"seen": 0, "place": "elsewhere", "system": " "})
    assert unnamed.status_code == 422 and "Enter the name of the other system" in text(unnamed)
    assert client.post(here, {"seen": 0, "place": "elsewhere", "system": "Arbor"}).status_code == 302
    assert "Not stated yet" not in text(client.get(here))
    stale = client.post(here, {"seen": 0, "place": "elsewhere", "system": "SIMS"})
    assert stale.status_code == 409 and "Name of the other system Arbor" in text(stale)
    [form] = [form for form in forms_of(stale.content.decode()) if "system" in form.controls]
    assert client.post(here, form.sent()).status_code == 302
    assert "Attendance register" in text(client.get(reverse("setting_changes"), {"of": "attendance_register"}))
    stated = RegisterPlace.objects.get()
    assert (stated.system, stated.revision) == ("SIMS", 2)
    verbs = Event.objects.filter(object_id=stated.pk).order_by("at", "id").values_list("verb", flat=True)
    assert [*verbs] == [Verb.CREATE, Verb.CHANGE]
    assert LogEntry.objects.filter(object_id=stated.pk, changes__has_key="system").exists()


def test_only_who_manages_the_school_states_it(place: Place, client: Client):
    for user, status in ((place.room.lead, 200), (place.room.headteacher, 200), (place.attendance, 403)):
        client.force_login(user)
        assert client.get(reverse("register_place")).status_code == status
    with pytest.raises(NotAllowed):
        state(place, place.attendance)
    with pytest.raises(BadInput, match="name of the other system"):
        state(place, place.room.lead, system="")
    assert state(place, place.room.lead, system="Arbor", where="harbour").system == ""


def test_notice_says_where_the_register_is_kept(place: Place):
    assert KEPT in told(place)
    then = facts(Asked(place.school, timezone.now()))

    def wrong() -> list[str]:
        looks = dict(looked_at(Asked(place.school, timezone.now()), then))
        return looks["Attendance register"]

    assert wrong() == []
    state(place, place.room.lead)
    assert "We keep the attendance register in Arbor. What Harbour holds of it is a copy." in told(place)
    assert KEPT not in told(place)
    assert wrong() == ["The notice does not say where the attendance register is kept now."]
    state(place, place.room.lead, where="harbour")
    assert f"We keep the attendance register in Harbour. {KEPT}" in told(place)
