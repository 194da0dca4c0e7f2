"""Beside whose name stands the badge of a hold, and for whom?"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from children.badges import badges_of
from children.models import Child
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from safeguarding.keys import uuid7

from .conftest import Office

pytestmark = pytest.mark.django_db


def beside(person: Any, child: Child) -> list[str]:
    return badges_of(SimpleNamespace(user=person), {child.pk: []})[child.pk]


def hold(place: Office, child: Child | None, **facts: Any) -> Any:
    return set_hold(
        school=place.school,
        token=uuid7(),
        scope="child" if child else "school",
        kind="court",
        reason="A claim is open.",
        review_on=timezone.localdate() + timedelta(days=90),
        child=child,
        by=place.room.headteacher,
        **facts,
    )


def test_it_stands_while_the_hold_does_for_those_who_see_the_hold(place: Office):
    child, apart, other = place.leaver(), place.leaver("Ola", "Brook"), place.leaver("Uma", "Reed")
    made = hold(place, child)
    hold(place, apart, for_headteacher=True)
    hold(place, None)
    room = place.room
    for person in (room.lead, room.deputy):
        assert [beside(person, one) for one in (child, apart, other)] == [["hold"], [], []]
    assert [beside(room.headteacher, one) for one in (child, apart, other)] == [["hold"], ["hold"], []]
    for person in (room.teacher, room.pastoral, room.office, place.officer):
        assert [beside(person, one) for one in (child, apart, other)] == [[], [], []]
    asked = ask_to_lift(hold=made, seen=0, token=uuid7(), reason="It is over.", by=room.lead)
    assert beside(room.lead, child) == ["hold"]
    lift_hold(hold=asked, seen=asked.revision, by=room.headteacher)
    assert beside(room.lead, child) == []
